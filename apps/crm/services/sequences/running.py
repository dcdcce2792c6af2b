"""Steps of sequences are taken when their day has come; an answer, a call or the trash ends an enrolment first."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from apps.activities.models import ActivityEntity
from apps.core.clock import company_day
from apps.crm.models import Enrolment
from apps.crm.selectors.contact_mails import OF_A_PERSON
from apps.crm.services.sequences.enrolling import end
from apps.crm.services.sequences.taking import take_step
from apps.messaging.models import MailMessage

log = structlog.get_logger(__name__)
_PORTION = 500  # enrolments of one run; the next run takes the rest
_LINKS = ActivityEntity.objects.filter(
    entity=OuterRef("entity"),
    occurred_at__gt=OuterRef("enrolled_at"),
    activity__removed_at__isnull=True,
    via_employer=False,
)
# Whoever of theirs answers in the thread of a step's mail, from whatever address.
_IN_THREAD = MailMessage.objects.filter(
    thread__messages__sequence_mails__enrolment=OuterRef("pk"),
    happened_at__gt=F("thread__messages__happened_at"),
    is_outgoing=False,
    automatic="",
)
_ANSWERED = Exists(_LINKS.filter(OF_A_PERSON, activity__verb="mail.received")) | Exists(_IN_THREAD)
_CALLED = Q(Exists(_LINKS.filter(activity__kind="call")), sequence__stops_at_call=True)
_GONE = Q(entity__trashed_at__isnull=False) | Q(entity__merged_into__isnull=False)


def run_sequences(*, now: datetime) -> None:
    """End what is to end and take each step that is due, once, whoever else is at it."""
    due = Q(due_on__lte=company_day(now), paused_at__isnull=True)
    wanted = Enrolment.objects.active().filter(due | _ANSWERED | _CALLED | _GONE)
    for pk in list(wanted.order_by("due_on", "pk").values_list("pk", flat=True)[:_PORTION]):
        try:
            _tend(pk, now)
        except Exception:  # one contact's trouble is not the others'
            log.exception("sequence.step.failed", enrolment=pk)


@transaction.atomic
def _tend(pk: int, now: datetime) -> None:
    """The row's lock and the count of steps taken are written with task and mail: all of it stands, or nothing."""
    locked = Enrolment.objects.active().filter(pk=pk).select_for_update(skip_locked=True, of=("self",))
    enrolment = locked.select_related("sequence", "entity", "enrolled_by").first()
    if enrolment is None:
        return
    reason = _why_ends(pk)
    if reason:
        end(enrolment, reason, now=now)
    elif enrolment.due_on <= company_day(now) and enrolment.paused_at is None:
        take_step(enrolment, now=now)


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
