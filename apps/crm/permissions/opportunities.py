"""Who manages an opportunity: changes, moves and closes it. Others see it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import TYPE_CHECKING

from apps.accounts.permissions import is_manager, is_staff_member
from apps.crm.models import Opportunity
from apps.crm.permissions.contacts import teams_and_people

if TYPE_CHECKING:
    from apps.accounts.models import User

Held = tuple[int, int | None, int | None]  # ids of an opportunity, its owner, its team


def manages_opportunity(user: User, opportunity: Opportunity, *, on: date) -> bool:
    """Its owner, their team's leads, members of its team, managers; whoever sees it while it is nobody's."""
    return bool(managed_opportunities(user, [opportunity.pk], on=on))


def managed_opportunities(user: User, ids: Collection[int], *, on: date) -> set[int]:
    """Those of these that `user` sees and manages."""
    seen = Opportunity.objects.visible_to(user).filter(pk__in=ids)
    return managed_of_held(user, seen.values_list("pk", "owner", "team"), on=on)


def managed_of_held(user: User, held: Iterable[Held], *, on: date) -> set[int]:
    """The same of opportunities that `user` is known to see."""
    rows = list(held)
    if not rows or not is_staff_member(user):
        return set()
    if is_manager(user):
        return {pk for pk, _owner, _team in rows}
    teams, led = teams_and_people(user, on)
    return {
        pk
        for pk, owner, team in rows
        if owner == user.pk or owner in led or team in teams or (owner is None and team is None)
    }
