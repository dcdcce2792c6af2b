"""Columns of lists whose figures come from a source: each cell says from which, and whether it is stale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from apps.core.listing import Column
from apps.crm.drawing.freshness import fed
from apps.crm.selectors.freshness import Freshness, Sources


def fed_columns(columns: Sequence[Column], groups: Mapping[str, str], sources: Sources | None) -> Sequence[Column]:
    """`columns` of records with a plant; `groups` has the group of figures of some of them by their key."""
    if sources is None:
        return columns
    return [_fed(each, groups[each.key], sources) if each.key in groups else each for each in columns]


def _fed(column: Column, group: str, sources: Sources) -> Column:
    known: dict[int, Freshness | None] = {}  # of a plant: a page has fifty rows of two or three

    def cell(record: Any) -> object:
        if record.plant_id not in known:
            known[record.plant_id] = sources.of(record.plant_id, group)
        value = column.cell(record)
        return fed(value, known[record.plant_id]) if value else value

    return replace(column, cell=cell)
