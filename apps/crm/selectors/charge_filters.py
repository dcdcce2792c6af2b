"""Contacts by who is in charge of them on a day, as conditions for lists and boards; and who that is, for a page."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.accounts.models import TeamMembership
from apps.crm.models import Assignment
from apps.crm.models.assignments import valid_on

ACCOUNT = "account"
Layer = Assignment.Layer


class Held(NamedTuple):
    """An assignment that holds today."""

    entity_id: int
    layer: str
    user_id: int | None
    team_id: int | None
    name: str  # of the user or the team


def in_charge_of_users(users: Collection[int], *, on: date, entity: str = "pk") -> Q:
    """That one of `users` is in charge; `entity` is the path to the contact from the row that is asked for."""
    return _held(Q(user__in=users), on, entity)


def in_charge_of_teams(teams: Collection[int], *, on: date, entity: str = "pk") -> Q:
    """That one of `teams` is in charge, or somebody who belongs to one that day."""
    members = TeamMembership.objects.filter(valid_on(on), team__in=teams).values("user")
    return _held(Q(team__in=teams) | Q(user__in=members), on, entity)


def nobody_in_charge(*, on: date, entity: str = "pk") -> Q:
    return ~Q(Exists(_assignments(on, entity)))


def held_of(entity_ids: Collection[int], *, on: date) -> dict[int, list[Held]]:
    """Who is in charge of each, by contact: a stand-in before whoever is stood in for. One query."""
    found: dict[int, list[Held]] = {}
    rows = Assignment.objects.filter(valid_on(on), entity__in=entity_ids, purpose=ACCOUNT)
    values = rows.order_by("-layer", "pk").values_list(
        "entity", "layer", "user", "team", "user__name", "user__email", "team__name"
    )
    for entity_id, layer, user_id, team_id, name, email, team in values:
        found.setdefault(entity_id, []).append(Held(entity_id, layer, user_id, team_id, name or email or team))
    return found


def _held(whose: Q, on: date, entity: str) -> Q:
    rows = _assignments(on, entity)
    above = rows.filter(layer=Layer.STAND_IN)
    return Q(Exists(above.filter(whose))) | Q(Exists(rows.filter(whose, layer=Layer.BASE))) & ~Q(Exists(above))


def _assignments(on: date, entity: str) -> QuerySet[Assignment]:
    return Assignment.objects.filter(valid_on(on), entity=OuterRef(entity), purpose=ACCOUNT)
