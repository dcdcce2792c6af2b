"""What the reader asked of a list: read from its address, written back to it, and kept in saved views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.http import QueryDict

if TYPE_CHECKING:
    from apps.core.listing import Listing

PREFIX = "f."
SIZES = (25, 50, 100, 200)


@dataclass(frozen=True, slots=True)
class ListState:
    """Sort is a column's key, with "-" for descending; page counts from 1, from the end where negative."""

    q: str = ""
    sort: str = ""
    letter: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    page: int = 1
    size: int = 0  # 0: the reader's usual
    view: int | None = None
    columns: tuple[str, ...] = ()  # only from a saved view

    @property
    def narrows(self) -> bool:
        """Whether anything but the list's own scope decides which records are shown."""
        return bool(self.q or self.letter or self.filters)

    def query(self, **changes: Any) -> str:
        """The address of this state with `changes`; any change but of the page begins at the first page again."""
        if changes and "page" not in changes:
            changes["page"] = 1
        state = replace(self, **changes) if changes else self
        query = QueryDict(mutable=True)
        if state.view:
            query["view"] = str(state.view)
        for name in ("q", "sort", "letter"):
            if value := getattr(state, name):
                query[name] = value
        for key, values in state.filters.items():
            query.setlist(PREFIX + key, list(values))
        if state.size:
            query["size"] = str(state.size)
        if state.page != 1:
            query["page"] = str(state.page)
        return "?" + query.urlencode()

    def without(self, key: str) -> str:
        return self.query(filters={name: values for name, values in self.filters.items() if name != key})

    def as_json(self) -> dict[str, Any]:
        """For a saved view, and for background work on "all matches"."""
        kept = {"q": self.q, "sort": self.sort, "letter": self.letter}
        kept["filters"] = {key: list(values) for key, values in self.filters.items()}  # type: ignore[assignment]  # JSON
        kept["columns"] = list(self.columns)  # type: ignore[assignment]  # JSON
        return {name: value for name, value in kept.items() if value}


def read_state(listing: Listing, query: QueryDict) -> ListState:
    """Take what makes sense from an address; the rest is ignored, never an error."""
    filters = {}
    for each in listing.filters:
        if (given := query.getlist(PREFIX + each.key)) and (values := each.clean(given)):
            filters[each.key] = values
    return ListState(
        q=query.get("q", "").replace("\x00", "").strip()[:200],
        sort=_sort(listing, query.get("sort", "")),
        letter=query.get("letter", "")[:1].lower(),
        filters=filters,
        page=_whole(query.get("page", ""), 1) or 1,
        size=size if (size := _whole(query.get("size", ""), 0)) in SIZES else 0,
        view=_whole(query.get("view", ""), 0) or None,
    )


def state_from_json(listing: Listing, kept: Mapping[str, Any]) -> ListState:
    """The state that `as_json` wrote; what the list no longer knows falls away."""
    filters = {}
    kept_filters = kept.get("filters") or {}
    for each in listing.filters:
        given = [str(value) for value in kept_filters.get(each.key, [])]
        if given and (values := each.clean(given)):
            filters[each.key] = values
    known = {column.key for column in listing.columns}
    return ListState(
        q=str(kept.get("q", "")),
        sort=_sort(listing, str(kept.get("sort", ""))),
        letter=str(kept.get("letter", "")),
        filters=filters,
        columns=tuple(key for key in kept.get("columns", []) if key in known),
    )


def asks_something(query: QueryDict) -> bool:
    """Whether an address says anything about which records, in which order."""
    return any(name in ("q", "sort", "letter") or name.startswith(PREFIX) for name in query)


def _sort(listing: Listing, wanted: str) -> str:
    column = listing.column(wanted.removeprefix("-"))
    return wanted if column and column.sort else ""


def _whole(text: str, default: int) -> int:
    try:
        return int(text) if len(text) < 12 else default
    except ValueError:
        return default
