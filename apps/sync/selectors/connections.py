"""How connections stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from apps.sync.models import AnalyticsEvent, AudienceMember, Connection

State = AudienceMember.State


@dataclass(frozen=True, slots=True)
class Standing:
    connection: Connection
    waiting: int
    refused: int
    there: int  # members subscribed, or events sent within a month


def standings(connections: Sequence[Connection]) -> list[Standing]:
    """In two queries, however many connections there are."""
    ids = [connection.pk for connection in connections]
    members: dict[int, Any] = {
        row["connection"]: row
        for row in AudienceMember.objects.filter(connection__in=ids)
        .values("connection")
        .annotate(
            waiting=Count("pk", filter=Q(due_at__isnull=False)),
            refused=Count("pk", filter=Q(state=State.REFUSED)),
            there=Count("pk", filter=Q(state=State.THERE)),
        )
    }
    events: dict[int, Any] = {
        row["connection"]: row
        for row in AnalyticsEvent.objects.filter(connection__in=ids)
        .values("connection")
        .annotate(
            waiting=Count("pk", filter=Q(state=AnalyticsEvent.State.QUEUED)),
            refused=Count("pk", filter=Q(state=AnalyticsEvent.State.REFUSED)),
            there=Count("pk", filter=Q(state=AnalyticsEvent.State.SENT)),
        )
    }
    empty = {"waiting": 0, "refused": 0, "there": 0}
    found = []
    for connection in connections:
        row: dict[str, int] = {**empty, **members.get(connection.pk, {}), **events.get(connection.pk, {})}
        found.append(Standing(connection, row["waiting"], row["refused"], row["there"]))
    return found
