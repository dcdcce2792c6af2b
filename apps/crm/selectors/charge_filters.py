"""Contacts by who is in charge of them on a day, as conditions for lists and boards; and who that is, for a page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.accounts.models import Team, TeamMembership, User
from apps.crm.models import Assignment
from apps.crm.models.assignments import valid_on

ACCOUNT = "account"
Layer = Assignment.Layer


@dataclass(frozen=True, slots=True)
class Charge:
    """Who is in charge of a contact today: a user or a team."""

    user: User | None
    team: Team | None

    @property
    def name(self) -> str:
        return str(self.user or self.team or "")


def in_charge_of_users(users: Collection[int], *, on: date, entity: str = "pk") -> Q:
    """That one of `users` is in charge; `entity` is the path to the contact from the row that is asked for."""
    return _held(Q(user__in=users), on, entity)


def in_charge_of_teams(teams: Collection[int], *, on: date, entity: str = "pk") -> Q:
    """That one of `teams` is in charge, or somebody who belongs to one that day."""
    members = TeamMembership.objects.filter(valid_on(on), team__in=teams).values("user")
    return _held(Q(team__in=teams) | Q(user__in=members), on, entity)


def nobody_in_charge(*, on: date, entity: str = "pk") -> Q:
    return ~Q(Exists(_assignments(on, entity)))


def charges_of(entity_ids: Collection[int], *, on: date) -> dict[int, Charge]:
    """By contact; a stand-in lies over the one stood in for. One query."""
    found: dict[int, Charge] = {}
    held = Assignment.objects.filter(valid_on(on), entity__in=entity_ids, purpose=ACCOUNT)
    for row in held.select_related("user", "team").order_by("pk"):
        if row.layer == Layer.STAND_IN or row.entity_id not in found:
            found[row.entity_id] = Charge(row.user, row.team)
    return found


def _held(whose: Q, on: date, entity: str) -> Q:
    rows = _assignments(on, entity)
    above = rows.filter(layer=Layer.STAND_IN)
    return Q(Exists(above.filter(whose))) | Q(Exists(rows.filter(whose, layer=Layer.BASE))) & ~Q(Exists(above))


def _assignments(on: date, entity: str) -> QuerySet[Assignment]:
    return Assignment.objects.filter(valid_on(on), entity=OuterRef(entity), purpose=ACCOUNT)
