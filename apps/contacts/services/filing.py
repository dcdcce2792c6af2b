"""Where a contact lies and what it bears, changed as one intent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from apps.contacts.models import Category, Entity, Folder
from apps.contacts.services.categories import set_categories
from apps.contacts.services.conflicts import Expected
from apps.contacts.services.entities import update_entity
from apps.core.services.operations import operate

if TYPE_CHECKING:
    from apps.accounts.models import User


def file_entity(
    *,
    actor: User,
    entity: Entity,
    folder: Folder,
    categories: Iterable[Category],
    expected_version: Expected,
    now: datetime,
) -> Entity:
    """Put a contact into `folder` and let it bear `categories`. Raises what its two halves raise."""
    with operate(actor=actor, verb="entity.filed", now=now):
        set_categories(actor=actor, entity=entity, category_ids=[category.pk for category in categories], now=now)
        return update_entity(
            actor=actor, entity=entity, fields={"folder": folder}, expected_version=expected_version, now=now
        )
