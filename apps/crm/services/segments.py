"""Segments are saved, renamed, shared and removed; what they hold is never written down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.core.services.operations import operate, snapshot
from apps.crm.models import Segment
from apps.crm.permissions.campaigns import can_change_segment, sends_campaigns

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.models import Operation


def save_segment(
    *, actor: User, name: str, tab: str, query: Mapping[str, Any], is_shared: bool, now: datetime
) -> Segment:
    """Keep what the list of contacts was asked under a name. Raises PermissionDenied, ValidationError."""
    if not sends_campaigns(actor):
        raise PermissionDenied
    segment = Segment(name=_clean(name), tab=tab, query=dict(query), owner=actor, is_shared=is_shared, created_at=now)
    with operate(actor=actor, verb="segment.made", now=now) as recorder:
        _save(segment)
        recorder.created(segment)
    return segment


def change_segment(*, actor: User, segment: Segment, name: str, is_shared: bool, now: datetime) -> None:
    """Rename or share it. Raises PermissionDenied, ValidationError."""
    if not can_change_segment(actor, segment):
        raise PermissionDenied
    with operate(actor=actor, verb="segment.changed", now=now) as recorder:
        locked = Segment.objects.select_for_update().get(pk=segment.pk)
        before = snapshot(locked)
        locked.name, locked.is_shared = _clean(name), is_shared
        _save(locked)
        recorder.updated(locked, before)


def remove_segment(*, actor: User, segment: Segment, now: datetime) -> Operation | None:
    """Offer it no longer; campaigns that were sent to it keep their recipients. Removed already: None."""
    if not can_change_segment(actor, segment):
        raise PermissionDenied
    with operate(actor=actor, verb="segment.removed", now=now) as recorder:
        locked = Segment.objects.select_for_update().get(pk=segment.pk)
        if locked.removed_at is not None:
            return None
        before = snapshot(locked)
        locked.removed_at = now
        locked.save(update_fields=["removed_at"])
        recorder.updated(locked, before)
    return recorder.operation


def _clean(name: str) -> str:
    words = " ".join(name.replace("\x00", "").split())
    if not words:
        raise ValidationError({"name": _("A name is needed.")})
    return words[:100]


def _save(segment: Segment) -> None:
    try:
        with transaction.atomic():
            segment.save()
    except IntegrityError as error:
        raise ValidationError({"name": _("There is a segment of this name already.")}) from error
