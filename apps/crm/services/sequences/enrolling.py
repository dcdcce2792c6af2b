"""Contacts go into a sequence, and are taken out of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.activities.services.recording import Entry, record
from apps.contacts.models import Entity
from apps.core.clock import company_day
from apps.crm.models import Enrolment, Sequence
from apps.crm.permissions.contacts import managed_contacts, manages_contact

if TYPE_CHECKING:
    from apps.accounts.models import User

KIND = "sequence"


@transaction.atomic
def enrol(*, actor: User | None, sequence: Sequence, entity_ids: Collection[int], now: datetime) -> list[Enrolment]:
    """Let these contacts begin; those that are in it already, or gone, stay as they are. Returns the new ones.

    `actor` None: a rule does it, who has asked. Raises PermissionDenied, ValidationError.
    """
    today = company_day(now)
    if actor is not None and managed_contacts(actor, entity_ids, on=today) != set(entity_ids):
        raise PermissionDenied
    steps = list(sequence.steps.order_by("position"))
    if not sequence.is_active or not steps:
        raise ValidationError(_("This sequence takes nobody new."))
    plan = [[step.day, step.kind, step.words, step.template_id] for step in steps]
    due_on = today + timedelta(days=steps[0].day)
    made = []
    for entity in Entity.objects.live().filter(pk__in=entity_ids).select_for_update().order_by("pk"):
        if Enrolment.objects.active().filter(sequence=sequence, entity=entity).exists():
            continue
        row = Enrolment(sequence=sequence, entity=entity, plan=plan, due_on=due_on, enrolled_by=actor, enrolled_at=now)
        row.save()
        made.append(row)
        note("sequence.begun", row, actor=actor, now=now)
    return made


@transaction.atomic
def stop(*, actor: User, enrolment: Enrolment, now: datetime, words: str = "") -> None:
    """Take the contact out by hand; out already: nothing happens. Raises PermissionDenied."""
    if not manages_contact(actor, enrolment.entity, on=company_day(now)):
        raise PermissionDenied
    end(enrolment, Enrolment.End.HAND, now=now, actor=actor, words=words)


def end(enrolment: Enrolment, reason: str, *, now: datetime, actor: User | None = None, words: str = "") -> None:
    """Within the caller's transaction; whoever comes first gives the reason that is kept."""
    facts = {"ended_at": now, "ended_by": actor, "end_reason": reason, "end_words": words[:200]}
    facts |= {"paused_at": None, "paused_by": None}
    if Enrolment.objects.active().filter(pk=enrolment.pk).update(**facts):
        note("sequence.ended", enrolment, actor=actor, now=now, reason=reason)


def note(verb: str, row: Enrolment, *, actor: User | None, now: datetime, **more: str) -> None:
    """An entry of the contact's history."""
    facts = {"sequence": row.sequence.name, **more}
    record(Entry(kind=KIND, verb=verb, occurred_at=now, entities=[row.entity], facts=facts), actor=actor, now=now)
