"""Ties between contacts as pairs, for the pictures: read once for many contacts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q

from apps.contacts.models import Entity, Participant

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_TIES = 600  # read for one step of a picture


@dataclass(frozen=True, slots=True)
class End:
    """A contact at its end of a tie."""

    entity_id: int
    title: str
    kind: str
    job: str
    department: str


@dataclass(frozen=True, slots=True)
class Pair:
    """One contact from each side of a relationship that holds on the day asked for."""

    relationship_id: int
    type_key: str
    source: End
    target: End
    name: str  # read from the source: "works for"
    inverse_name: str


def holding(today: date, prefix: str = "") -> Q:
    """Valid on this day; `prefix` leads to the relationship."""
    begun = Q(**{f"{prefix}valid_from__isnull": True}) | Q(**{f"{prefix}valid_from__lte": today})
    lasting = Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gt": today})
    return begun & lasting


def pairs_of(entity_ids: Collection[int], *, user: User, today: date, only: Q | None = None) -> tuple[list[Pair], bool]:
    """The pairs in relationships of these contacts, as far as `user` sees both, and whether some were left out.

    `only` narrows the participations of these contacts. Two queries.
    """
    if not entity_ids:
        return [], False
    mine = Participant.objects.filter(holding(today, "relationship__"), entity__in=entity_ids)
    if only is not None:
        mine = mine.filter(only)
    found = list(mine.order_by("-is_primary", "relationship", "pk").values_list("relationship", flat=True)[:MOST_TIES])
    ties = list(dict.fromkeys(found))
    rows = (
        Participant.objects.filter(relationship__in=ties, entity__in=Entity.objects.visible_to(user).live())
        .select_related("entity", "relationship__type")
        .only(
            *("side", "role", "job_title", "department", "entity__kind", "entity__display_name", "relationship__name"),
            *("relationship__type__key", "relationship__type__name", "relationship__type__inverse_name"),
            "relationship__type__is_built_in",
        )
        .order_by("entity__sort_name", "pk")[: 4 * MOST_TIES]
    )
    by_tie: dict[int, list[Participant]] = {}
    for row in rows:
        by_tie.setdefault(row.relationship_id, []).append(row)
    pairs = [pair for tie in ties for pair in _pairs(by_tie.get(tie, []))]
    return pairs, len(found) == MOST_TIES


def _pairs(participants: list[Participant]) -> list[Pair]:
    sources = [each for each in participants if each.side == Participant.Side.SOURCE]
    targets = [each for each in participants if each.side == Participant.Side.TARGET]
    return [
        Pair(
            source.relationship_id,
            source.relationship.type.key,
            _end(source),
            _end(target),
            source.relationship.type.reading,
            source.relationship.type.reading_back,
        )
        for source in sources
        for target in targets
    ]


def _end(participant: Participant) -> End:
    entity = participant.entity
    job = participant.job_title or participant.role
    return End(entity.pk, entity.display_name, entity.kind, job, participant.department)
