"""What docs/howto/send-from-another-module.md promises to a payroll module."""

from __future__ import annotations

import base64
import json
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.template import Context, Template
from django.test import Client

from apps.accounts.services.tokens import create_token
from apps.core.models import OutgoingMail
from apps.messaging.models import MailMessage, MailTemplate, MailTemplateVersion
from apps.messaging.services.documents_out import Enclosure, KeyUsedOtherwise, send_document
from tests.contacts.factories import FolderFactory, OrganisationFactory, PersonFactory
from tests.messaging.writers import mailbox

pytestmark = pytest.mark.django_db

PAYROLL = {"payroll": {"month": "October 2026", "net": "1,840.00 EUR"}}


@pytest.fixture
def employee(db):
    return PersonFactory(first_name="Ann", last_name="Lee", primary_email="ann@example.com")


@pytest.fixture(autouse=True)
def payslip(now) -> MailTemplate:
    made = MailTemplate.objects.create(key="payslip", name="Payslip", category="payment", created_at=now)
    for language, hello in (("en", "Dear"), ("uk", "Вітаємо,")):
        MailTemplateVersion.objects.create(
            template=made,
            language=language,
            number=1,
            subject="{{ payroll.month }}",
            body=f"<p>{hello} {{{{ contact.first_name }}}}, {{{{ payroll.net }}}}</p>",
            created_at=now,
        )
    return made


def send(actor, employee, now, **changes) -> MailMessage:
    given = {
        "template": "payslip",
        "recipients": [f"contact:{employee.pk}"],
        "context": PAYROLL,
        "attachments": [Enclosure("payslip-2026-10.pdf", b"%PDF-1.7")],
        "idempotency_key": "payslip:2026-10:117",
    }
    return send_document(actor=actor, now=now, **{**given, **changes})


def test_a_payslip_leaves_once_however_often_it_is_asked_for(bob, employee, now):
    mailbox(bob)

    message = send(bob, employee, now)
    again = send(bob, employee, now)

    assert (again, MailMessage.objects.count(), OutgoingMail.objects.count()) == (message, 1, 1)
    mail: Any = message_from_bytes(bytes(OutgoingMail.objects.get().raw), policy=policy.default)
    assert (mail["To"], mail["Subject"]) == ("Ann Lee <ann@example.com>", "October 2026")
    assert "Dear Ann, 1,840.00 EUR" in mail.get_body(("plain",)).get_content()
    assert [part.get_filename() for part in mail.iter_attachments()] == ["payslip-2026-10.pdf"]
    assert OutgoingMail.objects.get().not_before == now  # nobody undoes what a program sends
    with pytest.raises(KeyUsedOtherwise):
        send(bob, employee, now, context={"payroll": {"month": "November", "net": "0"}})


def test_the_recipients_language_is_taken(bob, employee, now):
    employee.language = "uk"
    employee.save()
    mailbox(bob)

    assert "Вітаємо, Ann" in send(bob, employee, now).text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"template": "nothing"}, "template"),
        ({"context": {}}, "context"),
        ({"recipients": ["ann@"]}, "recipients"),
        ({"recipients": ["contact:99"]}, "recipients"),
        ({"recipients": ["Eve <eve@example.com>\r\nBcc: x@example.com"]}, "recipients"),
        ({"idempotency_key": ""}, "idempotency_key"),
    ],
)
def test_what_is_wrong_is_said_by_argument_and_nothing_is_kept(bob, employee, now, changes, field):
    mailbox(bob)

    with pytest.raises(ValidationError) as told:
        send(bob, employee, now, **changes)

    assert field in told.value.message_dict
    assert not OutgoingMail.objects.exists()


def test_a_contact_that_the_sender_does_not_see_is_none(bob, alice, now):
    hidden = PersonFactory(primary_email="x@example.com", folder=FolderFactory(kind="personal", owner=alice))
    mailbox(bob)

    with pytest.raises(ValidationError):
        send(bob, hidden, now)


def test_without_a_mailbox_the_sender_is_told(bob, employee, now):
    with pytest.raises(ValidationError) as told:
        send(bob, employee, now)

    assert "account" in told.value.message_dict


# --- by HTTP ----------------------------------------------------------------------------------------------------------
def client_of(user, now, *scopes) -> Client:
    _row, token = create_token(actor=user, user=user, name="erp", scopes=list(scopes), expires_at=None, now=now)
    return Client(headers={"Authorization": f"Bearer {token}"})


def body(employee) -> dict:
    content = base64.b64encode(b"%PDF-1.7").decode()
    return {
        "template": "payslip",
        "recipients": [f"contact:{employee.pk}"],
        "context": PAYROLL,
        "attachments": [{"filename": "payslip.pdf", "content": content}],
    }


def test_a_program_sends_and_reads_what_became_of_it(bob, employee, now):
    mailbox(bob)
    api = client_of(bob, now, "messages:write", "messages:read")
    key = {"Idempotency-Key": "payslip:1"}

    first = api.post("/api/v1/messages", json.dumps(body(employee)), "application/json", headers=key)
    second = api.post("/api/v1/messages", json.dumps(body(employee)), "application/json", headers=key)

    assert (first.status_code, second.status_code) == (201, 201)
    assert (second["Idempotent-Replay"], OutgoingMail.objects.count()) == ("true", 1)
    read = api.get(first["Location"]).json()
    assert (read["state"], read["subject"], read["accepted_at"]) == ("queued", "October 2026", None)


def test_scopes_keys_and_files_are_checked(bob, alice, employee, now):
    mailbox(bob)
    reader = client_of(bob, now, "messages:read")
    assert reader.post("/api/v1/messages", json.dumps(body(employee)), "application/json").status_code == 403
    writer = client_of(bob, now, "messages:write")
    unnamed = writer.post("/api/v1/messages", json.dumps(body(employee)), "application/json")
    assert (unnamed.status_code, "idempotency_key" in unnamed.json()["errors"]) == (422, True)
    broken = body(employee) | {"attachments": [{"filename": "a", "content": "***"}], "idempotency_key": "1"}
    assert writer.post("/api/v1/messages", json.dumps(broken), "application/json").status_code == 422
    sent = send(bob, employee, now)
    assert client_of(alice, now, "messages:read").get(f"/api/v1/messages/{sent.pk}/proof").status_code == 404


# --- on pages ---------------------------------------------------------------------------------------------------------
def test_the_tags_show_the_contact_and_open_the_sheet(rf, bob, alice, now):
    firm = OrganisationFactory(name="Vikna Plus", folder=FolderFactory(kind="personal", owner=bob))
    PersonFactory(first_name="Ann", organisation_entity=firm, primary_email="ann@example.com")
    page = Template(
        "{% load messaging %}{% contacts_panel firm %}{% compose_button 'Send' entity=firm template='payslip' %}"
    )

    def shown_to(user) -> str:
        request = rf.get("/")
        request.user = user
        return page.render(Context({"request": request, "firm": firm}))

    assert "Vikna Plus" in shown_to(bob)
    assert "Ann Koval" in shown_to(bob)
    assert f'href="/mail/compose/?entity={firm.pk}&amp;template=payslip" data-sheet' in shown_to(bob)
    assert "Vikna Plus" not in shown_to(alice)
