"""Steps of sequences are taken when their day has come; an answer, a call or the trash ends an enrolment first."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.activities.models import ActivityEntity
from apps.activities.permissions import can_write_on
from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task
from apps.core.clock import company_day
from apps.crm.models import Enrolment, SequenceStep
from apps.crm.selectors.in_charge import stand_in_for, who_is_in_charge
from apps.crm.services.sequences.enrolling import end

if TYPE_CHECKING:
    from apps.accounts.models import User

log = structlog.get_logger(__name__)
_PORTION = 500  # enrolments of one run; the next run takes the rest
_LINKS = ActivityEntity.objects.filter(
    entity=OuterRef("entity"),
    occurred_at__gt=OuterRef("enrolled_at"),
    activity__removed_at__isnull=True,
    via_employer=False,
)
_ANSWERED = Exists(_LINKS.filter(activity__verb="mail.received"))
_CALLED = Q(Exists(_LINKS.filter(activity__kind="call")), sequence__stops_at_call=True)
_GONE = Q(entity__trashed_at__isnull=False) | Q(entity__merged_into__isnull=False)


def run_sequences(*, now: datetime) -> None:
    """End what is to end and take each step that is due, once, whoever else is at it."""
    wanted = Enrolment.objects.active().filter(Q(due_on__lte=company_day(now)) | _ANSWERED | _CALLED | _GONE)
    for pk in list(wanted.order_by("due_on", "pk").values_list("pk", flat=True)[:_PORTION]):
        try:
            _tend(pk, now)
        except Exception:  # one contact's trouble is not the others'
            log.exception("sequence.step.failed", enrolment=pk)


@transaction.atomic
def _tend(pk: int, now: datetime) -> None:
    """The row's lock and the count of steps taken are written with the task: all of it stands, or nothing."""
    locked = Enrolment.objects.active().filter(pk=pk).select_for_update(skip_locked=True, of=("self",))
    enrolment = locked.select_related("sequence", "entity", "enrolled_by").first()
    if enrolment is None:
        return
    reason = _why_ends(pk)
    if reason:
        end(enrolment, reason, now=now)
    elif enrolment.due_on <= company_day(now):
        _take_step(enrolment, now)


def _why_ends(pk: int) -> str:
    row = Enrolment.objects.filter(pk=pk)
    for condition, reason in (
        (_GONE, Enrolment.End.TRASHED),
        (_ANSWERED, Enrolment.End.ANSWERED),
        (_CALLED, Enrolment.End.CALLED),
    ):
        if row.filter(condition).exists():
            return reason
    return ""


def _take_step(enrolment: Enrolment, now: datetime) -> None:
    today = company_day(now)
    taker = _taker(enrolment, now)
    if taker is None:
        end(enrolment, Enrolment.End.NOBODY, now=now)
        return
    _day, kind, words = enrolment.plan[enrolment.done]
    call = _("Call: %(words)s") % {"words": words} if words else _("Call")
    subject = call if kind == SequenceStep.Kind.CALL else words
    zone = timezone.get_default_timezone_name()
    data = TaskInput(subject=subject, zone=zone, entities=[enrolment.entity], due_on=today)
    try:
        add_task(actor=taker, data=data, now=now)
    except (PermissionDenied, ValidationError):
        log.warning("sequence.step.refused", enrolment=enrolment.pk, step=enrolment.done)
        end(enrolment, Enrolment.End.NOBODY, now=now)
        return
    done = enrolment.done + 1
    if done == len(enrolment.plan):
        Enrolment.objects.filter(pk=enrolment.pk).update(done=done)
        end(enrolment, Enrolment.End.FINISHED, now=now)
        return
    gap = enrolment.plan[done][0] - enrolment.plan[done - 1][0]
    Enrolment.objects.filter(pk=enrolment.pk).update(done=F("done") + 1, due_on=enrolment.due_on + timedelta(days=gap))


def _taker(enrolment: Enrolment, now: datetime) -> User | None:
    """Who is in charge that day or stands in for them; else who began it. They see the contact, or aren't asked."""
    today = company_day(now)
    for user in (who_is_in_charge(enrolment.entity_id, "account", today), enrolment.enrolled_by):
        present = stand_in_for(user, today) if user is not None and user.is_active else None
        if present is not None and present.is_active and can_write_on(present, enrolment.entity):
            return present
    return None
