"""Home: cards that apps contribute, each asked for by itself once the page stands."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from apps.core.listing.columns import Words

ALL = ("admin", "manager", "sales", "claims", "content", "finance", "project")


@dataclass(frozen=True, kw_only=True, slots=True)
class HomeCard:
    """`render(request)` is what the card says to its reader, "" where there is nothing: then it says `nothing`, or goes
    away without such words.

    It stands on Home of the `roles` by itself, and may be chosen by whoever `may_have` it. An answer without a form,
    the same wherever it stands, may be kept for some seconds, for each reader.
    """

    title: Words
    icon: str
    render: Callable[[HttpRequest], str]
    may_have: Callable[[Any], bool]
    roles: Collection[str] = ALL
    nothing: Words = ""
    kept_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of a card of figures: how many, of what, and the list of just these."""

    number: int
    words: str
    url: str
    is_late: bool = False


def figures_card(figures: Sequence[Figure]) -> str:
    """Those that there are any of; "" where there are none."""
    shown = [figure for figure in figures if figure.number]
    return render_to_string("core/_home_figures.html", {"figures": shown}) if shown else ""
