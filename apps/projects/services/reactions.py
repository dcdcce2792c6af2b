"""Reactions, pins, decisions: each is a new rev of the message that it hangs on."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.services.operations import operate
from apps.projects import permissions
from apps.projects.models import Decision, Message, Pin, Reaction
from apps.projects.models.parts import SIGNS
from apps.projects.services.announcing import announce
from apps.projects.services.counting import take_rev
from apps.projects.services.members import member_of


@transaction.atomic
def react(*, actor: User, message: Message, sign: str, wanted: bool, now: datetime) -> None:
    """Put a sign under a message, or take it away; as wished already: nothing changes.

    Raises PermissionDenied, also under what was deleted; ValidationError for a sign that isn't offered.
    """
    if sign not in SIGNS:
        raise ValidationError(_("There is no such choice."))
    rev = take_rev(message.group_id)
    row = Message.objects.select_related("group").get(pk=message.pk)
    member = member_of(actor, row.group)
    if row.deleted_at is not None:
        raise PermissionDenied
    if wanted:
        Reaction.objects.get_or_create(message=row, membership=member, sign=sign, defaults={"made_at": now})
    else:
        Reaction.objects.filter(message=row, membership=member, sign=sign).delete()
    _touch(row, rev)


def pin_message(*, actor: User, message: Message, wanted: bool, now: datetime) -> None:
    """Pin a message for everybody, or unpin it; as wished already: nothing changes. Raises PermissionDenied."""
    verb = "message.pinned" if wanted else "message.unpinned"
    with operate(actor=actor, verb=verb, now=now, undoable=False) as recorder:
        rev = take_rev(message.group_id)
        row = Message.objects.select_related("group").get(pk=message.pk)
        member = member_of(actor, row.group)
        if row.deleted_at is not None or not permissions.can_pin(row.group, member):
            raise PermissionDenied
        pin = Pin.objects.filter(message=row).first()
        if wanted and pin is None:
            recorder.created(Pin.objects.create(group=row.group, message=row, pinned_by=member, pinned_at=now))
        elif not wanted and pin is not None:
            recorder.removed(pin)
            pin.delete()
        _touch(row, rev)


def mark_decision(*, actor: User, message: Message, wanted: bool, now: datetime) -> None:
    """Mark a message as a decision, for everybody, or take that back; as wished already: nothing changes.

    Raises PermissionDenied.
    """
    verb = "message.decided" if wanted else "message.undecided"
    with operate(actor=actor, verb=verb, now=now, undoable=False) as recorder:
        rev = take_rev(message.group_id)
        row = Message.objects.select_related("group").get(pk=message.pk)
        member = member_of(actor, row.group)
        if row.deleted_at is not None or not permissions.can_pin(row.group, member):
            raise PermissionDenied
        known = Decision.objects.filter(message=row).first()
        if wanted and known is None:
            recorder.created(Decision.objects.create(group=row.group, message=row, marked_by=member, marked_at=now))
        elif not wanted and known is not None:
            recorder.removed(known)
            known.delete()
        _touch(row, rev)


def _touch(row: Message, rev: int) -> None:
    row.rev = rev
    row.save(update_fields=["rev"])
    announce(row)
