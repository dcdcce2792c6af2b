from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from apps.accounts.models import Team, TeamMembership
from apps.core import clock
from apps.core.models import OutgoingMail
from apps.core.services import outbox
from apps.messaging.models import Draft, MailMessage
from apps.messaging.services.sending import send_draft
from tests.contacts.factories import FolderFactory, OrganisationFactory, PersonFactory
from tests.core.smtp_servers import sink
from tests.messaging.writers import letter, mailbox

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _loopback(settings):
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def writer(client, bob):
    client.force_login(bob)
    return client


def typed(draft: Draft, **changes) -> dict:
    return {
        "version": draft.version,
        "account": draft.account_id or "",
        "to": [f"{name} <{address}>" if name else address for name, address in draft.to],
        "subject": draft.subject,
        "body": draft.body,
        **changes,
    }


def test_a_page_opens_the_sheet_for_a_contact_and_typing_saves_it(writer, bob):
    anna = PersonFactory(first_name="Anna", primary_email="anna@example.com")
    mailbox(bob)
    address = f"/mail/compose/?entity={anna.pk}"

    assert 'hx-trigger="load"' in writer.get(address, headers=HTMX).content.decode()
    assert not Draft.objects.exists()  # a GET writes nothing
    writer.post(address, headers=HTMX)
    again = writer.post(address, headers=HTMX).content.decode()

    draft = Draft.objects.get()
    assert (draft.to, draft.context_id) == ([["Anna Koval", "anna@example.com"]], anna.pk)
    assert "Anna Koval &lt;anna@example.com&gt;" in again
    saved = writer.post(f"/mail/drafts/{draft.pk}/", typed(draft, subject="The offer"), headers=HTMX)
    assert saved.status_code == 204
    assert json.loads(saved["HX-Trigger"])["draft-saved"]["version"] == 1
    late = writer.post(f"/mail/drafts/{draft.pk}/", typed(draft, subject="Older"), headers=HTMX)
    assert (late.status_code, "another window" in late.content.decode()) == (409, True)
    assert Draft.objects.get().subject == "The offer"


def test_without_a_mailbox_the_sheet_says_what_is_missing(writer):
    assert "no mailbox yet" in writer.post("/mail/compose/", headers=HTMX).content.decode()


def test_send_says_that_it_is_on_its_way_and_undo_gives_the_draft_back(writer, bob):
    mailbox(bob)
    draft = letter(bob)

    sent = writer.post(f"/mail/drafts/{draft.pk}/send/", typed(draft, subject="Last words"), headers=HTMX)

    events = json.loads(sent["HX-Trigger"])
    message = MailMessage.objects.get()
    assert (sent.status_code, message.subject, "close-sheet" in events) == (204, "Last words", True)
    assert events["toast"]["undo"] == f"/mail/messages/{message.pk}/undo/"
    assert writer.post(events["toast"]["undo"])["Location"] == f"/mail/drafts/{draft.pk}/"
    assert not OutgoingMail.objects.exists()
    page = writer.get(f"/mail/drafts/{draft.pk}/").content.decode()
    assert "Here is your draft" in page
    assert "Last words" in page


def test_undo_that_comes_too_late_says_so(writer, bob, settings):
    now = clock.now()
    with sink(settings):
        mailbox(bob, settings)
        message = send_draft(actor=bob, draft=letter(bob), now=now)
        outbox.send_due(now=now + timedelta(seconds=11))

    answer = writer.post(f"/mail/messages/{message.pk}/undo/", follow=True)

    assert "too late" in answer.content.decode()


def test_what_is_wrong_stands_at_its_field(writer, bob):
    mailbox(bob)
    draft = letter(bob)

    answer = writer.post(f"/mail/drafts/{draft.pk}/send/", typed(draft, to=["Anna <anna@>"]), headers=HTMX)

    assert answer.status_code == 422
    assert "This is no address: Anna &lt;anna@&gt;" in answer.content.decode()
    assert not MailMessage.objects.exists()
    draft.refresh_from_db()
    assert f'name="version" value="{draft.version}"' in answer.content.decode()


def test_send_later_is_in_the_writers_own_zone(writer, bob):
    mailbox(bob)
    draft = letter(bob)

    writer.post(f"/mail/drafts/{draft.pk}/", typed(draft, send_at="2030-01-05T09:30"), headers=HTMX)

    draft.refresh_from_db()
    with timezone.override("Europe/Kyiv"):
        assert draft.send_at is not None
        page = writer.get(f"/mail/drafts/{draft.pk}/", headers=HTMX).content.decode()
    assert 'value="2030-01-05T09:30"' in page


# --- crowds -----------------------------------------------------------------------------------------------------------
def test_companies_teams_and_folders_are_found_and_stand_as_their_people(writer, bob, alice, now):
    folder = FolderFactory(name="Vikna dealers")
    firm = OrganisationFactory(name="Vikna Plus", primary_email="info@vikna.example")
    for name in ("anna", "carl"):
        PersonFactory(first_name=name, primary_email=f"{name}@vikna.example", organisation_entity=firm, folder=folder)
    team = Team.objects.create(name="Vikna team")
    TeamMembership.objects.create(team=team, user=alice, valid_from=now.date())
    mailbox(bob)
    draft = letter(bob, to="")

    picks = [f"company:{firm.pk}", f"team:{team.pk}", f"folder:{folder.pk}"]
    answer = writer.post(f"/mail/drafts/{draft.pk}/", typed(draft, to=picks), headers=HTMX)

    draft.refresh_from_db()
    assert answer["HX-Retarget"] == "#draft-recipients"
    assert [address for _name, address in draft.to] == ["anna@vikna.example", "carl@vikna.example", "alice@example.com"]


def test_the_picker_offers_contacts_by_address_and_crowds_with_their_count(writer, bob):
    from apps.contacts.services.entities import create_entity
    from apps.contacts.services.inputs import EmailInput, EntityInput, UnitInput

    unit = UnitInput(kind="work", emails=[EmailInput(address="anna@example.com"), EmailInput(address="a2@example.com")])
    create_entity(actor=bob, data=EntityInput(first_name="Anna", last_name="Vikna", units=[unit]), now=clock.now())

    found = writer.get("/mail/recipients/?q=vikna").json()

    assert [each["value"] for each in found["items"]] == [
        "Anna Vikna <anna@example.com>",
        "Anna Vikna <a2@example.com>",
    ]


def test_a_crowd_is_only_whom_its_picker_sees(writer, bob, alice):
    folder = FolderFactory(kind="personal", owner=alice, name="Alice's own")
    PersonFactory(primary_email="secret@example.com", folder=folder)
    mailbox(bob)
    draft = letter(bob, to="")

    writer.post(f"/mail/drafts/{draft.pk}/", typed(draft, to=[f"folder:{folder.pk}"]), headers=HTMX)

    draft.refresh_from_db()
    assert draft.to == []


# --- files ------------------------------------------------------------------------------------------------------------
def test_files_are_attached_listed_fetched_and_removed(writer, bob):
    draft = letter(bob)
    files = f"/mail/drafts/{draft.pk}/files/"

    listed = writer.post(files, {"file": SimpleUploadedFile("offer.html", b"<script>alert(1)</script>")}, headers=HTMX)
    row = draft.attachments.get()
    assert "offer.html" in listed.content.decode()
    assert json.loads(listed["HX-Trigger"])["draft-saved"]["version"] == 1
    fetched = writer.get(f"{files}{row.pk}/")
    assert fetched["Content-Type"] == "application/octet-stream"
    assert fetched["Content-Disposition"].startswith("attachment")
    assert "sandbox" in fetched["Content-Security-Policy"]
    writer.post(f"{files}{row.pk}/remove/", headers=HTMX)
    assert not draft.attachments.exists()


def test_a_pasted_picture_stands_in_the_text(writer, bob):
    draft = letter(bob)

    answer = writer.post(
        f"/mail/drafts/{draft.pk}/files/", {"inline": "1", "file": SimpleUploadedFile("p.png", PNG)}, headers=HTMX
    )

    source = json.loads(answer["HX-Trigger"])["draft-picture"]["src"]
    draft.refresh_from_db()
    writer.post(f"/mail/drafts/{draft.pk}/", typed(draft, body=f'<p><img src="{source}"></p>'), headers=HTMX)
    draft.refresh_from_db()
    assert draft.body == f'<p><img src="cid:{draft.attachments.get().content_id}"></p>'
    assert f"{source}" in writer.get(f"/mail/drafts/{draft.pk}/").content.decode()
    assert writer.get(source)["Content-Type"] == "image/png"


def test_too_large_a_file_says_so(writer, bob, settings):
    settings.RAPPORT_MAIL_ATTACHMENT_LIMIT = 10
    draft = letter(bob)

    answer = writer.post(f"/mail/drafts/{draft.pk}/files/", {"file": SimpleUploadedFile("a.txt", b"x" * 11)})

    assert (answer.status_code, "in all" in answer.content.decode()) == (422, True)


def test_a_draft_and_its_files_are_their_authors_alone(client, bob, alice, now):
    from apps.messaging.services.draft_files import attach_file

    draft = letter(bob)
    row = attach_file(actor=bob, draft=draft, content=b"x", filename="a.txt", now=now)
    client.force_login(alice)

    for address in ("", "files/", f"files/{row.pk}/"):
        assert client.get(f"/mail/drafts/{draft.pk}/{address}").status_code == 404
    for address in ("", "send/", "discard/", "restore/", "files/", f"files/{row.pk}/remove/"):
        assert client.post(f"/mail/drafts/{draft.pk}/{address}").status_code == 404


def test_thrown_away_and_fetched_back(writer, bob):
    draft = letter(bob)

    answer = writer.post(f"/mail/drafts/{draft.pk}/discard/", headers=HTMX)
    undo = json.loads(answer["HX-Trigger"])["toast"]["undo"]
    assert "The offer" not in writer.get("/mail/drafts/").content.decode()
    writer.post(undo)

    assert "The offer" in writer.get("/mail/drafts/").content.decode()
