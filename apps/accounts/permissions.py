"""Who is what: roles as Django groups (DECISIONS 3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, TypeGuard

from django.db.models import Q

from apps.accounts.models import OUTSIDE_ROLES, ROLES, TeamMembership, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from apps.accounts.models import Team

STAFF_ROLES = tuple(role for role in ROLES if role not in OUTSIDE_ROLES)

# What an API token may be allowed; its user's own rights are the upper bound in any case.
SCOPES = (
    *("contacts:read", "contacts:write", "activities:read", "activities:write"),
    *("calls:write", "messages:read", "messages:write", "claims:read", "orders:read", "ledger:read"),
    *("groups:read", "groups:write", "projects:read"),
)


def roles_of(user: User | AnonymousUser) -> frozenset[str]:
    """The names of the user's groups; read once per user object."""
    if not user.is_authenticated:
        return frozenset()
    if user.role_names is None:
        user.role_names = frozenset(user.groups.values_list("name", flat=True))
    return user.role_names


def remember_roles(user: User, names: Iterable[str]) -> None:
    """Spare `roles_of` its query, for whoever has read the names along with the user."""
    user.role_names = frozenset(names)


def forget_roles(user: User) -> None:
    """Read the groups of this user object anew; called by whoever changes them."""
    user.role_names = None


def is_admin(user: User | AnonymousUser) -> bool:
    return user.is_authenticated and (user.is_superuser or "admin" in roles_of(user))


def home_roles(user: User | AnonymousUser) -> frozenset[str]:
    """Whose Home the user has: that of administrators without the group too."""
    return roles_of(user) | {"admin"} if is_admin(user) else roles_of(user)


def is_manager(user: User | AnonymousUser) -> bool:
    return is_admin(user) or "manager" in roles_of(user)


def is_staff_member(user: User | AnonymousUser) -> TypeGuard[User]:
    """Works in the house, in whatever role; dealers and guests don't."""
    return user.is_authenticated and (user.is_superuser or not roles_of(user).isdisjoint(STAFF_ROLES))


def can_change_settings(user: User | AnonymousUser) -> bool:
    """Custom fields, relationship types, folders, categories, users."""
    return is_admin(user)


def can_read_audit(user: User | AnonymousUser) -> bool:
    """Administrators all of it, managers what their own team did (`selectors.audit_events_for`)."""
    return is_manager(user)


def can_hold_tokens(user: User | AnonymousUser) -> bool:
    """API tokens act for their user in the house's own doors, which dealers and guests don't have."""
    return is_staff_member(user)


def can_hold_app_passwords(user: User | AnonymousUser) -> bool:
    """Phones read and write contacts and calendars, which dealers don't have."""
    return is_staff_member(user)


def can_lead_team(user: User, team: Team, *, on: date) -> bool:
    """May `user` say who is in this team? Administrators, and its leads of that day."""
    if can_change_settings(user):
        return True
    current = Q(valid_to=None) | Q(valid_to__gt=on)
    lead = TeamMembership.objects.filter(
        current, team=team, user=user, role=TeamMembership.Role.LEAD, valid_from__lte=on
    )
    return is_staff_member(user) and lead.exists()
