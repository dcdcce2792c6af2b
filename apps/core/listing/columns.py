"""What a list shows in a row, and what can be done with chosen rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils.functional import Promise

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `cell(record)` returns text, or safe HTML from `format_html`.

    `sort` are fields of the queryset in ascending order; a leading "-" turns one round. For a list to page
    quickly they should be those of an index, in its order; the primary key is added by itself.
    """

    key: str
    title: Words
    cell: Callable[[Any], object]
    sort: tuple[str, ...] = ()
    default: bool = True  # shown until somebody chooses columns
    fixed: bool = False  # always shown, leads to the record, and heads the card on phones
    numeric: bool = False
    phone: bool = True  # shown in the card on phones
    # What its cells read beside the row, fetched only where it is shown: single records by `join`, many by
    # `prefetch` (names, or a Prefetch that narrows them).
    join: tuple[str, ...] = ()
    prefetch: tuple[str | Prefetch[Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """A button of the selection bar; posts the selection (see `Selection`) to `url`.

    With `sheet` the answer, a form that carries the selection on, opens in the side sheet.
    """

    key: str
    title: Words
    url: str
    icon: str
    sheet: bool = False
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Empty:
    """What an empty list says: what belongs there, and how it gets there."""

    title: Words
    text: Words = ""
    icon: str = "inbox"
    action: Words = ""
    action_url: str = ""
