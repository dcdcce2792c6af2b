"""What every way of writing a batch has in common."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# A record as it came: JSON as its bytes, rows and elements as a dictionary of texts.
Raw = bytes | dict[str, Any]

MOST_RECORDS = 200_000


class Unreadable(Exception):
    """A body of which not one record can be read; the text says why."""


@dataclass(slots=True)
class Reading:
    """The records of a body, and up to when its sender vouches for what they say."""

    records: list[Raw] = field(default_factory=list)
    as_of: datetime | None = None
    table: str = ""  # what the file was named after


def as_text(raw: Raw) -> str:
    """A record as people read it; what isn't UTF-8 is marked, NUL left out."""
    text = raw.decode(errors="replace") if isinstance(raw, bytes) else json.dumps(raw, ensure_ascii=False, default=str)
    return text.replace("\x00", "").encode(errors="replace").decode()
