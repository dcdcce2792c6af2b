"""Cards that come from phones: made, changed, moved, put into the trash."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

from apps.contacts.services.trash import trash_entities
from apps.sync.selectors.cards import CardRow, card_rows_at

if TYPE_CHECKING:
    from apps.accounts.models import User


def put_card(*, actor: User, device: str, folder_id: int, href: str, data: bytes, base: str, now: datetime) -> CardRow:
    raise PermissionDenied


def delete_card(*, actor: User, folder_id: int, href: str, now: datetime) -> None:
    """Put the contact into the trash; one that isn't there needs nothing. Raises PermissionDenied."""
    row = card_rows_at(actor, folder_id, {href}).get(href)
    if row is not None:
        trash_entities(actor=actor, ids=[row.entity_id], now=now)


def move_card(*, actor: User, folder_id: int, href: str, to_folder_id: int, to_href: str, now: datetime) -> None:
    raise PermissionDenied
