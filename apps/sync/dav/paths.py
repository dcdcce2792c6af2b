"""What an address below /dav/ names: /u12/, /u12/contacts-5/, /u12/contacts-5/CARD.vcf, /u12/tasks/, /u12/meetings/."""

from __future__ import annotations

import re
from dataclasses import dataclass

_COLLECTION = re.compile(r"contacts-([1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True)
class Place:
    """Empty parts come last: the root has none at all, a home only its principal."""

    principal: str = ""
    collection: str = ""
    href: str = ""

    @property
    def is_home(self) -> bool:
        """The root or a user's home."""
        return not self.collection

    @property
    def folder_id(self) -> int | None:
        """Of an address book."""
        match = _COLLECTION.fullmatch(self.collection)
        return int(match[1]) if match else None


def parse(path: str) -> Place | None:
    """The place that a sanitized `path` names; None for what lies deeper than anything here."""
    parts = [part for part in path.split("/") if part]
    return Place(*parts) if len(parts) <= 3 else None


def book_name(folder_id: int) -> str:
    return f"contacts-{folder_id}"
