"""A step is taken: a task of whoever is in charge that day, or a mail from them; within the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task
from apps.core.clock import company_day
from apps.crm.models import Enrolment, PlannedStep, SequenceMail, SequenceStep
from apps.crm.selectors.acting import who_acts
from apps.crm.services.sequences.days import later, weekdays_of
from apps.crm.services.sequences.enrolling import end, note
from apps.messaging.models import MailTemplate, Withheld
from apps.messaging.services.automatic_mails import AutomaticMail, send_automatic

if TYPE_CHECKING:
    from apps.accounts.models import User

log = structlog.get_logger(__name__)
Kind = SequenceStep.Kind
_MAILS_FROM = 8  # o'clock in the company's zone: nobody writes at night


def take_step(enrolment: Enrolment, *, now: datetime) -> None:
    """Take the next step, and set the day of the one after; a mail waits for the morning."""
    step = enrolment.steps[enrolment.done]
    if step.kind == Kind.MAIL and now.astimezone(ZoneInfo(settings.RAPPORT_TIME_ZONE)).hour < _MAILS_FROM:
        return
    taker = who_acts(enrolment.entity, enrolment.enrolled_by, on=company_day(now))
    if taker is None:
        end(enrolment, Enrolment.End.NOBODY, now=now)
        return
    try:
        if step.kind == Kind.MAIL:
            _mail(enrolment, step, taker, now)
        else:
            _task(enrolment, step, taker, now)
    except (PermissionDenied, ValidationError):
        log.warning("sequence.step.refused", enrolment=enrolment.pk, step=enrolment.done)
        end(enrolment, Enrolment.End.NOBODY, now=now)
        return
    _go_on(enrolment, now)


def _task(enrolment: Enrolment, step: PlannedStep, taker: User, now: datetime) -> None:
    call = _("Call: %(words)s") % {"words": step.words} if step.words else _("Call")
    subject = call if step.kind == Kind.CALL else step.words
    zone = timezone.get_default_timezone_name()
    data = TaskInput(subject=subject, zone=zone, entities=[enrolment.entity], due_on=company_day(now))
    add_task(actor=taker, data=data, now=now)


def _mail(enrolment: Enrolment, step: PlannedStep, taker: User, now: datetime) -> None:
    """One that is withheld is no reason to end: the call that follows may reach them."""
    template = MailTemplate.objects.filter(pk=step.template_id or 0).first()
    key = f"sequence:{enrolment.pk}:{enrolment.done}"
    if template is None:
        mail = AutomaticMail(withheld=Withheld.TEMPLATE)
    else:
        mail = send_automatic(sender=taker, entity=enrolment.entity, template=template, key=key, now=now)
    SequenceMail.objects.create(
        enrolment=enrolment,
        step=enrolment.done,
        address=mail.address,
        message=mail.message,
        outgoing=mail.outgoing,
        withheld=mail.withheld or "",
        words=mail.words,
        made_at=now,
    )
    if mail.withheld:
        note("sequence.withheld", enrolment, actor=None, now=now, withheld=mail.withheld.value, words=mail.words)
    elif mail.message is None:  # one from a mailbox has an entry of its own
        note("sequence.mailed", enrolment, actor=None, now=now, subject=mail.subject, address=mail.address)


def _go_on(enrolment: Enrolment, now: datetime) -> None:
    done, plan = enrolment.done + 1, enrolment.steps
    facts: dict[str, object] = {"done": done}
    if done < len(plan):
        gap = plan[done].day - plan[done - 1].day
        works = None
        if enrolment.in_working_days:
            works = weekdays_of([enrolment.entity_id], on=company_day(now))[enrolment.entity_id]
        facts["due_on"] = later(enrolment.due_on, gap, works)
    Enrolment.objects.filter(pk=enrolment.pk).update(**facts)
    if done == len(plan):
        end(enrolment, Enrolment.End.FINISHED, now=now)
