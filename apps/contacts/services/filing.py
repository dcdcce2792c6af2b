"""Where a contact lies and what it bears, changed as one intent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from apps.contacts.models import Category, Entity, EntityCategory, Folder
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
    borne: Iterable[int] | None = None,
) -> Entity:
    """Put a contact into `folder` and let it bear `categories`. Raises what its two halves raise.

    `borne` are the ids of the categories that the editor saw; what others have added or taken since stays so.
    """
    with operate(actor=actor, verb="entity.filed", now=now):
        wanted = {category.pk for category in categories}
        if borne is not None:
            seen = set(borne)
            there = set(EntityCategory.objects.filter(entity=entity).values_list("category", flat=True))
            wanted = (there | (wanted - seen)) - (seen - wanted)
        set_categories(actor=actor, entity=entity, category_ids=sorted(wanted), now=now)
        return update_entity(
            actor=actor, entity=entity, fields={"folder": folder}, expected_version=expected_version, now=now
        )
