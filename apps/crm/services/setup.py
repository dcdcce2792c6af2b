"""What the settings of personas, pipelines and reasons share: who may, names, order, retiring."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.permissions import can_change_settings
from apps.core.services.operations import operate, snapshot

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.crm.models import LostReason, Persona, Pipeline, PipelineStage

    Row = LostReason | Persona | Pipeline | PipelineStage


def ask_settings(actor: User) -> None:
    """Raises PermissionDenied."""
    if not can_change_settings(actor):
        raise PermissionDenied


def clean_name(name: str) -> str:
    """Raises ValidationError under "name"."""
    cleaned = " ".join(name.replace("\x00", "").split())
    if not cleaned:
        raise ValidationError({"name": _("A name is needed.")})
    return cleaned


def save_once(row: Row, taken: str) -> None:
    """Raises ValidationError under "name" with the words `taken` where the name is another one's."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise ValidationError({"name": taken}) from error


def retire(*, actor: User, row: Row, verb: str, now: datetime, retired: bool) -> None:
    """Raises ValidationError where another one has taken its name meanwhile."""
    with operate(actor=actor, verb=verb, now=now) as recorder:
        locked: Any = type(row)._default_manager.select_for_update().get(pk=row.pk)
        before = snapshot(locked)
        locked.retired_at = (locked.retired_at or now) if retired else None
        save_once(locked, _("Another one has this name now."))
        recorder.updated(locked, before)


def put_in_order(*, actor: User, rows: Sequence[Row], verb: str, now: datetime) -> None:
    """Their positions are those in which they are given."""
    if not rows:
        return
    with operate(actor=actor, verb=verb, now=now) as recorder:
        model = type(rows[0])
        locked: Any = model._default_manager.select_for_update().order_by("pk").in_bulk([row.pk for row in rows])
        for position, given in enumerate(rows):
            row = locked[given.pk]
            before = snapshot(row)
            row.position = position
            row.save(update_fields=["position"])
            recorder.updated(row, before)
