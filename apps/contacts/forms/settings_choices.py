"""What the settings' forms offer: colours, icons, and trees as choices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apps.contacts.models import Category, Folder
from apps.contacts.selectors.folders import Branch


def tree_choices(rows: Iterable[Branch[Folder]] | Iterable[Branch[Category]], nothing: Any) -> list[tuple[str, Any]]:
    """The rows of a tree as choices of a select, those below others set in."""
    return [("", nothing), *((str(row.item.pk), "\u2003" * row.depth + str(row.item)) for row in rows)]
