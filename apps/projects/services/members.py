"""Groups made, named, joined and left."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.permissions import is_staff_member
from apps.core.services.operations import Recorder, operate, snapshot
from apps.projects.models import Group, GuestAccess, Membership
from apps.projects.permissions import can_manage
from apps.projects.project_reach import forget_reach
from apps.projects.services.announcing import close_streams
from apps.projects.services.retiring import retire_programs


def member_of(user: User, group: Group) -> Membership:
    """The membership of `user`. Raises PermissionDenied if there is none, or no more."""
    found = Membership.objects.of(user).present().filter(group=group).first()
    if found is None:
        raise PermissionDenied
    return found


@transaction.atomic
def open_direct(*, actor: User, other: User, now: datetime) -> Group:
    """The direct chat of these two, made where there is none. Raises PermissionDenied, ValidationError."""
    if not is_staff_member(actor):
        raise PermissionDenied
    _check_colleagues([other])
    if other.pk == actor.pk:
        raise ValidationError(_("Choose somebody else."))
    key = "-".join(str(pk) for pk in sorted((actor.pk, other.pk)))
    given = {"kind": Group.Kind.DIRECT, "made_by": actor, "created_at": now, "last_at": now}
    group, made = Group.objects.get_or_create(direct_key=key, defaults=given)
    if made:
        for user in (actor, other):
            Membership.objects.create(group=group, user=user, display_name=str(user)[:200], joined_at=now)
    return group


def make_group(
    *,
    actor: User,
    title: str,
    users: Iterable[User],
    now: datetime,
    is_channel: bool = False,
    shows_history: bool = True,
) -> Group:
    """A group, or a channel, that `actor` owns. Raises PermissionDenied, ValidationError."""
    if not is_staff_member(actor):
        raise PermissionDenied
    others = [user for user in users if user.pk != actor.pk]
    _check_colleagues(others)
    with operate(actor=actor, verb="group.made", now=now, undoable=False) as recorder:
        group = Group.objects.create(
            kind=Group.Kind.CHANNEL if is_channel else Group.Kind.GROUP,
            title=_clean_title(title),
            shows_history=shows_history,
            made_by=actor,
            created_at=now,
            last_at=now,
        )
        recorder.created(group)
        _join(recorder, group, actor, now, Membership.Role.OWNER)
        for user in others:
            _join(recorder, group, user, now, Membership.Role.MEMBER)
    return group


def add_members(*, actor: User, group: Group, users: Iterable[User], now: datetime) -> None:
    """Let colleagues in, or in again; who is there already stays what they are.

    Raises PermissionDenied, ValidationError.
    """
    chosen = list(users)
    _check_colleagues(chosen)
    with operate(actor=actor, verb="group.members_added", now=now, undoable=False) as recorder:
        locked = Group.objects.select_for_update(no_key=True).get(pk=group.pk)
        if not can_manage(locked, member_of(actor, locked)):
            raise PermissionDenied
        for user in chosen:
            _join(recorder, locked, user, now, Membership.Role.MEMBER)


def remove_member(*, actor: User, member: Membership, now: datetime) -> None:
    """Take somebody out, or leave oneself; their messages stay under their name. Out already: nothing happens.

    Raises PermissionDenied, ValidationError where a group would lose its last owner while others are in it.
    """
    with operate(actor=actor, verb="group.member_left", now=now, undoable=False) as recorder:
        group = Group.objects.select_for_update(no_key=True).get(pk=member.group_id)
        own = member_of(actor, group)
        row = Membership.objects.get(pk=member.pk)
        if group.kind == Group.Kind.DIRECT or (row.pk != own.pk and not can_manage(group, own)):
            raise PermissionDenied
        if row.role == Membership.Role.OWNER and row.pk != own.pk:
            raise PermissionDenied
        if row.left_at is not None:
            return
        if GuestAccess.objects.standing(now).filter(project=group.pk, entity=row.entity_id).exists():
            raise ValidationError(_("%(name)s is a guest: see Guests.") % {"name": row.display_name})
        others = Membership.objects.present().filter(group=group, user__is_active=True, is_bot=False)
        others = others.exclude(pk=row.pk)
        if row.role == Membership.Role.OWNER and others.exists() and not others.filter(role=row.role).exists():
            raise ValidationError(_("Make somebody else an owner first."))
        before = snapshot(row)
        row.left_at = now
        row.save(update_fields=["left_at"])
        recorder.updated(row, before)
        forget_reach()
        close_streams(row)
        retire_programs(actor, row, nobody_is_left=not others.exists(), now=now)


def set_role(*, actor: User, member: Membership, role: str, now: datetime) -> None:
    """Owners say who manages the group. Raises PermissionDenied, ValidationError."""
    if role not in Membership.Role.values:
        raise ValidationError(_("There is no such choice."))
    with operate(actor=actor, verb="group.role_set", now=now, undoable=False) as recorder:
        group = Group.objects.select_for_update(no_key=True).get(pk=member.group_id)
        if group.kind == Group.Kind.DIRECT or member_of(actor, group).role != Membership.Role.OWNER:
            raise PermissionDenied
        row = Membership.objects.present().get(pk=member.pk)
        if row.user_id is None or row.is_bot:
            raise ValidationError(_("Only colleagues manage a group."))
        owners = Membership.objects.present().filter(group=group, role=Membership.Role.OWNER, user__is_active=True)
        if row.role == Membership.Role.OWNER and role != row.role and not owners.exclude(pk=row.pk).exists():
            raise ValidationError(_("Make somebody else an owner first."))
        before = snapshot(row)
        row.role = role
        row.save(update_fields=["role"])
        recorder.updated(row, before)


def _join(recorder: Recorder, group: Group, user: User, now: datetime, role: Membership.Role) -> None:
    forget_reach()
    begin = 0 if group.shows_history else group.last_seq
    given = {"display_name": str(user)[:200], "joined_at": now, "role": role, "from_seq": begin}
    row, made = Membership.objects.get_or_create(group=group, user=user, defaults=given)
    if made:
        recorder.created(row)
    elif row.left_at is not None:
        before = snapshot(row)
        row.left_at, row.role, row.from_seq = None, role, max(row.from_seq, begin)
        row.save(update_fields=["left_at", "role", "from_seq"])
        recorder.updated(row, before)


def _check_colleagues(users: Iterable[User]) -> None:
    if not all(user.is_active and is_staff_member(user) for user in users):
        raise ValidationError(_("There is no such colleague."))


def _clean_title(title: str) -> str:
    cleaned = " ".join(title.replace("\x00", "").split())
    if not cleaned:
        raise ValidationError({"title": _("A group needs a name.")})
    if len(cleaned) > 120:
        raise ValidationError({"title": _("This name is too long.")})
    return cleaned
