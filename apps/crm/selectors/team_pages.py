"""A team as its page shows it: who is there today, who is away until when, and how much each has to do."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count, QuerySet

from apps.accounts.models import Team, TeamMembership
from apps.activities.models import TaskAssignee
from apps.core.kept import Kept
from apps.crm.models import Absence, Assignment
from apps.crm.models.assignments import valid_on

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(frozen=True, slots=True)
class Member:
    """One member that day, with their workload: contacts in charge by themselves, open tasks, those overdue."""

    membership: TeamMembership
    absence: Absence | None
    contacts: int
    tasks: int
    overdue: int

    @property
    def user(self) -> User:
        return self.membership.user


@dataclass(frozen=True, slots=True)
class TeamPage:
    members: list[Member]
    to_come: list[TeamMembership]
    former: list[TeamMembership]
    contacts: int  # of the team as a whole

    @property
    def there(self) -> int:
        return sum(member.absence is None for member in self.members)


def team_page(team: Team, *, on: date) -> TeamPage:
    rows = TeamMembership.objects.filter(team=team).select_related("user").order_by("role", "user__name", "pk")
    memberships = list(rows)
    current = [row for row in memberships if row.valid_from <= on and (row.valid_to is None or row.valid_to > on)]
    ids = [row.user_id for row in current]
    away = {each.user_id: each for each in Absence.objects.on(on).filter(user__in=ids).select_related("stand_in")}
    contacts = contacts_in_charge(ids, on=on)
    tasks, overdue = _tasks(ids), _tasks(ids, before=on)
    members = [
        Member(
            row,
            away.get(row.user_id),
            contacts.get(row.user_id, 0),
            tasks.get(row.user_id, 0),
            overdue.get(row.user_id, 0),
        )
        for row in current
    ]
    held = Assignment.objects.filter(valid_on(on), team=team, purpose="account")
    return TeamPage(
        members,
        [row for row in memberships if row.valid_from > on],
        [row for row in memberships if row.valid_to is not None and row.valid_to <= on],
        held.values("entity").distinct().count(),
    )


def contacts_in_charge(user_ids: Collection[int], *, on: date) -> dict[int, int]:
    """How many contacts each of these users has by themselves that day; who has none is missing."""
    held = Assignment.objects.filter(
        valid_on(on), user__in=user_ids, layer=Assignment.Layer.BASE, purpose="account", entity__trashed_at=None
    )
    return {pk: count for pk, count in held.values_list("user").annotate(Count("pk")).order_by() if pk is not None}


def absences_of(user: User) -> QuerySet[Absence]:
    return Absence.objects.filter(user=user).select_related("stand_in").order_by("-starts_on", "-pk")


@Kept
def _absences_to_come() -> list[tuple[int, date, date]]:
    """All that has not ended when it was read, kept until one changes: pages ask who is away."""
    return list(Absence.objects.order_by("pk").values_list("user", "starts_on", "ends_on"))


def away_until(user_id: int, *, on: date) -> date | None:
    """The day on which somebody who is away that day is back; without a query as a rule."""
    return next((ends for pk, starts, ends in _absences_to_come() if pk == user_id and starts <= on < ends), None)


def _tasks(user_ids: Collection[int], *, before: date | None = None) -> dict[int, int]:
    """Open tasks in hand by user; private ones are counted too, nothing is told of them."""
    held = TaskAssignee.objects.filter(user__in=user_ids, is_over=False, task__activity__removed_at=None)
    if before is not None:
        held = held.filter(task__due_on__lt=before)
    return dict(held.values_list("user").annotate(Count("pk")).order_by())
