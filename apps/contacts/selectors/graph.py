"""Who is tied to whom: a contact, those tied to it, and those tied to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from apps.contacts.models import Entity
from apps.contacts.selectors.drawing import Knot, SideTie
from apps.contacts.selectors.ties import End, Pair, pairs_of

if TYPE_CHECKING:
    from apps.accounts.models import User

DEPTH = 2
MOST_KNOTS = 150


@dataclass(slots=True)
class Graph:
    """The tree by which contacts were reached first, the ties besides, and whether something had to stay out."""

    root: Knot
    side_ties: list[SideTie] = field(default_factory=list)
    is_cut: bool = False


def graph_of(entity: Entity, *, user: User, today: date) -> Graph:
    """Everything within two steps of `entity` that `user` sees, in at most four queries."""
    graph = Graph(Knot(entity.display_name, entity.kind, entity.pk, is_self=True))
    knots = {entity.pk: graph.root}
    frontier, drawn = {entity.pk}, set[tuple[int, int, int]]()
    for _step in range(DEPTH):
        pairs, cut = pairs_of(frontier, user=user, today=today)
        graph.is_cut |= cut
        reached: set[int] = set()
        for pair in pairs:
            key = (pair.relationship_id, pair.source.entity_id, pair.target.entity_id)
            ends = {pair.source.entity_id, pair.target.entity_id}
            if key in drawn or len(ends) < 2 or not ends & frontier:
                continue
            drawn.add(key)
            reached |= _add(graph, knots, pair)
        frontier = reached
    return graph


def _add(graph: Graph, knots: dict[int, Knot], pair: Pair) -> set[int]:
    """Hang the pair's new end on the one that is there; two known ones get a side tie."""
    source, target = knots.get(pair.source.entity_id), knots.get(pair.target.entity_id)
    if source and target:
        graph.side_ties.append(SideTie(source, target, _word(pair.name, pair.source)))
        return set()
    if len(knots) >= MOST_KNOTS:
        graph.is_cut = True
        return set()
    if source:
        new, there, word = pair.target, source, _word(pair.name, pair.source)
    elif target:
        new, there, word = pair.source, target, _word(pair.inverse_name, pair.source)
    else:
        return set()
    knots[new.entity_id] = Knot(new.title, new.kind, new.entity_id, word)
    there.children.append(knots[new.entity_id])
    return {new.entity_id}


def _word(reading: str, source: End) -> str:
    return f"{reading} · {source.job}" if source.job else reading
