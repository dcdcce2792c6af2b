"""Reads of accounts that are no single queryset's word."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from apps.accounts import permissions
from apps.accounts.models import AuditEvent, Team, TeamMembership, User


def teammates_of(user: User, *, on: date) -> set[int]:
    """Ids of whoever is in one of the user's teams on that day, the user among them."""
    return {user.pk, *others_in_teams_of(user, on=on)}


def others_in_teams_of(user: User, *, on: date) -> QuerySet[TeamMembership, int]:
    """The same as a query, to be part of another one; the user is among them only where they are in a team."""
    current = TeamMembership.objects.filter(Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on)
    teams = current.filter(user=user).values("team")
    return current.filter(team__in=teams).values_list("user", flat=True)


def members_of(team: Team, *, on: date) -> list[int]:
    """Ids of whoever is in a team on that day."""
    current = TeamMembership.objects.filter(Q(valid_to=None) | Q(valid_to__gt=on), team=team, valid_from__lte=on)
    return sorted(current.values_list("user", flat=True))


def staff_users() -> QuerySet[User]:
    """Whoever works in the house, by name: for choosing a colleague."""
    staff = Q(is_superuser=True) | Q(groups__name__in=permissions.STAFF_ROLES)
    return User.objects.filter(staff, is_active=True).distinct().order_by("name", "email")


def audit_events_for(user: User, *, on: date) -> QuerySet[AuditEvent]:
    """All of the audit for administrators; for managers what their own team did, or what was done to it."""
    if permissions.is_admin(user):
        return AuditEvent.objects.all()
    if not permissions.can_read_audit(user):
        return AuditEvent.objects.none()
    team = teammates_of(user, on=on)
    return AuditEvent.objects.filter(Q(actor__in=team) | Q(record_type=User._meta.label_lower, record_id__in=team))
