"""Who works where on a day."""

from __future__ import annotations

from collections.abc import Collection
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
