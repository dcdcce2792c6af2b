"""Which mails a contact got: the tab, the report, its file, and the API."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.services.tokens import create_token
from apps.core import clock
from apps.core.models import OutgoingMail
from apps.messaging.models import MailTemplate, MailTemplateVersion
from apps.messaging.services.filing import file_messages
from tests.contacts.factories import EmailAddressFactory, PersonFactory
from tests.messaging.factories import Part, mail_in, mailbox_of

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _clock(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def box(bob):
    return mailbox_of(bob)


@pytest.fixture
def olena(everyone_folder):
    person = PersonFactory()
    EmailAddressFactory(unit__entity=person, address="olena@example.com")
    return person


@pytest.fixture
def sent(box, now):
    """An offer to olena with its paper, opened; a reminder to petro that was refused; one that came in."""
    template = MailTemplate.objects.create(key="offer", name="Offer", created_at=now)
    version = MailTemplateVersion.objects.create(
        template=template, language="en", number=1, subject="Offer", body="", created_at=now
    )
    envelope = OutgoingMail.objects.create(
        state="accepted",
        sender="bob@example.com",
        recipients=["olena@example.com"],
        message_id="<a@b>",
        dedupe_key="a",
        raw=b"",
        created_at=now,
        not_before=now,
        finished_at=now,
        server="mx.example.com",
        last_error="250 queued",
    )
    ours: dict[str, Any] = {"sender": "Bob <bob@example.com>", "is_outgoing": True}
    paper = Part("offer.pdf", "application/pdf", b"%PDF-")
    fields = {"template_version": version, "outgoing": envelope, "opened_at": now}
    mail_in(box, **ours, to="Olena <olena@example.com>", subject="Our offer", parts=[paper], fields=fields, at=now)
    failed = {"state": "failed"}
    mail_in(box, **ours, to="petro@other.example", subject="=Reminder", fields=failed, at=now - 3 * DAY)
    mail_in(box, subject="From her", at=now - DAY)
    return template


def shown(client, query="") -> list[str]:
    content = client.get(f"/mail/report/?{query}").content.decode()
    return [subject for subject in ("Our offer", "=Reminder", "From her") if subject in content]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Our offer", "=Reminder"]),
        ("contact=olena", ["Our offer"]),
        ("contact=petro@", ["=Reminder"]),
        ("since=2026-11-01", ["Our offer"]),
        ("until=2026-11-01", ["=Reminder"]),
        ("state=failed", ["=Reminder"]),
        ("since=tea", ["Our offer", "=Reminder"]),
    ],
)
def test_the_report_says_who_got_what_when(client, bob, olena, sent, query, expected):
    client.force_login(bob)

    assert shown(client, query) == expected


def test_the_report_is_narrowed_to_a_template_or_a_contact(client, bob, olena, sent):
    client.force_login(bob)

    assert shown(client, f"template={sent.pk}") == ["Our offer"]
    assert shown(client, f"entity={olena.pk}") == ["Our offer"]
    content = client.get("/mail/report/").content.decode()
    assert "offer.pdf" in content
    assert "mx.example.com" in content
    assert "Opened" in content


def test_the_reports_file_has_the_servers_answer_and_no_formulas(client, bob, olena, sent):
    client.force_login(bob)

    response = client.get("/mail/report.csv")

    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    assert [row["subject"] for row in rows] == ["Our offer", "'=Reminder"]
    assert rows[0]["server"] == "mx.example.com"
    assert rows[0]["answer"] == "250 queued"
    assert rows[0]["documents"] == "offer.pdf"
    assert rows[1]["state"] == "failed"


def test_the_report_is_of_what_one_may_read(client, alice, olena, sent):
    client.force_login(alice)

    assert shown(client) == []
    rows = b"".join(client.get("/mail/report.csv").streaming_content).decode().splitlines()
    assert len(rows) == 1


def test_a_contacts_tab_lists_its_mails_both_ways(client, bob, alice, olena, sent, now):
    client.force_login(bob)

    content = client.get(f"/contacts/{olena.pk}/mail/").content.decode()
    assert content.index("Our offer") < content.index("From her")
    assert "=Reminder" not in content

    client.force_login(alice)
    assert "No mail here that you may read" in client.get(f"/contacts/{olena.pk}/mail/").content.decode()


def test_a_contacts_tab_goes_on_page_by_page(client, bob, box, olena, now):
    for number in range(60):
        mail_in(box, subject=f"Mail {number:02}.", at=now - number * DAY)
    client.force_login(bob)

    first = client.get(f"/mail/of/{olena.pk}/").content.decode()
    key = first.split("?after=")[1].split('"')[0]
    second = client.get(f"/mail/of/{olena.pk}/?after={key}", headers={"HX-Request": "true"}).content.decode()

    assert "Mail 49." in first
    assert "Mail 50." not in first
    assert "Mail 50." in second
    assert "Mail 59." in second


# --- the API ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def api(client, now):
    def of(user, *scopes: str):
        _token, raw = create_token(
            actor=user, user=user, name="t", scopes=list(scopes) or ["messages:read"], expires_at=None, now=now
        )

        def get(path: str):
            return client.get(f"/api/v1/messages{path}", headers={"authorization": f"Bearer {raw}"})

        return get

    return of


def test_programs_read_the_mail_of_their_user(api, bob, alice, box, olena, now):
    mail = mail_in(box, subject="Windows", text="Oak", parts=[Part("a.txt", "text/plain", b"Hello\n")])
    file_messages([mail], now=now)
    get, hers, narrow = api(bob), api(alice), api(bob, "contacts:read")

    [item] = get("").json()["items"]
    assert item["subject"] == "Windows"
    assert item["contact_ids"] == [olena.pk]
    whole = get(f"/{mail.pk}").json()
    assert whole["text"].strip() == "Oak"
    assert whole["to"] == [{"name": "", "address": "bob@example.com"}]
    [file] = whole["attachments"]
    answer = get(f"/{mail.pk}/attachments/{file['number']}")
    assert answer.content == b"Hello\n"
    assert answer["Content-Type"] == "application/octet-stream"

    assert hers("").json()["items"] == []
    assert hers("?q=oak").json()["items"] == []
    assert hers(f"?contact_id={olena.pk}").json()["items"] == []
    for path in (f"/{mail.pk}", f"/{mail.pk}/attachments/0"):
        assert hers(path).status_code == 404
        assert narrow(path).status_code == 403
    assert get(f"/{mail.pk}/attachments/9").status_code == 404


def test_programs_narrow_and_turn_pages(api, bob, box, olena, now):
    for number in range(5):
        mail_in(box, subject=f"Mail {number}", at=now - number * DAY, is_outgoing=number == 4)
    get = api(bob)

    def subjects(query: str) -> list[str]:
        return [item["subject"][-1] for item in get(query).json()["items"]]

    first = get("?limit=3").json()
    assert [item["subject"][-1] for item in first["items"]] == ["0", "1", "2"]
    assert subjects(f"?limit=3&after={first['next'].replace('+', '%2B')}") == ["3", "4"]
    assert subjects("?is_outgoing=true") == ["4"]
    assert subjects("?q=subject:3") == ["3"]
    assert subjects(f"?contact_id={olena.pk}&since=2026-11-01T00:00:00Z") == ["0", "1"]
    assert get("?after=x").status_code == 422


def test_a_page_of_the_api_asks_little(api, bob, box, now):
    get = api(bob)
    mail_in(box)
    get("")
    with CaptureQueriesContext(connection) as few:
        get("")
    for number in range(20):
        mail_in(box, subject=f"More {number}")

    with CaptureQueriesContext(connection) as many:
        get("")

    assert len(few) == len(many)
