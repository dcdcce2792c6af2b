"""The organisation chart: who stands above a contact, and who below."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q

from apps.contacts.models import Entity, Participant, Unit
from apps.contacts.selectors.drawing import Knot
from apps.contacts.selectors.graph import MOST_KNOTS
from apps.contacts.selectors.ties import End, Pair, holding, pairs_of

if TYPE_CHECKING:
    from apps.accounts.models import User

LEVELS_UP, LEVELS_DOWN = 4, 3
_TURNED = "parent_of"  # of this type the source stands above; of all others the target
_SOURCE, _TARGET = Participant.Side.SOURCE, Participant.Side.TARGET
_HIERARCHY = Q(relationship__type__is_hierarchical=True)
_BELOW = _HIERARCHY & (
    Q(side=_SOURCE) & ~Q(relationship__type__key=_TURNED) | Q(side=_TARGET, relationship__type__key=_TURNED)
)
_ABOVE = _HIERARCHY & (
    Q(side=_TARGET) & ~Q(relationship__type__key=_TURNED) | Q(side=_SOURCE, relationship__type__key=_TURNED)
)


@dataclass(slots=True)
class Chart:
    root: Knot
    is_cut: bool = False


def chart_of(entity: Entity, *, user: User, today: date) -> Chart:
    """The line from `entity` up to the top, and all below that line that `user` sees; at most 15 queries.

    A person is shown in the main organisation; an organisation with its departments.
    """
    self_knot = Knot(entity.display_name, entity.kind, entity.pk, is_self=True)
    line, knots = [self_knot], {entity.pk: self_knot}
    for _level in range(LEVELS_UP):
        upper = _upper_of(line[-1], knots, user=user, today=today)
        if upper is None:
            break
        line.append(upper)
    chart = Chart(line[-1])
    departments = _departments(entity, self_knot, today) if entity.is_organisation else {}
    frontier = [knot.entity_id for knot in line if knot.entity_id]
    for _level in range(LEVELS_DOWN):
        pairs, cut = pairs_of(frontier, user=user, today=today, only=_ABOVE)
        chart.is_cut |= cut
        reached: list[int] = []
        nearest = {entity_id: place for place, entity_id in enumerate(frontier)}
        for pair in sorted(pairs, key=lambda each: nearest.get(_upper(each).entity_id, len(nearest))):
            below, above = _lower(pair), knots.get(_upper(pair).entity_id)
            if below.entity_id in knots or above is None:
                continue
            if len(knots) >= MOST_KNOTS:
                chart.is_cut = True
                break
            knots[below.entity_id] = _knot(pair)
            room = departments.get(pair.source.department.casefold()) if above is self_knot else None
            (room or above).children.append(knots[below.entity_id])
            reached.append(below.entity_id)
        frontier = reached
    return chart


def _upper_of(knot: Knot, knots: dict[int, Knot], *, user: User, today: date) -> Knot | None:
    """The first one above `knot` (of a person: in the main job) with `knot` hung on it."""
    pairs, _cut = pairs_of([knot.entity_id or 0], user=user, today=today, only=_BELOW)
    for pair in pairs:
        above = _upper(pair)
        if _lower(pair).entity_id == knot.entity_id and above.entity_id not in knots:
            knot.word = _knot(pair).word
            knots[above.entity_id] = Knot(above.title, above.kind, above.entity_id, children=[knot])
            return knots[above.entity_id]
    return None


def _departments(entity: Entity, top: Knot, today: date) -> dict[str, Knot]:
    """Hang the organisation's nested units on it; returns the knots by folded name."""
    units = list(Unit.objects.filter(holding(today), entity=entity).order_by("position", "pk")[:MOST_KNOTS])
    parents = {unit.parent_id for unit in units}
    nested = [unit for unit in units if unit.name and (unit.parent_id or unit.pk in parents or not unit.is_primary)]
    made = {unit.pk: Knot(unit.name, "unit") for unit in nested}
    for unit in nested:
        made.get(unit.parent_id or 0, top).children.append(made[unit.pk])
    return {unit.name.casefold(): made[unit.pk] for unit in nested}


def _upper(pair: Pair) -> End:
    return pair.source if pair.type_key == _TURNED else pair.target


def _lower(pair: Pair) -> End:
    return pair.target if pair.type_key == _TURNED else pair.source


def _knot(pair: Pair) -> Knot:
    """The lower end, with its job or the tie as its word."""
    below = _lower(pair)
    reading = pair.inverse_name if pair.type_key == _TURNED else pair.name
    return Knot(below.title, below.kind, below.entity_id, below.job or reading)
