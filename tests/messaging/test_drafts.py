from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from apps.messaging.models import Draft
from apps.messaging.recipients import check_recipients, is_address, read_rows
from apps.messaging.services.bodies import clean_body, with_pictures
from apps.messaging.services.draft_files import attach_file, detach_file
from apps.messaging.services.drafts import (
    Beginning,
    DraftChanged,
    DraftInput,
    begin_draft,
    discard_draft,
    find_untouched,
    purge_drafts,
    restore_draft,
    save_draft,
)
from apps.messaging.services.file_types import safe_filename, type_of
from tests.messaging.writers import letter, mailbox

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


def test_a_draft_is_saved_as_one_types_and_a_second_window_overwrites_nothing(bob, now):
    account = mailbox(bob, signature="<p>Bob, Vikna Plus</p>")
    draft = begin_draft(actor=bob, wanted=Beginning(to=[["Anna", "anna@example.com"]]), now=now)
    assert "Bob, Vikna Plus" in draft.body

    typed = DraftInput(account=account, to=[["", "anna@example.com"]], subject="Offer", body="<p>Hello</p>")
    saved = save_draft(actor=bob, draft=draft, version=0, data=typed, now=now)
    with pytest.raises(DraftChanged):
        save_draft(actor=bob, draft=draft, version=0, data=DraftInput(account=account, subject="Older"), now=now)

    kept = Draft.objects.get()
    assert (kept.version, kept.subject, kept.body, kept.account) == (1, "Offer", "<p>Hello</p>", account)
    assert saved.version == 1


def test_the_same_sheet_opened_twice_is_one_draft(bob, now):
    mailbox(bob)
    wanted = Beginning(to=[["Anna", "anna@example.com"]], context_type="contacts.entity", context_id=7)
    draft = begin_draft(actor=bob, wanted=wanted, now=now)

    assert find_untouched(actor=bob, wanted=wanted) == draft
    assert find_untouched(actor=bob, wanted=Beginning(to=[["Anna", "other@example.com"]])) is None
    save_draft(actor=bob, draft=draft, version=0, data=DraftInput(account=None, subject="x"), now=now)
    assert find_untouched(actor=bob, wanted=wanted) is None


def test_nobody_else_sees_or_writes_a_draft(bob, alice, now):
    mailbox(bob)
    draft = letter(bob)

    assert not Draft.objects.visible_to(alice).exists()
    with pytest.raises(PermissionDenied):
        save_draft(actor=alice, draft=draft, version=0, data=DraftInput(account=None), now=now)
    with pytest.raises(PermissionDenied):
        discard_draft(actor=alice, draft=draft, now=now)
    with pytest.raises(PermissionDenied):
        attach_file(actor=alice, draft=draft, content=b"x", filename="x.txt", now=now)


def test_what_was_thrown_away_is_fetched_back_within_a_week(bob, now):
    draft = letter(bob)

    discard_draft(actor=bob, draft=draft, now=now)
    assert not Draft.objects.visible_to(bob).unsent().exists()
    restore_draft(actor=bob, draft=draft, now=now)
    assert Draft.objects.visible_to(bob).unsent().get() == draft

    discard_draft(actor=bob, draft=draft, now=now)
    assert purge_drafts(now=now + timedelta(days=6)) == 0
    assert purge_drafts(now=now + timedelta(days=8)) == 1


def test_another_mailbox_brings_its_own_signature(bob, now):
    first = mailbox(bob, signature="<p>Bob</p>")
    second = mailbox(bob, address="bob.private@example.com", signature="<p>Bobby</p>")
    draft = begin_draft(actor=bob, wanted=Beginning(account=first), now=now)

    data = DraftInput(account=second, body=f"<p>Hi</p>{draft.body}")
    saved = save_draft(actor=bob, draft=draft, version=0, data=data, now=now)

    assert "Bobby" in saved.body
    assert "<p>Bob</p>" not in saved.body


def test_a_mailbox_of_someone_else_is_never_taken(bob, alice, now):
    theirs = mailbox(alice)
    draft = letter(bob)

    saved = save_draft(actor=bob, draft=draft, version=0, data=DraftInput(account=theirs), now=now)

    assert saved.account is None


# --- words ------------------------------------------------------------------------------------------------------------
def test_scripts_styles_and_pictures_from_elsewhere_stay_out():
    hostile = (
        '<p onclick="x()">Hi<script>alert(1)</script></p><style>p{}</style><iframe src="https://e.example"></iframe>'
        '<img src="https://spy.example/1.png"><img src="cid:a@b" onerror="x()"><a href="javascript:x()">go</a>'
    )

    cleaned = clean_body(hostile)

    assert cleaned.startswith("<p>Hi</p>")
    assert '<img src="cid:a@b">' in cleaned
    for bad in ("script", "style", "iframe", "spy", "onerror", "javascript"):
        assert bad not in cleaned


def test_pictures_are_kept_by_their_id_and_shown_by_their_address():
    shown = '<p><img src="/mail/drafts/3/files/9/" alt="Plan"></p>'

    kept = clean_body(shown, pictures={"/mail/drafts/3/files/9/": "abc@rapport"})

    assert kept == '<p><img src="cid:abc@rapport" alt="Plan"></p>'
    assert with_pictures(kept, {"abc@rapport": "/mail/drafts/3/files/9/"}) == shown


# --- recipients -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "rows"),
    [
        (["Anna Koval <anna@example.com>"], [["Anna Koval", "anna@example.com"]]),
        (["a@example.com, b@example.com; c@example.com"], [["", f"{x}@example.com"] for x in "abc"]),
        (["a@example.com", "A@example.com"], [["", "a@example.com"]]),
        (['"Koval, Anna" <anna@example.com>'], [["Koval, Anna", "anna@example.com"]]),
        (["Koval, Anna <anna@example.com>"], [["Koval, Anna", "anna@example.com"]]),
        (["nobody"], [["", "nobody"]]),
        ([""], []),
    ],
)
def test_what_is_typed_is_read_into_names_and_addresses(typed, rows):
    assert read_rows(typed) == rows


@pytest.mark.parametrize("good", ["a@b.co", "o'hara+x@example.com", "анна@приклад.укр", "root@localhost"])
def test_addresses(good):
    assert is_address(good)


@pytest.mark.parametrize(
    "bad", ["a", "a@", "@b.co", "a b@c.co", "a@b@c.co", "a@b..co", ".a@b.co", "a@-b.co", "a\n@b.co"]
)
def test_no_addresses(bad):
    assert not is_address(bad)


def test_broken_addresses_are_named_and_line_breaks_refused():
    with pytest.raises(ValidationError) as told:
        check_recipients(
            to=[["Anna", "anna@"]], cc=[["Eve\r\nBcc: x@y.co", "eve@example.com"]], bcc=[], subject="a\nBcc: z@y.co"
        )

    assert "Anna <anna@>" in told.value.message_dict["to"][0]
    assert set(told.value.message_dict) == {"to", "cc", "subject"}


def test_ten_thousand_recipients_are_too_many_for_one_mail():
    crowd = [["", f"n{n}@example.com"] for n in range(10_000)]

    with pytest.raises(ValidationError, match="500 addresses"):
        check_recipients(to=crowd, cc=[], bcc=[], subject="")
    with pytest.raises(ValidationError, match="to whom"):
        check_recipients(to=[], cc=[], bcc=[], subject="")


# --- files ------------------------------------------------------------------------------------------------------------
def test_a_file_is_what_its_bytes_say(bob, now):
    draft = letter(bob)

    row = attach_file(actor=bob, draft=draft, content=b"MZ\x90\x00\x03", filename="../../offer.pdf", now=now)

    assert (row.filename, row.content_type) == ("offer.pdf", "application/x-msdownload")
    draft.refresh_from_db()
    assert draft.version == 1
    detach_file(actor=bob, draft=draft, attachment=row, now=now)
    assert not draft.attachments.exists()


def test_files_together_have_a_limit_and_only_pictures_stand_in_the_text(bob, now, settings):
    settings.RAPPORT_MAIL_ATTACHMENT_LIMIT = 100
    draft = letter(bob)
    attach_file(actor=bob, draft=draft, content=b"x" * 60, filename="a.txt", now=now)

    with pytest.raises(ValidationError, match="in all"):
        attach_file(actor=bob, draft=draft, content=b"y" * 41, filename="b.txt", now=now)
    with pytest.raises(ValidationError, match="no picture"):
        attach_file(actor=bob, draft=draft, content=b"z", filename="c.png", now=now, is_inline=True)
    assert draft.attachments.count() == 1
    settings.RAPPORT_MAIL_ATTACHMENT_LIMIT = 1000
    shown = attach_file(actor=bob, draft=draft, content=PNG, filename="plan.png", now=now, is_inline=True)
    assert shown.content_id


@pytest.mark.parametrize(
    "scanner", ["tests.messaging.test_drafts.find_eicar", "/bin/sh -c 'grep -c EICAR $0 && exit 1 || exit 0'"]
)
def test_the_virus_scanner_is_asked(bob, now, settings, scanner):
    settings.RAPPORT_VIRUS_SCAN = scanner
    draft = letter(bob)

    attach_file(actor=bob, draft=draft, content=b"harmless", filename="a.txt", now=now)
    with pytest.raises(ValidationError, match="virus"):
        attach_file(actor=bob, draft=draft, content=b"EICAR", filename="b.txt", now=now)

    assert [row.filename for row in draft.attachments.all()] == ["a.txt"]


def test_a_scanner_that_cant_be_asked_lets_nothing_through(bob, now, settings):
    settings.RAPPORT_VIRUS_SCAN = "/no/such/scanner"

    with pytest.raises(ValidationError, match="could not be checked"):
        attach_file(actor=bob, draft=letter(bob), content=b"x", filename="a.txt", now=now)


def find_eicar(path) -> str:
    return "Eicar" if b"EICAR" in Path(path).read_bytes() else ""


@pytest.mark.parametrize(
    ("start", "name", "found"),
    [
        (b"%PDF-1.7", "a.txt", "application/pdf"),
        (b"PK\x03\x04", "a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (b"PK\x03\x04", "a.pdf", "application/zip"),
        (b"<script>", "a.png", "text/plain"),
        (b"<p>", "a.html", "text/html"),
        (b"\x00\x01", "a.txt", "application/octet-stream"),
        ("Привіт".encode("cp1251"), "a.txt", "text/plain"),
    ],
)
def test_types_by_content(start, name, found):
    assert type_of(start, name) == found


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\x\\a.txt", "a.txt"),
        ("..", "file"),
        ("", "file"),
        ("gnp\u202e.exe", "gnp.exe"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_names_are_made_safe(given, kept):
    assert safe_filename(given) == kept
