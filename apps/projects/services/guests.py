"""Guests let into a project, given other tabs or another day, and shown out: operations and audit events."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.services.audit import record_event
from apps.accounts.services.invitations import invite_user
from apps.contacts.models import Entity
from apps.contacts.services.users import make_guest_for
from apps.core.live import recheck
from apps.core.services.operations import Recorder, operate, snapshot
from apps.projects.models import Group, GuestAccess, Membership, Participant, Project
from apps.projects.models.guests import GUEST_TABS
from apps.projects.permissions import can_manage
from apps.projects.services.members import member_of


def invite_guest(
    *,
    actor: User,
    participant: Participant,
    tabs: Collection[str],
    until: datetime | None,
    shows_older: bool,
    site: str,
    now: datetime,
) -> GuestAccess:
    """Let a participant see `tabs` up to `until` (None: until somebody ends it); one who was a guest is one again.

    They get a mail with a link to choose a password. What was said and sent before is theirs to read if `shows_older`.
    `site` is the address of the house. Raises PermissionDenied, ValidationError, EmailTaken.
    """
    entity = participant.entity
    if not Entity.objects.visible_to(actor).live().filter(pk=entity.pk).exists():
        raise PermissionDenied
    with operate(actor=actor, verb="project.guest_invited", now=now, undoable=False) as recorder:
        project = locked_project(actor, participant.project)
        _check(tabs, until, now)
        if not project.participants.filter(entity=entity, removed_at__isnull=True).exists():
            raise ValidationError(_("They take no part in this project."))
        if GuestAccess.objects.standing(now).filter(project=project, entity=entity).exists():
            raise ValidationError(_("They are a guest of this project already."))
        user = make_guest_for(actor=actor, entity=entity, now=now)
        row = GuestAccess.objects.filter(project=project, entity=entity).first()
        before = snapshot(row) if row else None
        row = row or GuestAccess(project=project, entity=entity, created_at=now)
        row.user, row.tabs, row.until, row.ended_at, row.invited_by = user, _in_order(tabs), until, None, actor
        row.from_seq = 0 if shows_older else project.group.last_seq
        row.save()
        if before is None:
            recorder.created(row)
        else:
            recorder.updated(row, before)
        _seat(recorder, row, now)
        invite_user(actor=None, user=user, site=site, now=now)
        _note(actor, "guest.invited", row, now)
    return row


def change_guest(
    *, actor: User, access: GuestAccess, tabs: Collection[str], until: datetime | None, now: datetime
) -> None:
    """Give a guest these tabs and this end; one who was shown out, or whose day has come, is let in again.

    Who was shown out before their day reads from now on alone. Their open pages are asked anew what they may hear.
    Raises PermissionDenied, ValidationError.
    """
    with operate(actor=actor, verb="project.guest_changed", now=now, undoable=False) as recorder:
        locked_project(actor, access.project)
        _check(tabs, until, now)
        row = _locked(access)
        before = snapshot(row)
        if row.ended_at is not None or (row.until is not None and row.until <= now):
            if not row.project.participants.filter(entity=row.entity_id, removed_at__isnull=True).exists():
                raise ValidationError(_("%(name)s takes no part in this project.") % {"name": row.entity.display_name})
            if row.ended_at is not None and (row.until is None or row.ended_at < row.until):
                row.from_seq = Group.objects.values_list("last_seq", flat=True).get(pk=row.project_id)
        row.tabs, row.until, row.ended_at = _in_order(tabs), until, None
        row.save(update_fields=["tabs", "until", "ended_at", "from_seq"])
        if recorder.updated(row, before):
            _seat(recorder, row, now)
            _note(actor, "guest.changed", row, now)


def end_guest(*, actor: User, access: GuestAccess, now: datetime) -> None:
    """Show a guest out, at once: pages, files and streams. Out already: nothing happens. Raises PermissionDenied."""
    with operate(actor=actor, verb="project.guest_ended", now=now, undoable=False) as recorder:
        locked_project(actor, access.project, is_open=False)
        show_out(recorder, _locked(access), actor=actor, now=now)


@transaction.atomic
def invite_guest_again(*, actor: User, access: GuestAccess, site: str, now: datetime) -> None:
    """Send the link once more. Raises PermissionDenied, also for who is a guest no more."""
    locked_project(actor, access.project)
    row = GuestAccess.objects.standing(now).select_related("user").filter(pk=access.pk).first()
    if row is None:
        raise PermissionDenied
    invite_user(actor=None, user=row.user, site=site, now=now)


def show_out(recorder: Recorder, row: GuestAccess, *, actor: User | None, now: datetime) -> None:
    """Within an operation: end this access and its place in the chat, and have open pages asked anew."""
    if row.ended_at is not None:
        return
    before = snapshot(row)
    row.ended_at = now
    row.save(update_fields=["ended_at"])
    recorder.updated(row, before)
    _leave(recorder, row, now)
    _note(actor, "guest.ended", row, now)


def show_all_out(recorder: Recorder, project: Project, *, actor: User, now: datetime, entity_id: int = 0) -> None:
    """Of a project, or one contact of it."""
    rows = GuestAccess.objects.select_for_update().filter(project=project, ended_at__isnull=True).order_by("pk")
    for row in rows.filter(entity=entity_id) if entity_id else rows:
        show_out(recorder, row, actor=actor, now=now)


def end_run_out(*, now: datetime) -> int:
    """Write down the end of those whose day has come: they see nothing since then as it is. Returns how many."""
    with transaction.atomic():
        rows = list(GuestAccess.objects.run_out(now).select_for_update(skip_locked=True).order_by("pk")[:100])
        if not rows:
            return 0
        with operate(actor=None, verb="project.guest_ended", now=now, undoable=False) as recorder:
            for row in rows:
                show_out(recorder, row, actor=None, now=now)
    return len(rows)


def locked_project(actor: User, project: Project, *, is_open: bool = True) -> Project:
    """Whoever manages a project says who its guests are and what they read. Raises PermissionDenied."""
    rows = Project.objects.select_for_update(no_key=True, of=("self",)).select_related("group")
    locked = rows.get(pk=project.pk)
    if (is_open and locked.closed_at is not None) or not can_manage(locked.group, member_of(actor, locked.group)):
        raise PermissionDenied
    return locked


def _seat(recorder: Recorder, row: GuestAccess, now: datetime) -> None:
    """A place in the chat for who has that tab; whoever was known there by name already keeps what they said."""
    if "chat" not in row.tabs:
        _leave(recorder, row, now)
        return
    given = {"display_name": row.entity.display_name[:200], "joined_at": now, "from_seq": row.from_seq}
    member, made = Membership.objects.get_or_create(group_id=row.project_id, entity=row.entity, defaults=given)
    if made:
        recorder.created(member)
    elif member.left_at is not None or member.from_seq != row.from_seq:
        before = snapshot(member)
        member.left_at, member.from_seq = None, row.from_seq
        member.save(update_fields=["left_at", "from_seq"])
        recorder.updated(member, before)
    recheck(row.user_id)


def _leave(recorder: Recorder, row: GuestAccess, now: datetime) -> None:
    member = Membership.objects.present().filter(group=row.project_id, entity=row.entity_id).first()
    if member is not None:
        before = snapshot(member)
        member.left_at = now
        member.save(update_fields=["left_at"])
        recorder.updated(member, before)
    recheck(row.user_id)


def _locked(access: GuestAccess) -> GuestAccess:
    return GuestAccess.objects.select_for_update(of=("self",)).select_related("entity").get(pk=access.pk)


def _in_order(tabs: Collection[str]) -> list[str]:
    return [key for key, _title in GUEST_TABS if key in tabs]


def _check(tabs: Collection[str], until: datetime | None, now: datetime) -> None:
    if not tabs:
        raise ValidationError({"tabs": _("Choose what they see.")})
    if not {key for key, _title in GUEST_TABS}.issuperset(tabs):
        raise ValidationError({"tabs": _("There is no such choice.")})
    if until is not None and until <= now:
        raise ValidationError({"until": _("This day is over.")})


def _note(actor: User | None, verb: str, row: GuestAccess, now: datetime) -> None:
    details = {"project": row.project_id, "tabs": row.tabs, "until": row.until.isoformat() if row.until else None}
    record_event(actor=actor, verb=verb, now=now, record=row.user, details=details)
