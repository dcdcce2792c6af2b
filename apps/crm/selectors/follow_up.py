"""Contacts by their next step: overdue, due, to come, nothing planned; one's own, or those of one's teams."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.timezone import localdate

from apps.accounts.permissions import is_manager
from apps.activities.selectors.next_steps import step_links
from apps.contacts.models import Entity
from apps.core.clock import company_day
from apps.crm.models import Assignment
from apps.crm.models.assignments import valid_on
from apps.crm.permissions.contacts import teams_and_people

if TYPE_CHECKING:
    from apps.accounts.models import User

OVERDUE, TODAY, UPCOMING, NOTHING = "overdue", "today", "upcoming", "nothing"
STATES = (OVERDUE, TODAY, UPCOMING, NOTHING)
MINE, TEAM, ALL = "mine", "team", "all"


def whose_of(user: User) -> list[str]:
    """Whose contacts this user may ask for: managers may ask for everybody's."""
    return [MINE, TEAM, ALL] if is_manager(user) else [MINE, TEAM]


def follow_ups(user: User, whose: str, state: str, *, now: datetime) -> QuerySet[Any]:
    """Those that `user` sees and somebody is in charge of, each with its `step_day`, by what `user` sees planned."""
    today = localdate(now)
    links: QuerySet[Any] = step_links(user, now=now).filter(entity=OuterRef("pk"))
    found = Entity.objects.visible_to(user).live()
    found = found.filter(Exists(_charge(user, whose, company_day(now)).filter(entity=OuterRef("pk"))))
    if state == NOTHING:
        return found.filter(~Exists(links.order_by())).annotate(step_day=Subquery(links.values("day")[:1]))
    days = Subquery(links.order_by(F("day").asc(nulls_last=True), "activity").values("day")[:1])
    return found.filter(Exists(links.order_by())).annotate(step_day=days).filter(_when(state, today))


def first_tasks(user: User, entity_ids: Collection[int], *, now: datetime) -> list[int]:
    """Of each of these contacts the next step that the list shows, where it is a task: what a bulk action changes."""
    links = step_links(user, now=now).filter(entity__in=entity_ids)
    rows = links.order_by("entity", F("day").asc(nulls_last=True), "activity").distinct("entity")
    return sorted({pk for pk, kind in rows.values_list("activity", "activity__kind") if kind == "task"})


def _charge(user: User, whose: str, on: date) -> QuerySet[Assignment]:
    held = Assignment.objects.filter(valid_on(on), purpose="account")
    if whose == MINE:
        return held.filter(user=user)
    if whose == ALL:
        return held
    teams, led = teams_and_people(user, on)
    return held.filter(Q(team__in=teams) | Q(user__in=led))


def _when(state: str, today: date) -> Q:
    if state == OVERDUE:
        return Q(step_day__lt=today)
    return Q(step_day=today) if state == TODAY else Q(step_day__gt=today) | Q(step_day__isnull=True)
