"""Who manages a contact: only they change where it stands. Others see it, and edit its data where its folder lets them.

Those in charge of it that day, members of the team in charge, leads of a team that the one in charge belongs to,
managers and administrators. Of a contact that nobody is in charge of: whoever may edit it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from apps.accounts.models import TeamMembership
from apps.accounts.permissions import is_manager, is_staff_member
from apps.contacts.models import Entity, Folder
from apps.contacts.models.rights import rights_of
from apps.crm.models import Assignment
from apps.crm.models.assignments import valid_on

if TYPE_CHECKING:
    from apps.accounts.models import Team, User


def manages_contact(user: User, entity: Entity, *, on: date) -> bool:
    """May `user` move this contact on its journey, give it personas, and comment on where it stands?"""
    return entity.pk in managed_contacts(user, [entity.pk], on=on)


def managed_contacts(user: User, entity_ids: Collection[int], *, on: date) -> set[int]:
    """Those of these contacts that `user` manages; in at most four queries, however many they are."""
    if not is_staff_member(user):
        return set()
    seen = Entity.objects.visible_to(user).live().filter(pk__in=entity_ids)
    return managed_of_seen(user, dict(seen.values_list("pk", "folder")), on=on)


Charge = Mapping[int, Collection[tuple[int | None, int | None]]]


def managed_of_seen(user: User, seen: Mapping[int, int], *, on: date, charge: Charge | None = None) -> set[int]:
    """The same of contacts that `user` is known to see, given with their folders.

    `charge` are (user id, team id) of those in charge by contact, where the caller knows them already.
    """
    if not seen or not is_staff_member(user):
        return set()
    if is_manager(user):
        return set(seen)
    held = _in_charge(list(seen), on) if charge is None else charge
    teams, led = teams_and_people(user, on)
    editable = rights_of(user).edit

    def manages(entity_id: int) -> bool:
        theirs = held.get(entity_id)
        if not theirs:
            return seen[entity_id] in editable
        return any(user_id == user.pk or user_id in led or team_id in teams for user_id, team_id in theirs)

    return {entity_id for entity_id in seen if manages(entity_id)}


def seen_by_taker(entity_ids: Collection[int], user: User | None, team: Team | None = None) -> set[int]:
    """Those that `user`, or else `team`, may be in charge of: nobody looks after what they may not see, a team after
    nothing that is one person's own."""
    seen = Entity.objects.all() if user is None else Entity.objects.visible_to(user)
    if user is None:
        seen = seen.exclude(folder__kind=Folder.Kind.PERSONAL)
    return set(seen.order_by().filter(pk__in=entity_ids).values_list("pk", flat=True))


def why_not_taker(entity_id: int, user: User | None, team: Team | None = None) -> str:
    """In words, for whoever chose them; "" where they may be in charge of it."""
    if seen_by_taker([entity_id], user, team):
        return ""
    if user is None:
        return _("A contact in a personal folder has no team: it is its owner’s own.")
    return _("%(name)s may not see this contact.") % {"name": user}


def _in_charge(entity_ids: Collection[int], on: date) -> dict[int, list[tuple[int | None, int | None]]]:
    held: dict[int, list[tuple[int | None, int | None]]] = {}
    rows = Assignment.objects.filter(valid_on(on), entity__in=entity_ids, purpose="account")
    for entity_id, user_id, team_id in rows.values_list("entity", "user", "team"):
        held.setdefault(entity_id, []).append((user_id, team_id))
    return held


def teams_and_people(user: User, on: date) -> tuple[set[int], set[int]]:
    """The teams that `user` is in, and the users of the teams that they lead."""
    current = TeamMembership.objects.filter(valid_on(on))
    mine = list(current.filter(user=user).values_list("team", "role"))
    led = [team_id for team_id, role in mine if role == TeamMembership.Role.LEAD]
    people = set(current.filter(team__in=led).values_list("user", flat=True)) if led else set()
    return {team_id for team_id, _role in mine}, people
