"""Mails begun from other pages: filled with what they are about, in the language of whom they go to."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from re import findall

import pytest
from django.core.exceptions import ValidationError

from apps.activities.services.meeting_inputs import Guests, Span, Words
from apps.activities.services.meetings import plan_meeting
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EmailInput, EntityInput, UnitInput
from apps.core import clock
from apps.core.services import files
from apps.messaging.models import Draft, MailMessage, MailTemplate
from apps.messaging.services.sending import send_draft
from tests.contacts.factories import FolderFactory, PersonFactory
from tests.messaging.writers import letter, mailbox

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def writer(client, bob):
    mailbox(bob)
    client.force_login(bob)
    return client


@pytest.fixture
def anna(ada):
    unit = UnitInput(kind="work", emails=[EmailInput(address="anna@example.com")])
    data = EntityInput(first_name="Anna", last_name="Koval", language="en-GB", units=[unit])
    return create_entity(actor=ada, data=data, now=clock.now())


@pytest.fixture
def measuring(bob, anna):
    return meet(bob, Words("Measuring", place="Lviv"), anna)


def meet(actor, words: Words, guest):
    """An appointment in two days."""
    now = clock.now()
    begins = (now + timedelta(days=2)).replace(tzinfo=None)  # a wall clock
    span = Span(begins, begins + timedelta(hours=1), "Europe/Kyiv")
    return plan_meeting(actor=actor, words=words, span=span, guests=Guests([guest]), now=now)


def typed(draft: Draft, **changes) -> dict:
    to = [f"{name} <{address}>" for name, address in draft.to]
    known = {"version": draft.version, "account": draft.account_id, "to": to, "language": draft.language}
    return {**known, "subject": draft.subject, "body": draft.body, **changes}


def test_remind_leads_from_the_meeting_to_a_filled_mail(writer, anna, measuring):
    page = writer.get(f"/activities/meetings/{measuring.pk}/").content.decode()
    [address] = [unescape(each) for each in findall(r'href="(/mail/compose/[^"]*template=[^"]+)"', page)]

    writer.post(address, headers=HTMX)

    draft = Draft.objects.get()
    assert draft.to == [["Anna Koval", "anna@example.com"]]
    assert (draft.context_type, draft.context_id, draft.language) == ("activities.meeting", measuring.pk, "en")
    assert "Dear Anna Koval" in draft.body
    assert "Measuring" in draft.body
    assert "Lviv" in draft.body
    assert "\u27e6" not in draft.body


def test_the_meeting_alone_tells_whom_to_remind(writer, anna, measuring):
    writer.post(f"/mail/compose/?template=appointment_reminder&record={measuring.pk}", headers=HTMX)

    assert Draft.objects.get().to == [["Anna Koval", "anna@example.com"]]


def test_a_meeting_is_forwarded_with_its_file(writer, measuring):
    page = writer.get(f"/activities/meetings/{measuring.pk}/").content.decode()
    address = unescape(findall(r'href="([^"]*event=[^"]*)"', page)[0])

    writer.post(address, headers=HTMX)

    draft = Draft.objects.get()
    attached = draft.attachments.select_related("file").get()
    assert (draft.subject, draft.to) == ("Measuring", [])
    assert (attached.filename, attached.content_type) == ("Measuring.ics", "text/calendar")
    assert attached.file
    with files.open_file(attached.file) as content:
        assert b"SUMMARY:Measuring" in content.read()


def test_a_meeting_that_one_does_not_see_is_not_forwarded(writer, alice):
    hidden = PersonFactory(folder=FolderFactory(kind="personal", owner=alice))
    secret = meet(alice, Words("Secret", visibility="private"), hidden)

    assert writer.post(f"/mail/compose/?event={secret.pk}", headers=HTMX).status_code == 404
    assert not Draft.objects.exists()


def test_a_meeting_that_one_does_not_see_fills_nothing(writer, alice):
    hidden = PersonFactory(folder=FolderFactory(kind="personal", owner=alice))
    secret = meet(alice, Words("Secret", visibility="private"), hidden)

    answer = writer.post(f"/mail/compose/?template=appointment_reminder&record={secret.pk}", headers=HTMX)

    assert answer.status_code == 404
    assert not Draft.objects.exists()


def test_a_template_chosen_in_the_sheet_is_filled_with_the_only_recipient(writer, bob, anna):
    draft = letter(bob)

    sheet = writer.post(f"/mail/drafts/{draft.pk}/template/", typed(draft, template="customer_sheet"), headers=HTMX)

    draft.refresh_from_db()
    assert "Dear Anna Koval" in sheet.content.decode()
    assert (draft.context_type, draft.context_id) == ("contacts.entity", anna.pk)


def test_a_gap_is_refused_at_its_field(writer, bob, anna, now):
    MailTemplate.objects.get(key="customer_sheet").versions.create(
        language="en", number=9, subject="To {{ contact.city }}", body="<p>{{ contact.vat_number }}</p>", created_at=now
    )
    draft = letter(bob)
    writer.post(f"/mail/drafts/{draft.pk}/template/", typed(draft, template="customer_sheet"), headers=HTMX)
    draft.refresh_from_db()

    answer = writer.post(f"/mail/drafts/{draft.pk}/send/", typed(draft), headers=HTMX)

    assert answer.status_code == 422
    assert answer.content.decode().count("left a gap") == 2
    with pytest.raises(ValidationError) as told:
        send_draft(actor=bob, draft=draft, now=now)
    assert sorted(told.value.message_dict) == ["body", "subject"]
    assert not MailMessage.objects.exists()


def test_a_template_that_cannot_be_filled_leaves_a_mail_without_words(writer, anna, now):
    MailTemplate.objects.get(key="customer_sheet").versions.create(
        language="en", number=9, subject="{% if %}", body="", created_at=now
    )

    sheet = writer.post(f"/mail/compose/?entity={anna.pk}&template=customer_sheet", headers=HTMX)

    assert "be filled" in sheet.content.decode()
    assert Draft.objects.get().to == [["Anna Koval", "anna@example.com"]]


def test_the_language_is_asked_once_and_kept_with_the_contact(writer, bob, anna):
    anna.language = ""
    anna.save(update_fields=["language"])
    address = f"/mail/compose/?entity={anna.pk}&template=customer_sheet&document=customer_sheet"
    asked = "In which language do you write to Anna Koval?"
    assert asked in writer.post(address, headers=HTMX).content.decode()
    draft = Draft.objects.get()

    answer = typed(draft, contact_language="uk", body=draft.body.replace("\n", "\r\n"))
    sheet = writer.post(f"/mail/drafts/{draft.pk}/language/", answer, headers=HTMX).content.decode()

    anna.refresh_from_db()
    draft.refresh_from_db()
    assert (anna.language, draft.language) == ("uk", "uk")
    assert asked not in sheet
    assert draft.body.startswith("<p>Вітаємо, Anna Koval!") or "У вкладенні" in draft.body
    [paper] = draft.attachments.all()
    assert paper.operation is not None
    assert paper.operation.parameters["set_in"] == "uk"
    assert asked not in writer.post(address, headers=HTMX).content.decode()


def test_what_was_typed_already_stays_when_the_language_is_told(writer, bob, anna):
    anna.language = ""
    anna.save(update_fields=["language"])
    draft = letter(bob)

    typed_already = typed(draft, contact_language="uk", body="<p>My own words</p>")
    writer.post(f"/mail/drafts/{draft.pk}/language/", typed_already, headers=HTMX)

    draft.refresh_from_db()
    assert (draft.language, draft.body) == ("uk", "<p>My own words</p>")


def test_a_strangers_draft_asks_nobody(client, bob, alice, anna):
    anna.language = ""
    anna.save(update_fields=["language"])
    mailbox(bob)
    draft = letter(bob)
    client.force_login(alice)

    answer = client.post(f"/mail/drafts/{draft.pk}/language/", typed(draft, contact_language="uk"), headers=HTMX)

    anna.refresh_from_db()
    assert (answer.status_code, anna.language) == (404, "")
