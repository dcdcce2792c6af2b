"""Mail steps of sequences: made once, from the mailbox of whoever is in charge, withheld for a reason that is kept."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from apps.core import clock
from apps.core.models import OutgoingMail, Suppression
from apps.core.services import outbox
from apps.core.services.suppression import suppress
from apps.crm.models import SequenceMail
from apps.crm.services.assignments import assign
from apps.crm.services.sequences import enrol, run_sequences, save_sequence
from apps.messaging.models import Draft, MailAccount, MailMessage, MailTemplate, MailTemplateVersion
from apps.messaging.services.syncing import sync_account
from tests.contacts.factories import EmailAddressFactory, PersonFactory, UnitFactory
from tests.core.processes import start
from tests.crm.factories import NOW
from tests.messaging.mails import arrive, make_account, raw_mail
from tests.messaging.servers import account_on, dovecot, dovecot_server, smtp_sink
from tests.messaging.test_killed import kill
from tests.messaging.writers import mailbox

__all__ = ["dovecot", "dovecot_server", "smtp_sink"]

DAY = timedelta(days=1)
DUE = NOW + 3 * DAY


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def letter(*, body="<p>Dear {{ contact.first_name }},</p>") -> MailTemplate:
    template = MailTemplate.objects.create(key="welcome", name="Welcome", created_at=NOW)
    for language, subject in (("en", "For {{ contact.first_name }}"), ("uk", "Для {{ contact.first_name }}")):
        MailTemplateVersion.objects.create(
            template=template, language=language, number=1, subject=subject, body=body, created_at=NOW
        )
    return template


def person(name="Olena", **marks):
    made = PersonFactory(first_name=name, last_name="Koval", primary_email=f"{name.lower()}@example.com")
    EmailAddressFactory(unit=UnitFactory(entity=made), address=made.primary_email, **marks)
    return made


def begun(alice, entity, *, steps=None, charge=None, template=None):
    """`entity` in a sequence that writes on day 3 and calls on day 7."""
    chosen = steps or [(3, "mail", "", template or letter()), (7, "call")]
    sequence = save_sequence(actor=alice, name=f"After {entity.pk}", steps=chosen, now=NOW)
    if charge is not None:
        assign(actor=alice, entity=entity, user=charge, on=NOW.date(), now=NOW)
    (enrolment,) = enrol(actor=alice, sequence=sequence, entity_ids=[entity.pk], now=NOW)
    return enrolment


def raws() -> list[str]:
    return [bytes(mail.raw).decode() for mail in OutgoingMail.objects.order_by("pk")]


def test_the_mail_leaves_on_its_day_from_the_mailbox_of_whoever_is_in_charge(alice, bob):
    mailbox(bob)
    enrolment = begun(alice, person(), charge=bob)

    run_sequences(now=NOW + 2 * DAY)
    assert not OutgoingMail.objects.exists()
    run_sequences(now=DUE)
    run_sequences(now=DUE)

    (raw,) = raws()
    assert "Subject: For Olena" in raw
    assert "bob@example.com" in raw.split("\r\n\r\n")[0]
    envelope = OutgoingMail.objects.get()
    assert (envelope.transport, envelope.scope, envelope.recipients) == ("account", "mailings", ["olena@example.com"])
    kept = SequenceMail.objects.get()
    assert kept.message is not None
    assert (kept.step, kept.message.state, kept.withheld) == (0, "queued", "")
    enrolment.refresh_from_db()
    assert (enrolment.done, enrolment.due_on) == (1, (NOW + 7 * DAY).date())


def test_it_speaks_the_language_of_the_contact(alice, bob):
    mailbox(bob)
    olena = person()
    olena.language = "uk"
    olena.save()
    begun(alice, olena, charge=bob)

    run_sequences(now=DUE)

    assert MailMessage.objects.get().subject == "Для Olena"


def test_who_has_no_mailbox_writes_from_the_house_and_is_answered(alice, bob):
    begun(alice, person(), charge=bob)

    run_sequences(now=DUE)

    (raw,) = raws()
    assert "Reply-To: Bob" in raw
    envelope = OutgoingMail.objects.get()
    assert (envelope.transport, envelope.scope) == ("site", "mailings")
    assert SequenceMail.objects.get().message is None


def test_a_mail_waits_for_the_morning_and_a_task_does_not(alice, bob):
    mailbox(bob)
    begun(alice, person(), charge=bob)

    run_sequences(now=DUE.replace(hour=1))
    assert not OutgoingMail.objects.exists()
    run_sequences(now=DUE.replace(hour=7))
    assert OutgoingMail.objects.count() == 1


@pytest.mark.parametrize(
    ("marks", "suppressed", "why"),
    [
        ({"opted_out_at": NOW}, None, "unsubscribed"),
        ({"bounced_at": NOW}, None, "bounced"),
        ({}, Suppression.Reason.UNSUBSCRIBED, "unsubscribed"),
        ({}, Suppression.Reason.COMPLAINED, "complained"),
        ({}, Suppression.Reason.BY_HAND, "by_hand"),
    ],
)
def test_it_is_withheld_from_who_wants_none_and_the_reason_is_kept(alice, bob, marks, suppressed, why):
    mailbox(bob)
    olena = person(**marks)
    if suppressed:
        suppress(addresses=[olena.primary_email.upper()], reason=suppressed, now=NOW)
    enrolment = begun(alice, olena, charge=bob)

    run_sequences(now=DUE)

    assert not OutgoingMail.objects.exists()
    assert not Draft.objects.exists()
    assert SequenceMail.objects.get().withheld == why
    enrolment.refresh_from_db()
    assert (enrolment.done, enrolment.ended_at) == (1, None)  # the call comes all the same


def test_a_gap_and_a_missing_address_withhold_it_too(alice, bob):
    mailbox(bob)
    begun(alice, person(), template=letter(body="<p>To {{ contact.city }}</p>"), charge=bob)
    nobody = PersonFactory(first_name="Nemo", primary_email="")
    begun(alice, nobody, template=MailTemplate.objects.get(key="welcome"), charge=bob)

    run_sequences(now=DUE)

    kept = dict(SequenceMail.objects.values_list("enrolment__entity__first_name", "withheld"))
    assert kept == {"Olena": "gap", "Nemo": "no_address"}
    assert "contact.city" in SequenceMail.objects.get(withheld="gap").words
    assert not OutgoingMail.objects.exists()


def test_who_unsubscribes_while_it_waits_in_the_outbox_gets_nothing(settings, alice, bob, smtp_sink):
    mailbox(bob, settings)
    begun(alice, person(), charge=bob)
    run_sequences(now=DUE)

    suppress(addresses=["olena@example.com"], reason=Suppression.Reason.UNSUBSCRIBED, now=DUE)
    outbox.send_due(now=DUE)

    assert smtp_sink.envelopes == []
    assert OutgoingMail.objects.get().state == "withheld"


def test_many_leave_two_seconds_apart(alice, bob):
    mailbox(bob)
    template = letter()
    for name in ("Anna", "Carl", "Dan"):
        begun(alice, person(name), charge=bob, template=template)

    run_sequences(now=DUE)

    leaves = list(OutgoingMail.objects.order_by("not_before").values_list("not_before", flat=True))
    assert leaves == [DUE, DUE + timedelta(seconds=2), DUE + timedelta(seconds=4)]


def test_an_answer_in_its_thread_from_whatever_address_stops_it(settings, alice, bob, dovecot, smtp_sink):
    user = dovecot.add_user()
    sends = {"smtp_host": smtp_sink.host, "smtp_port": smtp_sink.port, "smtp_security": "none"}
    account = account_on(dovecot, user, owner=bob, **sends)
    enrolment = begun(alice, person(), charge=bob)
    run_sequences(now=DUE)
    password = account.password
    MailAccount.objects.update(password="")  # the sink knows of no names
    outbox.send_due(now=DUE)
    MailAccount.objects.update(password=password)
    (envelope,) = smtp_sink.envelopes
    assert envelope.rcpt_tos == ["olena@example.com"]
    asked = MailMessage.objects.get().message_id

    answer = {"In-Reply-To": f"<{asked}>"}
    away = raw_mail("Away", id="away@x.example", at=DUE + DAY, headers={**answer, "Auto-Submitted": "auto-replied"})
    dovecot.write(user, away)
    sync_account(account, now=DUE + DAY)
    run_sequences(now=DUE + DAY)
    enrolment.refresh_from_db()
    assert enrolment.end_reason == ""  # a program's answer is none

    secretary = "The office <office@elsewhere.example>"
    dovecot.write(user, raw_mail("Yes", id="yes@x.example", sender=secretary, at=DUE + 2 * DAY, headers=answer))
    sync_account(account, now=DUE + 2 * DAY)
    run_sequences(now=DUE + 5 * DAY)

    enrolment.refresh_from_db()
    assert (enrolment.end_reason, enrolment.done) == ("answered", 1)


def test_a_mail_of_a_stranger_in_another_thread_stops_nothing(alice, bob):
    mailbox(bob)
    enrolment = begun(alice, person(), charge=bob)
    run_sequences(now=DUE)
    other = make_account(bob, address="bob2@example.com")
    arrive(other, raw_mail("Hello", sender="x@elsewhere.example", at=DUE + DAY), now=DUE + DAY)

    run_sequences(now=DUE + 5 * DAY)

    enrolment.refresh_from_db()
    assert enrolment.end_reason == "finished"


def test_a_mail_needs_a_template_of_the_house(alice, bob):
    own = MailTemplate.objects.create(key="mine", name="Mine", owner=bob, created_at=NOW)
    for template in (None, own):
        with pytest.raises(ValidationError):
            save_sequence(actor=alice, name="Wrong", steps=[(1, "mail", "", template)], now=NOW)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["drafted", "queued", "kept", "counted"])
def test_a_worker_killed_at_a_step_leaves_no_half_and_makes_no_second_mail(alice, bob, step):
    mailbox(bob)
    enrolment = begun(alice, person(), charge=bob)
    worker = start("tests.crm.sequence_worker", step, DUE.isoformat(), stdout=-1)
    assert worker.stdout is not None
    assert worker.stdout.readline().strip() == step
    kill(worker)
    assert (Draft.objects.count(), MailMessage.objects.count(), OutgoingMail.objects.count()) == (0, 0, 0)

    run_sequences(now=DUE)
    run_sequences(now=DUE)

    assert (MailMessage.objects.count(), OutgoingMail.objects.count(), SequenceMail.objects.count()) == (1, 1, 1)
    enrolment.refresh_from_db()
    assert enrolment.done == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_mail_each(alice, bob):
    mailbox(bob)
    template = letter()
    for number in range(6):
        begun(alice, person(f"P{number}"), charge=bob, template=template)
    gate = threading.Barrier(2)

    def work():
        gate.wait()
        run_sequences(now=DUE)
        connection.close()

    workers = [threading.Thread(target=work) for _number in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()

    sent = sorted(mail.recipients[0] for mail in OutgoingMail.objects.all())
    assert sent == [f"p{number}@example.com" for number in range(6)]
