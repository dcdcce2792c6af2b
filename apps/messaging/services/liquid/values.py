"""Plain values for templates: nothing with attributes or methods of ours gets in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise

from apps.messaging.services.liquid.problems import GAP_BEGINS, GAP_ENDS

_MOST_DEEP = 6
_MOST_ITEMS = 5_000


def plain(value: Any, depth: int = 0) -> Any:
    """The value as dictionaries, lists, text, numbers and days. Raises TypeError for anything else.

    Text loses the signs of gaps, and whether it was safe HTML: a body escapes all of it.
    """
    if depth > _MOST_DEEP:
        raise TypeError("A template's values lie too deep.")
    if value is None or isinstance(value, bool | datetime | date | time):
        return value
    if isinstance(value, str | Promise):
        return str(value).replace(GAP_BEGINS, "[").replace(GAP_ENDS, "]").replace("\x00", "")
    if isinstance(value, int | float | Decimal):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(each, depth + 1) for key, each in list(value.items())[:_MOST_ITEMS]}
    if isinstance(value, list | tuple):
        return [plain(each, depth + 1) for each in value[:_MOST_ITEMS]]
    raise TypeError(f"A template is given no {type(value).__name__}.")
