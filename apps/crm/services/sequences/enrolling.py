"""Contacts go into a sequence, rest in it, and are taken out of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.activities.services.recording import Entry, record, record_many
from apps.contacts.models import Entity
from apps.core.batch import insert_rows, reserve_ids
from apps.core.clock import company_day
from apps.core.services.operations import operate
from apps.crm.models import Enrolment, Sequence
from apps.crm.permissions.contacts import managed_contacts, manages_contact
from apps.crm.services.sequences.days import later, weekdays_of

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.services.operations import Recorder

KIND = "sequence"


def enrol(*, actor: User | None, sequence: Sequence, entity_ids: Collection[int], now: datetime) -> list[Enrolment]:
    """Let these contacts begin; those that are in it already, or gone, stay as they are. Returns the new ones.

    `actor` None: a rule does it, who has asked. Raises PermissionDenied, ValidationError.
    """
    if actor is not None and managed_contacts(actor, entity_ids, on=company_day(now)) != set(entity_ids):
        raise PermissionDenied
    with operate(actor=actor, verb="sequence.begun", now=now) as recorder:
        return begin_with(entity_ids, sequence, actor=actor, recorder=recorder, now=now)


def begin_with(
    ids: Collection[int], sequence: Sequence, *, actor: User | None, recorder: Recorder, now: datetime
) -> list[Enrolment]:
    """The same for who has asked already, within the recorder's transaction; in a few statements. ValidationError."""
    steps = list(sequence.steps.order_by("position"))
    if not sequence.is_active or not steps:
        raise ValidationError(_("This sequence takes nobody new."))
    live = Entity.objects.live().filter(pk__in=ids).select_for_update(no_key=True).order_by("pk")
    entities = {entity.pk: entity for entity in live}
    for pk in (
        Enrolment.objects.active().filter(sequence=sequence, entity__in=entities).values_list("entity", flat=True)
    ):
        del entities[pk]
    if not entities:
        return []
    today = company_day(now)
    works = weekdays_of(entities, on=today) if sequence.in_working_days else {}
    rows = [
        Enrolment(
            sequence=sequence,
            entity=entity,
            plan=[[step.day, step.kind, step.words, step.template_id] for step in steps],
            due_on=later(today, steps[0].day, works.get(entity.pk)),
            in_working_days=sequence.in_working_days,
            enrolled_by=actor,
            enrolled_at=now,
        )
        for entity in entities.values()
    ]
    for row, pk in zip(rows, reserve_ids({Enrolment: len(rows)})[Enrolment], strict=True):
        row.pk = pk
    insert_rows(rows)
    for row in rows:
        recorder.created(row)
    if len(rows) == 1:
        note("sequence.begun", rows[0], actor=actor, now=now)
    else:
        record_many([(_entry("sequence.begun", row, now), actor) for row in rows], now=now)
    return rows


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
    record(_entry(verb, row, now, **more), actor=actor, now=now)


def _entry(verb: str, row: Enrolment, now: datetime, **more: str) -> Entry:
    facts = {"sequence": row.sequence.name, **more}
    return Entry(kind=KIND, verb=verb, occurred_at=now, entities=[row.entity], facts=facts)
