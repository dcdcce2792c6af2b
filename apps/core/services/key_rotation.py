"""All stored secrets under the newest key."""

from __future__ import annotations

from typing import Any

import structlog

from apps.core import secrets
from apps.core.contributions import EncryptedColumn, encrypted_columns

log = structlog.get_logger(__name__)

_BATCH = 500


def rotate_secrets() -> tuple[int, int]:
    """Encrypt each secret anew; return how many rows were, and how many open with no key. May be run again.

    What someone changes meanwhile is theirs, under the newest key already.
    """
    rotated = broken = 0
    for key, place in encrypted_columns.items():
        done, failed = _rotate_column(place)
        log.info("secrets.rotated", column=key, row_count=done, broken_count=failed)
        rotated, broken = rotated + done, broken + failed
    return rotated, broken


def _rotate_column(place: EncryptedColumn) -> tuple[int, int]:
    rows = place.model._base_manager.order_by("pk").values_list("pk", place.column)
    if not place.json_keys:
        rows = rows.exclude(**{place.column: ""})
    rotated = broken = last = 0
    while batch := list(rows.filter(pk__gt=last)[:_BATCH]):
        for pk, value in batch:
            try:
                fresh = _rotated(value, place.json_keys)
            except secrets.Undecryptable:
                broken += 1
                continue
            if fresh != value:
                unchanged = place.model._base_manager.filter(pk=pk, **{place.column: value})
                rotated += unchanged.update(**{place.column: fresh})
        last = batch[-1][0]
    return rotated, broken


def _rotated(value: Any, json_keys: tuple[str, ...]) -> Any:
    if not json_keys:
        return secrets.rotate(value)
    return {
        key: secrets.rotate(inner) if key in json_keys and isinstance(inner, str) else inner
        for key, inner in value.items()
    }
