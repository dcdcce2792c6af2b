"""Typed, dated ties between entities; jobs among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.contacts.models import Entity, Participant, Relationship, RelationshipType, Unit
from apps.contacts.services.attributes import clean_attributes
from apps.contacts.services.conflicts import keep_settled
from apps.contacts.services.employment import add_jobs, jobs_of, resolve_jobs, unset_primary
from apps.contacts.services.entities import make_entity
from apps.contacts.services.inputs import JobInput
from apps.contacts.services.journal import Edit, editing
from apps.contacts.services.parts import check
from apps.core.services.operations import snapshot

Side = Participant.Side
EDITABLE = frozenset({"name", "description", "valid_from", "valid_to", "attributes"})
PARTICIPANT_EDITABLE = frozenset({"unit", "role", "job_title", "department"})


@dataclass(slots=True)
class ParticipantInput:
    """One end of a relationship. `unit_id` is one of the entity's own."""

    entity_id: int
    side: str  # "source" or "target"
    unit_id: int | None = None
    role: str = ""
    job_title: str = ""
    department: str = ""
    is_primary: bool = False


def add_relationship(
    *,
    actor: User,
    type: RelationshipType,
    participants: Sequence[ParticipantInput],
    now: datetime,
    name: str = "",
    description: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> Relationship:
    """Tie the participants, any number on each side, at least one on both.

    The actor may edit the sources (in a symmetric type: one of all) and sees the others. Raises PermissionDenied,
    ValidationError for kinds that the type doesn't take, an end before the beginning, or a circle in a hierarchy.
    """
    edited = {one.entity_id for one in participants if one.side == Side.SOURCE}
    everybody = {one.entity_id for one in participants}
    with editing(edited, beside=everybody - edited, actor=actor, verb="relationship.added", now=now) as edit:
        _check_ends(edit, type, participants)
        relationship = Relationship(
            type=type, name=name.strip(), description=description.strip(), valid_from=valid_from, valid_to=valid_to
        )
        relationship.attributes = clean_attributes(
            attributes or {}, actor=actor, target="relationship", relationship_type=type, whole=True
        ).values
        _check(relationship)
        relationship.save(force_insert=True)
        first = min(edited)
        edit.created(relationship, first)
        for position, one in enumerate(participants):
            _add(edit, relationship, one, position)
        _refuse_circles(type, participants)
    return relationship


def update_relationship(
    *,
    actor: User,
    relationship: Relationship,
    fields: Mapping[str, Any],
    now: datetime,
    expected_version: int | None = None,
    seen_from: Entity | None = None,
) -> Relationship:
    """Set `fields` (names in EDITABLE). `expected_version` is that of the entity it is `seen_from`.

    Raises PermissionDenied, EditConflict, ValidationError.
    """
    unknown = fields.keys() - EDITABLE
    if unknown:
        raise ValueError(f"not to be set here: {sorted(unknown)}")
    with _editing_all(relationship, actor=actor, verb="relationship.updated", now=now) as edit:
        locked = Relationship.objects.select_related("type").get(pk=relationship.pk)
        before = snapshot(locked)
        for name, value in fields.items():
            setattr(locked, name, value.strip() if isinstance(value, str) else value)
        if "attributes" in fields:
            locked.attributes = clean_attributes(
                fields["attributes"],
                actor=actor,
                target="relationship",
                relationship_type=locked.type,
                kept=before["attributes"],
            ).values
        _check(locked)
        subject = edit.entities[seen_from.pk] if seen_from else next(iter(edit.entities.values()))
        left = keep_settled(
            locked, names=list(fields), before=before, entity=subject, expected_version=expected_version
        )
        if left:
            locked.save(update_fields=left.keys())
            edit.updated(locked, before, subject.pk)
            _touch_all(edit)
    return locked


def remove_relationship(*, actor: User, relationship: Relationship, now: datetime) -> None:
    """Take the tie away from all its participants. Already gone: nothing happens."""
    with _editing_all(relationship, actor=actor, verb="relationship.removed", now=now) as edit:
        _remove(edit, relationship)


def add_participant(
    *, actor: User, relationship: Relationship, participant: ParticipantInput, now: datetime
) -> Participant:
    """Let one more entity take part. Raises PermissionDenied, ValidationError."""
    beside = {participant.entity_id}
    with _editing_all(relationship, beside, actor=actor, verb="participant.added", now=now) as edit:
        type = relationship.type
        there = [ParticipantInput(one.entity_id, one.side) for one in relationship.participants.order_by("pk")]
        if any((one.entity_id, one.side) == (participant.entity_id, participant.side) for one in there):
            raise ValidationError({"participants": _("This contact takes part already.")})
        _check_ends(edit, type, [*there, participant])
        made = _add(edit, relationship, participant, len(there))
        _refuse_circles(type, [*there, participant])
        _touch_all(edit)
    return made


def update_participant(
    *, actor: User, participant: Participant, fields: Mapping[str, Any], now: datetime
) -> Participant:
    """Set role, job title, department or the unit through which somebody takes part (PARTICIPANT_EDITABLE)."""
    unknown = fields.keys() - PARTICIPANT_EDITABLE
    if unknown:
        raise ValueError(f"not to be set here: {sorted(unknown)}")
    with editing([participant.entity_id], actor=actor, verb="participant.updated", now=now) as edit:
        locked = Participant.objects.get(pk=participant.pk, entity=participant.entity_id)
        before = snapshot(locked)
        for name, value in fields.items():
            if name == "unit":
                locked.unit_id = _own_unit(locked.entity_id, value.pk if isinstance(value, Unit) else value)
            else:
                setattr(locked, name, value.strip())
        check(locked)
        locked.save(update_fields=fields.keys())
        edit.updated(locked, before, locked.entity_id)
    return locked


def remove_participant(*, actor: User, participant: Participant, now: datetime) -> None:
    """Let an entity leave; when a side is left empty, the whole tie goes."""
    relationship = participant.relationship
    with _editing_all(relationship, actor=actor, verb="participant.removed", now=now) as edit:
        there = list(relationship.participants.order_by("pk"))
        leaving = next((one for one in there if one.pk == participant.pk), None)
        if leaving is None:
            return
        if any(one.side == leaving.side for one in there if one.pk != leaving.pk):
            edit.removed(leaving, leaving.entity_id)
            leaving.delete()
            _touch_all(edit)
        else:
            _remove(edit, relationship)


def add_job(*, actor: User, person: Entity, job: JobInput, now: datetime) -> Relationship:
    """Let `person` work for an organisation; with `job.is_primary` it is the job shown in lists.

    Raises PermissionDenied unless the actor may edit the person and sees the organisation, ValidationError.
    """
    with editing([person], actor=actor, verb="job.added", now=now) as edit:
        locked = edit.entities[person.pk]
        resolved = resolve_jobs(edit, [job], folder=locked.folder, make=make_entity)
        if not resolved:
            raise ValidationError({"organisation": _("Choose an organisation.")})
        return add_jobs(edit, locked, resolved)[0]


def make_job_primary(*, actor: User, participant: Participant, now: datetime) -> None:
    """Show this job of its person in lists. Already shown: nothing happens."""
    with editing([participant.entity_id], actor=actor, verb="job.made_primary", now=now) as edit:
        chosen = jobs_of(participant.entity_id).get(pk=participant.pk)
        unset_primary(edit, participant.entity_id, but=chosen.pk)
        if not chosen.is_primary:
            before = snapshot(chosen)
            chosen.is_primary = True
            chosen.save(update_fields=["is_primary"])
            edit.updated(chosen, before, chosen.entity_id)


def _editing_all(
    relationship: Relationship, beside: set[int] | None = None, *, actor: User, verb: str, now: datetime
) -> Any:
    """An edit of all participants: the actor may edit at least one of them, and sees the rest."""
    ids = set(relationship.participants.values_list("entity_id", flat=True))
    mine = set(Entity.objects.editable_by(actor).filter(pk__in=ids).values_list("pk", flat=True))
    return editing(mine or ids, beside=(ids - mine) | (beside or set()), actor=actor, verb=verb, now=now)


def _add(edit: Edit, relationship: Relationship, data: ParticipantInput, position: int) -> Participant:
    if relationship.type.key == "works_for" and data.side == Side.SOURCE and data.is_primary:
        unset_primary(edit, data.entity_id)
    made = Participant(
        relationship=relationship,
        entity_id=data.entity_id,
        side=data.side,
        unit_id=_own_unit(data.entity_id, data.unit_id),
        role=data.role,
        job_title=data.job_title,
        department=data.department,
        is_primary=data.is_primary,
        position=position,
    )
    check(made)
    made.save(force_insert=True)
    edit.created(made, data.entity_id)
    return made


def _remove(edit: Edit, relationship: Relationship) -> None:
    there = list(relationship.participants.order_by("pk"))
    if not there:
        return
    for one in there:
        edit.removed(one, one.entity_id)
        one.delete()
    edit.removed(relationship, there[0].entity_id)
    relationship.delete()


def _touch_all(edit: Edit) -> None:
    for entity_id in edit.entities:
        edit.touch(entity_id)


def _own_unit(entity_id: int, unit_id: int | None) -> int | None:
    if unit_id is not None and not Unit.objects.filter(pk=unit_id, entity=entity_id).exists():
        raise ValidationError({"unit": _("This place belongs to somebody else.")})
    return unit_id


def _check(relationship: Relationship) -> None:
    check(relationship)
    begins, ends = relationship.valid_from, relationship.valid_to
    if begins and ends and ends <= begins:
        raise ValidationError({"valid_to": _("The end lies before the beginning.")})


def _check_ends(edit: Edit, type: RelationshipType, participants: Sequence[ParticipantInput]) -> None:
    if {one.side for one in participants} != {Side.SOURCE, Side.TARGET}:
        raise ValidationError({"participants": _("A relationship needs somebody on both sides.")})
    pairs = [(one.entity_id, one.side) for one in participants]
    if len(set(pairs)) != len(pairs):
        raise ValidationError({"participants": _("The same contact stands twice on one side.")})
    sides = {Side.SOURCE: type.source_kind, Side.TARGET: type.target_kind}
    for one in participants:
        wanted = sides[Side(one.side)]
        if wanted != "any" and edit.entities[one.entity_id].kind != wanted:
            raise ValidationError(
                {"participants": _("“%(name)s” can't stand there.") % {"name": edit.entities[one.entity_id]}}
            )
    if len({one.entity_id for one in participants}) == 1:
        raise ValidationError({"participants": _("Nobody is tied to themselves.")})


def _refuse_circles(type: RelationshipType, participants: Sequence[ParticipantInput]) -> None:
    """In a hierarchy nobody stands above themselves: walk up from the targets and look for the sources."""
    if not type.is_hierarchical:
        return
    sources = {one.entity_id for one in participants if one.side == Side.SOURCE}
    seen: set[int] = set()
    above = {one.entity_id for one in participants if one.side == Side.TARGET}
    while above:
        if above & sources:
            raise ValidationError({"participants": _("That would put somebody above themselves.")})
        seen |= above
        ties = Participant.objects.filter(relationship__type=type, side=Side.SOURCE, entity__in=above)
        above = (
            set(
                Participant.objects.filter(relationship__in=ties.values("relationship"), side=Side.TARGET).values_list(
                    "entity_id", flat=True
                )
            )
            - seen
        )
