"""The frame, pictures, attachments and raw bytes of a mail: nothing runs, nothing is fetched unasked."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest

from apps.accounts.models import User
from apps.core import clock
from apps.messaging.pictures import Picture, picture_url
from tests.messaging.factories import Part, mail_in, mailbox_of

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)
HOSTILE = """
<p onclick="alert(1)">Hello</p><script>alert(2)</script>
<img src="https://tracker.example/pixel.gif"><img src="cid:logo@x"><img src="cid:none">
<a href="javascript:alert(3)">a</a><a href="https://shop.example/">shop</a>
<form action="https://evil.example"><input name="password"></form>
"""


@pytest.fixture(autouse=True)
def _clock(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def box(bob):
    return mailbox_of(bob)


@pytest.fixture
def mail(box):
    logo = Part("logo.png", "image/png", PNG, cid="logo@x")
    fake = Part("photo.png", "image/png", b"<script>alert(1)</script>")
    paper = Part("offer.pdf", "application/pdf", b"%PDF-1.4 oak")
    return mail_in(box, html=HOSTILE, parts=[logo, fake, paper])


def numbers(mail) -> dict[str, int]:
    return dict(mail.attachments.values_list("filename", "number"))


def frame(client, mail, query="") -> tuple[str, str]:
    response = client.get(f"/mail/messages/{mail.pk}/frame/{query}")
    assert response.status_code == 200
    return response.content.decode(), response["Content-Security-Policy"]


def test_the_frame_has_a_policy_of_its_own_and_nothing_that_runs(client, bob, mail):
    client.force_login(bob)

    response = client.get(f"/mail/messages/{mail.pk}/frame/")

    content = response.content.decode()
    for bad in ("<script", "onclick", "javascript:", "<form", "<input", "tracker.example"):
        assert bad not in content
    assert "1 picture from elsewhere was not fetched" in content
    assert response["Content-Security-Policy"] == (
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src 'self'; "
        "style-src 'unsafe-inline'; frame-ancestors 'self'"
    )
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]


def test_pictures_from_elsewhere_come_when_they_are_asked_for(client, bob, mail):
    client.force_login(bob)

    content, policy = frame(client, mail, "?remote=1")

    assert "https://tracker.example/pixel.gif" in content
    assert "img-src 'self' https:;" in policy
    assert "was not fetched" not in content


def test_what_an_answer_quotes_is_folded_until_it_is_asked_for(client, bob, box):
    words = "I wait.\n\nOn Mon, 2 Nov 2026 at 10:00, Bob <bob@example.com> wrote:\n> How are you?\n"
    html = '<p>I wait.</p><div class="gmail_quote x">On Mon Bob wrote:<blockquote type="cite">How?</blockquote></div>'
    answer = mail_in(box, text=words, html=html)
    passed_on = mail_in(box, text="See below", html=html, subject="Fwd")
    client.force_login(bob)

    folded, _policy = frame(client, answer)
    whole, _policy = frame(client, answer, "?quotes=1")

    assert '<div class="quote">' in folded
    assert "display: none" in folded
    assert "display: none" not in whole
    assert "display: none" not in frame(client, passed_on)[0]
    assert "?quotes=1" in client.get(f"/mail/threads/{answer.thread_id}/").content.decode()


def test_the_words_alone_and_the_print_view(client, bob, mail):
    client.force_login(bob)

    words, _policy = frame(client, mail, "?plain=1")
    printed, policy = frame(client, mail, "?print=1")

    assert "<pre>Good day\n</pre>" in words or "<pre>Good day</pre>" in words
    assert "<h1>Windows</h1>" in printed
    assert "olena@example.com" in printed
    assert "sandbox" in policy


def test_a_picture_within_a_mail_has_an_address_that_says_who_reads(client, bob, alice, mail):
    client.force_login(bob)
    content, _policy = frame(client, mail)
    [address] = re.findall(r'src="(/mail/pictures/[^"]+)"', content)
    client.logout()  # a sandboxed frame sends no cookies

    response = client.get(address)

    assert response.status_code == 200
    assert response["Content-Type"] == "image/png"
    assert response.content == PNG
    hers = picture_url(Picture(alice.pk, mail.pk, numbers(mail)["logo.png"]))
    assert client.get(hers).status_code == 404
    assert client.get(address.replace("pictures/", "pictures/x")).status_code == 404
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert client.get(address).status_code == 404


def test_a_pictures_address_is_good_for_a_quarter_of_an_hour(client, bob, mail, monkeypatch):
    address = picture_url(Picture(bob.pk, mail.pk, numbers(mail)["logo.png"]))
    assert client.get(address).status_code == 200

    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 901)

    assert client.get(address).status_code == 404


def test_only_what_is_a_picture_by_its_bytes_is_served_as_one(client, bob, mail):
    client.force_login(bob)

    assert client.get(picture_url(Picture(bob.pk, mail.pk, numbers(mail)["photo.png"]))).status_code == 404
    assert client.get(picture_url(Picture(bob.pk, mail.pk, 99))).status_code == 404
    viewed = client.get(f"/mail/messages/{mail.pk}/attachments/{numbers(mail)['photo.png']}/?view=1")
    assert viewed["Content-Type"] == "application/octet-stream"
    assert viewed["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("name", "query", "kind", "disposition"),
    [
        ("offer.pdf", "", "application/octet-stream", 'attachment; filename="offer.pdf"'),
        ("offer.pdf", "?view=1", "application/pdf", 'inline; filename="offer.pdf"'),
        ("logo.png", "?view=1", "image/png", 'inline; filename="logo.png"'),
    ],
)
def test_attachments_are_files_and_safe_ones_may_be_looked_at(client, bob, mail, name, query, kind, disposition):
    client.force_login(bob)

    response = client.get(f"/mail/messages/{mail.pk}/attachments/{numbers(mail)[name]}/{query}")

    assert response["Content-Type"] == kind
    assert response["Content-Disposition"] == disposition
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert client.get(f"/mail/messages/{mail.pk}/attachments/99/").status_code == 404


def test_the_raw_mail_is_text_and_the_file_is_as_it_came(client, bob, mail):
    client.force_login(bob)

    raw = client.get(f"/mail/messages/{mail.pk}/raw/")
    file = client.get(f"/mail/messages/{mail.pk}/download/")

    assert raw["Content-Type"] == "text/plain; charset=utf-8"
    assert b"Subject: Windows" in raw.content
    assert file["Content-Type"] == "message/rfc822"
    assert file["Content-Disposition"].startswith("attachment")
    assert file.content == raw.content


def test_a_mail_whose_bytes_are_not_there_is_no_error(client, bob, box, now):
    mail = mail_in(box, is_outgoing=True, at=now - timedelta(hours=1))
    type(mail).objects.filter(pk=mail.pk).update(raw=None)
    client.force_login(bob)

    assert client.get(f"/mail/threads/{mail.thread_id}/").status_code == 200
    for page in ("frame", "raw", "download", "attachments/0"):
        assert client.get(f"/mail/messages/{mail.pk}/{page}/").status_code == 404
