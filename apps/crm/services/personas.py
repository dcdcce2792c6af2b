"""What contacts are to the house: personas given, taken away, and a lead made a customer with one click."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from apps.contacts.models import Entity
from apps.core import live
from apps.core.clock import company_day
from apps.core.services.operations import operate, snapshot
from apps.crm.models import EntityPersona, JourneyStep, Persona, Pipeline
from apps.crm.permissions.contacts import manages_contact
from apps.crm.services.journeys import enter, leave
from apps.crm.signals import persona_given

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.services.operations import Recorder


def give_persona(*, actor: User, entity: Entity, persona: Persona, now: datetime) -> int | None:
    """Let `entity` be a `persona` from today, at the first stage of its journey. Is it one already: nothing happens.

    Returns the operation to undo. Raises PermissionDenied, ValidationError.
    """
    _ask(actor, entity, now)
    if persona.retired_at is not None:
        raise ValidationError({"persona": _("There is no such choice.")})
    with operate(actor=actor, verb="persona.given", now=now) as recorder:
        if not _give(entity, persona, actor, recorder, now):
            return None
    return recorder.operation.pk


def take_persona(*, actor: User, entity: Entity, persona: Persona, now: datetime) -> int | None:
    """Let `entity` be a `persona` no longer; its journey ends where it stands. Returns the operation to undo."""
    _ask(actor, entity, now)
    with operate(actor=actor, verb="persona.taken", now=now) as recorder:
        if not _take(entity, persona, actor, recorder, now):
            return None
    return recorder.operation.pk


def set_personas(*, actor: User, entity: Entity, personas: Sequence[Persona], now: datetime) -> int | None:
    """Let `entity` be exactly these personas. Is it already: nothing happens. Returns the operation to undo.

    Raises PermissionDenied, ValidationError where one is offered no longer.
    """
    _ask(actor, entity, now)
    with operate(actor=actor, verb="persona.set", now=now) as recorder:
        held = EntityPersona.objects.filter(entity=entity, valid_to__isnull=True).select_related("persona")
        before = {row.persona_id: row.persona for row in held}
        wanted = {persona.pk: persona for persona in personas}
        added = [persona for pk, persona in wanted.items() if pk not in before]
        if any(persona.retired_at is not None for persona in added):
            raise ValidationError({"personas": _("There is no such choice.")})
        gone = [persona for pk, persona in before.items() if pk not in wanted]
        changed = [_take(entity, persona, actor, recorder, now) for persona in gone]
        changed += [_give(entity, persona, actor, recorder, now) for persona in added]
        if not any(changed):
            return None
    return recorder.operation.pk


def convert(*, actor: User, entity: Entity, persona: Persona, now: datetime) -> int | None:
    """Make of a lead the customer it `becomes`: the same record with all its history. Returns the operation to undo.

    Is it that already: nothing happens. Raises PermissionDenied, ValidationError where nothing becomes of it.
    """
    _ask(actor, entity, now)
    if persona.becomes is None or persona.becomes.retired_at is not None:
        raise ValidationError(_("There is nothing that this becomes."))
    with operate(actor=actor, verb="persona.converted", now=now) as recorder:
        taken = _take(entity, persona, actor, recorder, now)
        given = _give(entity, persona.becomes, actor, recorder, now)
        if not taken and not given:
            return None
    return recorder.operation.pk


def _give(entity: Entity, persona: Persona, actor: User, recorder: Recorder, now: datetime) -> bool:
    # The entity's row decides between two who do it at once.
    Entity.objects.select_for_update(no_key=True).get(pk=entity.pk)
    bears = EntityPersona.objects.filter(entity=entity, persona=persona, valid_to__isnull=True)
    if bears.exists():
        return False
    row = EntityPersona.objects.create(
        entity=entity, persona=persona, valid_from=company_day(now), made_by=actor, created_at=now
    )
    recorder.created(row)
    pipeline = Pipeline.objects.offered().filter(persona=persona).first()
    if pipeline is not None:
        enter(entity, pipeline, actor=actor, recorder=recorder, now=now)
    persona_given.send(sender=EntityPersona, ids=[entity.pk], actor=actor, now=now)
    return True


def _take(entity: Entity, persona: Persona, actor: User, recorder: Recorder, now: datetime) -> bool:
    Entity.objects.select_for_update(no_key=True).get(pk=entity.pk)
    row = EntityPersona.objects.filter(entity=entity, persona=persona, valid_to__isnull=True).first()
    if row is None:
        return False
    before = snapshot(row)
    row.valid_to = max(company_day(now), row.valid_from)
    row.save(update_fields=["valid_to"])
    recorder.updated(row, before)
    for step in JourneyStep.objects.current().filter(entity=entity, pipeline__persona=persona):
        leave(step, recorder=recorder, now=now)
        live.publish(f"journeys:{step.pipeline_id}", "journey-moved", {"ids": [entity.pk]})
    return True


def _ask(actor: User, entity: Entity, now: datetime) -> None:
    if not manages_contact(actor, entity, on=company_day(now)):
        raise PermissionDenied
