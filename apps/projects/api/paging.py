"""Where a page begins, for lists in the order of ids."""

from __future__ import annotations

from pydantic import Field

from apps.core.api import Strict


class Keyset(Strict):
    """Pages follow each other by `next`, without gaps or doubles."""

    after: str = Field("", max_length=18, description="`next` of the page before")
    limit: int = Field(50, ge=1, le=200)
