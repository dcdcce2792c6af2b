"""A contact rests in a sequence for a while: no step is taken; an answer, a call or the trash ends it all the same."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from apps.core.clock import company_day
from apps.crm.models import Enrolment
from apps.crm.permissions.contacts import manages_contact
from apps.crm.services.sequences.days import later, weekdays_of
from apps.crm.services.sequences.enrolling import note

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def pause(*, actor: User, enrolment: Enrolment, now: datetime) -> None:
    """Take no step until it goes on; rests or ended already: nothing happens. Raises PermissionDenied."""
    _ask(actor, enrolment, now)
    going = Enrolment.objects.active().filter(pk=enrolment.pk, paused_at__isnull=True)
    if going.update(paused_at=now, paused_by=actor):
        note("sequence.paused", enrolment, actor=actor, now=now)


@transaction.atomic
def resume(*, actor: User, enrolment: Enrolment, now: datetime) -> None:
    """Go on: the steps to come move by the days that it rested. Doesn't rest: nothing. Raises PermissionDenied."""
    _ask(actor, enrolment, now)
    held = Enrolment.objects.active().filter(pk=enrolment.pk, paused_at__isnull=False).select_for_update().first()
    if held is None or held.paused_at is None:
        return
    today = company_day(now)
    rested = max(today - company_day(held.paused_at), timedelta())
    works = weekdays_of([held.entity_id], on=today)[held.entity_id] if held.in_working_days else None
    due_on = later(held.due_on + rested, 0, works)
    Enrolment.objects.filter(pk=held.pk).update(paused_at=None, paused_by=None, due_on=due_on)
    note("sequence.resumed", enrolment, actor=actor, now=now)


def _ask(actor: User, enrolment: Enrolment, now: datetime) -> None:
    if not manages_contact(actor, enrolment.entity, on=company_day(now)):
        raise PermissionDenied
