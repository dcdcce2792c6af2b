"""The demo's follow-up: two sequences with contacts at each step, three rules with a log, next steps of all days."""

from __future__ import annotations

from collections.abc import Sequence as Many
from datetime import datetime, timedelta

from django.conf import settings

from apps.accounts.models import User
from apps.activities.services.recording import Entry, record_many
from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task
from apps.contacts.models import Entity
from apps.core.clock import company_day
from apps.core.models import OutgoingMail, Suppression
from apps.core.services.operations import operate
from apps.crm.demo.people import DOMAIN
from apps.crm.demo.rules import make_rules
from apps.crm.models import Enrolment, Sequence, SequenceMail
from apps.crm.selectors.hand_overs import portfolio_of
from apps.crm.services.sequences import save_sequence
from apps.crm.services.sequences.enrolling import KIND, begin_with
from apps.messaging.models import MailTemplate, Withheld
from apps.messaging.services.templates import TemplateInput, make_template, save_words

_WORDS = {
    "en": (
        "It was good to meet you",
        "<p>Dear {{ contact.name }},</p><p>thank you for your visit. What can we do?</p>",
    ),
    "uk": ("Раді знайомству", "<p>Доброго дня, {{ contact.name }}!</p><p>Дякуємо за візит. Чим можемо допомогти?</p>"),
}
# Steps of each sequence: after how many days, what, in which words.
_FAIR = [
    (1, "call", "how they liked the fair"),
    (3, "mail", ""),
    (7, "call", "the offer"),
    (14, "todo", "Invite to us"),
]
_SILENT = [(1, "mail", ""), (5, "call", "what has changed"), (10, "todo", "Decide whether to go on")]
# Steps done, how many contacts, what ended them.
_PLACES = ((0, 6, ""), (1, 5, ""), (2, 4, ""), (1, 3, "answered"), (2, 2, "called"), (1, 1, "hand"), (0, 1, "nobody"))
_STEPS = (("Call back about the offer", -3), ("Ask for the measurements", 0), ("Send prices", 2), ("Visit", 9))
_TASKS_EACH = 12
_IN_IT = 22  # contacts that each sequence may take


def load_follow_up(*, now: datetime) -> int:
    """How many contacts were put into sequences; 0 where there are any, or the demo company isn't there."""
    users = {user.email.partition("@")[0]: user for user in User.objects.filter(email__endswith=f"@{DOMAIN}")}
    if not {"admin", "manager", "sales", "sales3"} <= users.keys() or Sequence.objects.exists():
        return 0
    today = company_day(now)
    firms = {login: portfolio_of(users[login], on=today) for login in ("sales", "sales3", "manager")}
    template = _write_template(users["admin"], now)
    count = 0
    fair = [step if step[1] != "mail" else (*step, template) for step in _FAIR]
    silent = [step if step[1] != "mail" else (*step, template) for step in _SILENT]
    for name, steps, in_working_days, login in (
        ("After the fair", fair, False, "sales"),
        ("Silent customers", silent, True, "sales3"),
    ):
        sequence = save_sequence(
            actor=users["manager"], name=name, steps=steps, in_working_days=in_working_days, now=now
        )
        count += _fill(sequence, users[login], firms[login][-_IN_IT:], now)
    for login, ids in firms.items():
        _plan(users[login], ids[:-_IN_IT][:_TASKS_EACH], now)
    make_rules(users["manager"], users["sales"], firms["sales"], template, now)
    return count


def _write_template(admin: User, now: datetime) -> MailTemplate:
    data = TemplateInput(name="After a visit", category=MailTemplate.Category.FREE, context_type="contacts.entity")
    template = make_template(actor=admin, data=data, is_own=False, now=now)
    for language, (subject, body) in _WORDS.items():
        save_words(actor=admin, template=template, language=language, subject=subject, body=body, seen=0, now=now)
    return template


def _fill(sequence: Sequence, actor: User, ids: Many[int], now: datetime) -> int:
    """Some at each step, the next one tomorrow or later; two of those to come rest."""
    there = list(ids)
    begun = 0
    for done, number, reason in _PLACES:
        chosen, there = there[:number], there[number:]
        began = now - timedelta(days=3 + 4 * done)
        with operate(actor=actor, verb="sequences.begun", now=began) as recorder:
            rows = begin_with(chosen, sequence, actor=actor, recorder=recorder, now=began)
        begun += len(rows)
        for place, row in enumerate(rows):
            row.done = done
            row.due_on = company_day(now) + timedelta(days=1 + place)
            row.paused_at, row.paused_by = (now, actor) if not reason and not done and place > 3 else (None, None)
            if reason:
                row.ended_at, row.end_reason = now - timedelta(days=1, hours=place), reason
                row.ended_by = actor if reason == Enrolment.End.HAND else None
                row.end_words = "Asked to be left alone" if reason == Enrolment.End.HAND else ""
        Enrolment.objects.bulk_update(
            rows, ["done", "due_on", "paused_at", "paused_by", "ended_at", "ended_by", "end_reason", "end_words"]
        )
        _send(rows, now)
        ended = [
            Entry(
                kind=KIND,
                verb="sequence.ended",
                occurred_at=row.ended_at,
                entities=[row.entity],
                facts={"sequence": sequence.name, "reason": row.end_reason},
            )
            for row in rows
            if row.ended_at is not None
        ]
        record_many([(entry, None) for entry in ended], now=now)
    return begun


def _send(rows: Many[Enrolment], now: datetime) -> None:
    """The mails of the steps that were done, as the site has sent them; to some none went."""
    mails: list[SequenceMail] = []
    for row in rows:
        for place, step in enumerate(row.steps[: row.done]):
            if step.kind != "mail":
                continue
            address = row.entity.primary_email
            at = row.enrolled_at + timedelta(days=step.day)
            mail = SequenceMail(enrolment=row, step=place, address=address, made_at=at)
            if not address:
                mail.withheld = Withheld.NO_ADDRESS
            elif row.pk % 4 == 0:
                mail.withheld = Withheld.UNSUBSCRIBED
            else:
                mail.outgoing = _sent(row, place, address, at)
            mails.append(mail)
    OutgoingMail.objects.bulk_create([mail.outgoing for mail in mails if mail.outgoing is not None])
    SequenceMail.objects.bulk_create(mails)


def _sent(row: Enrolment, place: int, address: str, at: datetime) -> OutgoingMail:
    key = f"sequence:{row.pk}:{place}"
    message_id = f"<{key.replace(':', '.')}@{DOMAIN}>"
    words = (
        f"From: Rapport <rapport@{DOMAIN}>\r\nTo: {address}\r\nMessage-ID: {message_id}\r\n\r\n{_WORDS['en'][0]}\r\n"
    )
    return OutgoingMail(
        state=OutgoingMail.State.ACCEPTED,
        sender=f"rapport@{DOMAIN}",
        recipients=[address],
        message_id=message_id,
        dedupe_key=key,
        raw=words.encode(),
        scope=Suppression.ALL,
        addressee=address.lower(),
        created_at=at,
        not_before=at,
        attempts=1,
        finished_at=at,
    )


def _plan(owner: User, ids: Many[int], now: datetime) -> None:
    """Overdue, due, to come, and with each fifth nothing."""
    for place, entity in enumerate(Entity.objects.live().filter(pk__in=ids).order_by("pk")):
        if place % 5 == 4:
            continue
        subject, days = _STEPS[place % 5]
        data = TaskInput(
            subject=subject,
            zone=settings.RAPPORT_TIME_ZONE,
            entities=[entity],
            assignees=[owner.pk],
            due_on=company_day(now) + timedelta(days=days),
        )
        add_task(actor=owner, data=data, now=now - timedelta(days=5))
