"""Who works where on a day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from apps.contacts.models import Participant


def employers_of(people: Collection[int], *, today: date) -> list[int]:
    """The ids of the organisations that any of these persons works for on that day."""
    holds = Q(relationship__valid_from__isnull=True) | Q(relationship__valid_from__lte=today)
    lasts = Q(relationship__valid_to__isnull=True) | Q(relationship__valid_to__gt=today)
    jobs = Participant.objects.filter(
        holds, lasts, entity__in=people, side=Participant.Side.SOURCE, relationship__type__key="works_for"
    ).values("relationship_id")
    employers = Participant.objects.filter(relationship_id__in=jobs, side=Participant.Side.TARGET)
    return sorted(set(employers.exclude(entity__in=people).values_list("entity_id", flat=True)))


@dataclass(frozen=True, slots=True)
class Employment:
    organisation_id: int
    valid_from: date | None
    valid_to: date | None  # half-open

    def holds_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or self.valid_to > day)


def employments_of(people: Collection[int]) -> dict[int, list[Employment]]:
    """All jobs of these persons, past and present, by the person's id; two queries for however many."""
    jobs = Participant.objects.filter(
        entity__in=people, side=Participant.Side.SOURCE, relationship__type__key="works_for"
    ).values_list("entity_id", "relationship_id", "relationship__valid_from", "relationship__valid_to")
    rows = list(jobs)
    targets: dict[int, list[int]] = {}
    ends = Participant.objects.filter(relationship__in={row[1] for row in rows}, side=Participant.Side.TARGET)
    for relationship_id, organisation_id in ends.values_list("relationship_id", "entity_id"):
        targets.setdefault(relationship_id, []).append(organisation_id)
    found: dict[int, list[Employment]] = {}
    for person_id, relationship_id, valid_from, valid_to in rows:
        for organisation_id in targets.get(relationship_id, ()):
            found.setdefault(person_id, []).append(Employment(organisation_id, valid_from, valid_to))
    return found
