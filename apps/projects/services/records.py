"""Records that are quiet members of a group: brought in, silenced by kind, taken out again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.contributions import subjects
from apps.core.services.operations import operate, snapshot
from apps.projects.models import Group, Membership
from apps.projects.permissions import can_write
from apps.projects.services.members import member_of


def add_record(*, actor: User, group: Group, record_type: str, record_id: int, now: datetime) -> Membership:
    """Let a record that `actor` sees post its facts from now on; there already: nothing happens.

    Its name in the chat tells nothing but what kind of record it is: not everybody there may see it. Raises
    PermissionDenied, ValidationError for direct messages.
    """
    subject = subjects.get(record_type)
    if group.kind == Group.Kind.DIRECT:
        raise ValidationError(_("Direct messages stay between two. Make a group first."))
    if subject is None or not subject.visible(actor).filter(pk=record_id).exists():
        raise PermissionDenied
    with operate(actor=actor, verb="group.record_added", now=now, undoable=False) as recorder:
        locked = _writable(actor, group)
        with translation.override(None):
            name = str(subject.title)[:200]
        row, made = Membership.objects.get_or_create(
            group=locked,
            record_type=record_type,
            record_id=record_id,
            defaults={"display_name": name, "joined_at": now},
        )
        if made:
            recorder.created(row)
        elif row.left_at is not None:
            before = snapshot(row)
            row.left_at, row.joined_at = None, now
            row.save(update_fields=["left_at", "joined_at"])
            recorder.updated(row, before)
    return row


def silence_record(*, actor: User, member: Membership, verbs: Collection[str], now: datetime) -> None:
    """Let it post all but these of its facts. Raises PermissionDenied."""
    subject = subjects.get(member.record_type)
    known = set(subject.facts) if subject is not None else set()
    with operate(actor=actor, verb="group.record_silenced", now=now, undoable=False) as recorder:
        _writable(actor, member.group)
        row = Membership.objects.select_for_update().get(pk=member.pk)
        before = snapshot(row)
        row.silenced = sorted(known & set(verbs))
        row.save(update_fields=["silenced"])
        recorder.updated(row, before)


def remove_record(*, actor: User, member: Membership, now: datetime) -> None:
    """It posts no more; what it posted stays. Out already: nothing happens. Raises PermissionDenied."""
    with operate(actor=actor, verb="group.record_removed", now=now, undoable=False) as recorder:
        _writable(actor, member.group)
        row = Membership.objects.select_for_update().get(pk=member.pk)
        if row.left_at is None:
            before = snapshot(row)
            row.left_at = now
            row.save(update_fields=["left_at"])
            recorder.updated(row, before)
            row.facts.filter(message=None).delete()


def _writable(actor: User, group: Group) -> Group:
    locked = Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    if not can_write(locked, member_of(actor, locked)):
        raise PermissionDenied
    return locked
