"""Teams: made, named, retired, and who is in them from when to when. What a member may read follows at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from apps.accounts.models import Team, TeamMembership, User
from apps.accounts.permissions import can_change_settings, can_lead_team, is_staff_member
from apps.accounts.services.audit import record_event

if TYPE_CHECKING:
    Hours = Mapping[str, list[str]]

_CLOCK = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$")


@transaction.atomic
def make_team(*, actor: User, name: str, kind: str, now: datetime, hours: Hours | None = None) -> Team:
    """Raises PermissionDenied, ValidationError."""
    if not can_change_settings(actor):
        raise PermissionDenied
    team = Team(name=name.strip(), kind=kind, hours=_clean_hours(hours or {}))
    _save(team)
    record_event(actor=actor, verb="team.made", now=now, record=team)
    return team


@transaction.atomic
def change_team(*, actor: User, team: Team, name: str, kind: str, hours: Hours, now: datetime) -> None:
    """Another name, kind or other working hours. Raises PermissionDenied, ValidationError."""
    if not can_change_settings(actor):
        raise PermissionDenied
    team.name, team.kind, team.hours = name.strip(), kind, _clean_hours(hours)
    _save(team)
    record_event(actor=actor, verb="team.changed", now=now, record=team)


@transaction.atomic
def retire_team(*, actor: User, team: Team, now: datetime) -> None:
    """It takes nothing new; its members stay what they are. Retired already: nothing happens."""
    if not can_change_settings(actor):
        raise PermissionDenied
    if Team.objects.filter(pk=team.pk, retired_at=None).update(retired_at=now):
        record_event(actor=actor, verb="team.retired", now=now, record=team)


@transaction.atomic
def set_member(
    *,
    actor: User,
    team: Team,
    user: User,
    role: str,
    valid_from: date,
    valid_to: date | None,
    on: date,
    now: datetime,
    membership: TeamMembership | None = None,
) -> TeamMembership:
    """Let `user` be in `team` for these days, or with `membership` change what was said of it.

    `on` is today. Raises PermissionDenied, ValidationError where they are in it on some of these days already.
    """
    if not can_lead_team(actor, team, on=on):
        raise PermissionDenied
    if not (user.is_active and is_staff_member(user)):
        raise ValidationError({"user": _("There is no such colleague.")})
    if role not in TeamMembership.Role.values:
        raise ValidationError({"role": _("There is no such choice.")})
    if valid_to is not None and valid_to <= valid_from:
        raise ValidationError({"valid_to": _("It ends before it begins.")})
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)  # of two who add the same one the second is refused
    row = membership or TeamMembership(team=team)
    others = TeamMembership.objects.filter(team=team, user=user).exclude(pk=row.pk)
    others = others.filter(Q(valid_to=None) | Q(valid_to__gt=valid_from))
    if valid_to is not None:
        others = others.filter(valid_from__lt=valid_to)
    if others.exists():
        raise ValidationError({"user": _("They are in this team on some of these days already.")})
    before = set() if membership is None else {membership.user_id}
    row.user, row.role, row.valid_from, row.valid_to = user, role, valid_from, valid_to
    row.save()
    members_changed(actor=actor, team=team, user_ids=before | {user.pk}, now=now)
    return row


@transaction.atomic
def end_member(*, actor: User, membership: TeamMembership, on: date, now: datetime) -> None:
    """Take somebody out of a team from `on` (today) on; who would only have come is as if never named."""
    if not can_lead_team(actor, membership.team, on=on):
        raise PermissionDenied
    rows = TeamMembership.objects.filter(pk=membership.pk)
    if membership.valid_from >= on:
        rows.delete()
    elif not rows.filter(Q(valid_to=None) | Q(valid_to__gt=on)).update(valid_to=on):
        return
    members_changed(actor=actor, team=membership.team, user_ids={membership.user_id}, now=now)


def members_changed(*, actor: User | None, team: Team, user_ids: Collection[int], now: datetime) -> None:
    """What a team may read is resolved anew for whoever came, left or had their days changed; the audit says so."""
    User.objects.filter(pk__in=user_ids).update(rights_epoch=F("rights_epoch") + 1)
    members = sorted(set(team.memberships.values_list("user", flat=True)))
    record_event(actor=actor, verb="team.changed", now=now, record=team, details={"members": members})


def _save(team: Team) -> None:
    if not team.name:
        raise ValidationError({"name": _("A team needs a name.")})
    if team.kind not in Team.Kind.values:
        raise ValidationError({"kind": _("There is no such choice.")})
    try:
        with transaction.atomic():
            team.save()
    except IntegrityError as error:
        raise ValidationError({"name": _("There is a team of this name already.")}) from error


def _clean_hours(hours: Mapping[str, Any]) -> dict[str, list[str]]:
    """By ISO weekday from and to; raises ValidationError."""
    clean: dict[str, list[str]] = {}
    for weekday, span in hours.items():
        if weekday not in "1234567" or len(span) != 2 or not all(_CLOCK.match(each) for each in span):
            raise ValidationError({"hours": _("Hours are written as 09:00.")})
        if span[0] >= span[1]:
            raise ValidationError({"hours": _("It ends before it begins.")})
        clean[weekday] = list(span)
    return clean
