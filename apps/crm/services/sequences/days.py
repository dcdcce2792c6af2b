"""Days of steps: of the calendar, or working days of the team in charge."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from apps.accounts.models import TeamMembership
from apps.crm.models import Assignment
from apps.crm.models.assignments import valid_on

Weekdays = frozenset[int]  # by ISO: 1 is Monday
USUAL: Weekdays = frozenset(range(1, 6))


def weekdays_of(entity_ids: Collection[int], *, on: date) -> dict[int, Weekdays]:
    """On which days those in charge of these contacts work, by the hours of their teams; in two queries.

    Whoever is in several teams works when any of them does; where no team has told its hours: Monday to Friday.
    """
    held = Assignment.objects.filter(valid_on(on), entity__in=entity_ids, purpose="account")
    charge = {
        row["entity"]: row for row in held.order_by("layer", "pk").values("entity", "user", "team", "team__hours")
    }
    members = TeamMembership.objects.filter(valid_on(on), user__in={row["user"] for row in charge.values()} - {None})
    by_user: dict[int, set[int]] = {}
    for user_id, hours in members.values_list("user", "team__hours"):
        by_user.setdefault(user_id, set()).update(int(day) for day in hours)
    found = {}
    for entity_id in entity_ids:
        row = charge.get(entity_id)
        days = (
            set(map(int, row["team__hours"] or {})) if row and row["team"] else by_user.get(row["user"] if row else 0)
        )
        found[entity_id] = frozenset(days) if days else USUAL
    return found


def later(day: date, count: int, weekdays: Weekdays | None) -> date:
    """`count` days after `day`; of working days the first one from there on. None: days of the calendar."""
    if weekdays is None:
        return day + timedelta(days=count)
    while day.isoweekday() not in weekdays:
        day += timedelta(days=1)
    weeks, rest = divmod(count, len(weekdays))
    day += timedelta(weeks=weeks)
    while rest:
        day += timedelta(days=1)
        rest -= day.isoweekday() in weekdays
    return day
