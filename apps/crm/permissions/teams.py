"""Who looks after a team, and after its people's absences: administrators, managers, and its leads their own."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from apps.accounts.models import TeamMembership
from apps.accounts.permissions import is_manager, is_staff_member
from apps.crm.models.assignments import valid_on

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.crm.models import HandOver


def leads_user(user: User, member: User, *, on: date) -> bool:
    """Is `user` a lead of one of the teams that `member` is in that day?"""
    current = TeamMembership.objects.filter(valid_on(on))
    led = current.filter(user=user, role=TeamMembership.Role.LEAD).values("team")
    return current.filter(user=member, team__in=led).exists()


def can_note_absence(user: User, member: User, *, on: date) -> bool:
    if not is_staff_member(user):
        return False
    return user.pk == member.pk or is_manager(user) or leads_user(user, member, on=on)


def can_confirm(user: User, hand_over: HandOver, *, on: date) -> bool:
    """Whoever took over, or is in the team that did."""
    if hand_over.to_user_id is not None:
        return hand_over.to_user_id == user.pk
    return TeamMembership.objects.filter(valid_on(on), user=user, team=hand_over.to_team_id).exists()
