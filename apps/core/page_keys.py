"""Where the next page of a list by time begins: the moment and the id of the last row, as text in an address."""

from __future__ import annotations

from datetime import datetime


def page_key(at: datetime, pk: int) -> str:
    """The key after a row; ids of rows that were derived may be negative."""
    return f"{at.isoformat()}_{pk}"


def read_page_key(text: str) -> tuple[datetime, int] | None:
    """The moment (aware) and id that a key names; None for what makes no sense, which begins at the top."""
    moment, _sign, pk = text.rpartition("_")
    if not pk.removeprefix("-").isdecimal() or len(pk) > 18:
        return None
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (at, int(pk)) if at.tzinfo else None
