"""Rows that somebody ticked, or "all matches of this filter"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import QueryDict

from apps.core.listing.counting import Total, count

if TYPE_CHECKING:
    from apps.core.listing import Listing


@dataclass(frozen=True)
class Selection:
    """`queryset` holds the chosen records in the reader's scope; `fields` carries the choice through a further form."""

    queryset: QuerySet[Any]
    ids: tuple[int, ...]  # empty where all matches are meant
    kept: Mapping[str, Any] | None  # the list's state, where all matches are meant
    match: str

    @classmethod
    def read(cls, listing: Listing, posted: QueryDict, scope: QuerySet[Any]) -> Selection:
        """`all` with `match` (the list's address) means every match; else `ids` are the ticked rows."""
        match = posted.get("match", "")
        if posted.get("all"):
            kept = listing.state_of(match).as_json()
            return cls(listing.matching(scope, kept), (), kept, match)
        ids = tuple(sorted({int(value) for value in posted.getlist("ids") if value.isdecimal() and len(value) < 19}))
        return cls(scope.filter(pk__in=ids), ids, None, match)

    def count(self) -> Total:
        return count(self.queryset)

    def parameters(self) -> dict[str, Any]:
        """For a background operation: {"ids": [...]} or {"matching": state}; see `Listing.matching`."""
        return {"matching": dict(self.kept)} if self.kept is not None else {"ids": list(self.ids)}

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Hidden fields of a form that goes on with this selection."""
        if self.kept is not None:
            return [("all", "1"), ("match", self.match)]
        return [("ids", str(pk)) for pk in self.ids]
