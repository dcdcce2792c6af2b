"""Places, addresses and ties of the one that is merged away: what the winner has already goes, the rest moves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.db.models import F, OuterRef, Prefetch, QuerySet, Subquery

from apps.contacts.models import EmailAddress, Entity, Link, Participant, PhoneNumber, Relationship, Unit
from apps.contacts.services.journal import Edit
from apps.core.services.operations.moves import note_move
from apps.core.text import fold

_DETAILS: dict[type[Any], Callable[[Any], object]] = {
    EmailAddress: lambda email: email.address.lower(),
    PhoneNumber: lambda phone: (phone.e164 or phone.digits or phone.raw, phone.extension),
    Link: lambda link: (link.url.rstrip("/").lower(), link.username),
}
_PLACE = (
    *("street", "house_number", "street2", "postcode", "city", "region", "country", "country_name", "po_box"),
    *("geo", "time_zone"),
)


def move_units(edit: Edit, winner: Entity, loser: Entity) -> None:
    """Places that are the winner's too give it their addresses, others move as they are."""
    move = partial(note_move, operation=edit.recorder.operation, loser_id=loser.pk)
    # Only what was the winner's before: two places of the loser stay two, be one below the other or not.
    homes = list(Unit.objects.filter(entity=winner).order_by("-is_primary", "position", "pk"))
    has_primary = any(home.is_primary for home in homes)
    _drop_known(edit, winner, loser)
    for unit in Unit.objects.filter(entity=loser).order_by("-is_primary", "position", "pk"):
        itself = Unit.objects.filter(pk=unit.pk)
        home = next((home for home in homes if _is_same_place(home, unit)), None)
        if home is None:
            if unit.is_primary and has_primary:
                move(rows=itself, field="is_primary", value=False)
            move(rows=itself, field="entity", value=winner.pk)
            for model in _DETAILS:
                move(rows=model.objects.filter(unit=unit), field="entity", value=winner.pk)
            continue
        for model in _DETAILS:
            rows = model.objects.filter(unit=unit)
            if model.objects.filter(unit=home, is_primary=True).exists():
                move(rows=rows.filter(is_primary=True), field="is_primary", value=False)
            moving = _fixed(rows)
            move(rows=moving, field="unit", value=home.pk)
            move(rows=moving, field="entity", value=winner.pk)
        move(rows=Participant.objects.filter(unit=unit), field="unit", value=home.pk)
        move(rows=Unit.objects.filter(parent=unit), field="parent", value=home.pk)


def drop_inner_ties(edit: Edit, entities: Sequence[Entity]) -> None:
    """A tie between contacts that become one goes; of several on the same side the first one stays in it.

    Before anything moves, so that undo finds each row as it was.
    """
    order = {entity.pk: place for place, entity in enumerate(entities)}
    rows = Participant.objects.filter(entity__in=order).order_by("pk")
    inner: dict[int, list[int]] = defaultdict(list)
    by_tie: dict[int, list[Participant]] = {}
    for part in rows:
        by_tie.setdefault(part.relationship_id, []).append(part)
    for parts in by_tie.values():
        if len({part.entity_id for part in parts}) == 1:
            continue
        last = max(parts, key=lambda part: order[part.entity_id])
        if len({part.side for part in parts}) > 1:
            inner[last.entity_id].append(parts[0].relationship_id)
            continue
        for part in sorted(parts, key=lambda part: order[part.entity_id])[1:]:
            edit.removed(part, part.entity_id)
            part.delete()
    for entity_id, ties in inner.items():
        _remove(edit, _with_parts(Relationship.objects.filter(pk__in=ties)), entity_id)


def move_ties(edit: Edit, winner: Entity, loser: Entity) -> set[int]:
    """Let the winner take part where the loser did; a tie that says the same as one of the winner's goes.

    Returns the others who take part: the names that they bear may be others now.
    """
    move = partial(note_move, operation=edit.recorder.operation, loser_id=loser.pk)
    known = {_shape(tie, winner.pk) for tie in _relationships_of(winner)} - {None}
    theirs = _relationships_of(loser)
    _remove(edit, [tie for tie in theirs if _shape(tie, loser.pk) in known], loser.pk)
    moving = Participant.objects.filter(entity=loser)
    if Participant.objects.filter(entity=winner, side=Participant.Side.SOURCE, is_primary=True).exists():
        move(rows=moving.filter(is_primary=True), field="is_primary", value=False)
    move(rows=moving, field="entity", value=winner.pk)
    return {part.entity_id for tie in theirs for part in tie.participants.all()} - {winner.pk, loser.pk}


def follow_units(ids: Sequence[int]) -> None:
    """Let what was added to places of these contacts be of whom its place is of now."""
    for model in _DETAILS:
        astray = model.objects.filter(unit__entity__in=ids).exclude(entity=F("unit__entity"))
        owner = Unit.objects.filter(pk=OuterRef("unit")).values("entity")
        model.objects.filter(pk__in=list(astray.values_list("pk", flat=True))).update(entity=Subquery(owner))
    below = Unit.objects.filter(entity__in=ids, parent__isnull=False).exclude(parent__entity=F("entity"))
    Unit.objects.filter(pk__in=list(below.values_list("pk", flat=True))).update(parent=None)


def _drop_known(edit: Edit, winner: Entity, loser: Entity) -> None:
    for model, likeness in _DETAILS.items():
        known = {likeness(one) for one in model.objects.filter(entity=winner)}
        for one in model.objects.filter(entity=loser).order_by("pk"):
            if likeness(one) in known:
                edit.removed(one, loser.pk)
                one.delete()
            known.add(likeness(one))


def _is_same_place(home: Unit, unit: Unit) -> bool:
    """Whether `unit` says nothing that `home` doesn't; a nameless one without an address is wherever the other is."""
    if unit.kind != home.kind or unit.attributes or unit.valid_from or unit.valid_to or home.valid_to:
        return False
    if unit.name and fold(unit.name) != fold(home.name):
        return False
    values = [(fold(getattr(unit, name)), fold(getattr(home, name))) for name in _PLACE]
    return all(not mine or mine == theirs for mine, theirs in values)


def _fixed(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The same rows, whatever is changed of them."""
    fixed: QuerySet[Any] = rows.model.objects.filter(pk__in=list(rows.values_list("pk", flat=True)))
    return fixed


def _relationships_of(entity: Entity) -> list[Relationship]:
    mine = Participant.objects.filter(entity=entity).values("relationship")
    return _with_parts(Relationship.objects.filter(pk__in=mine))


def _with_parts(ties: QuerySet[Relationship]) -> list[Relationship]:
    parts = Prefetch("participants", Participant.objects.order_by("pk"))
    return list(ties.order_by("pk").prefetch_related(parts))


def _shape(tie: Relationship, entity_id: int) -> object:
    """What makes two ties of two the same, seen from one of them; None for what says more than that."""
    parts = list(tie.participants.all())
    others = [part for part in parts if part.entity_id != entity_id]
    own = [part for part in parts if part.entity_id == entity_id]
    if len(parts) != 2 or len(own) != 1 or tie.attributes or tie.description or any(part.role for part in parts):
        return None
    job = (fold(own[0].job_title), fold(own[0].department))
    return tie.type_id, fold(tie.name), own[0].side, others[0].entity_id, job, tie.valid_from, tie.valid_to


def _remove(edit: Edit, ties: Sequence[Relationship], loser_id: int) -> None:
    for tie in ties:
        for part in tie.participants.all():
            edit.removed(part, loser_id)
        edit.removed(tie, loser_id)
    gone = [tie.pk for tie in ties]
    Participant.objects.filter(relationship__in=gone).delete()
    Relationship.objects.filter(pk__in=gone).delete()
