"""The first cards of all columns of a board, in one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import QuerySet


def rows_by_stage(columns: Sequence[QuerySet[Any, dict[str, Any]]]) -> dict[int, list[dict[str, Any]]]:
    """Rows of these limited queries, one a column, by their `stage`, the latest first (`entered_at`, `pk`)."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    if not columns:
        return found
    together = columns[0].union(*columns[1:], all=True) if len(columns) > 1 else columns[0]
    for row in sorted(together, key=lambda row: (row["entered_at"], row["pk"]), reverse=True):
        found[row["stage"]].append(row)
    return found
