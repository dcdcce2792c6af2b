"""Texts of files made fit for the tables, and what the model can't hold put beside."""

from __future__ import annotations

from apps.contacts.formats.records import Raw
from apps.contacts.formats.vcard import values as vcard_values


def clean(text: str) -> str:
    """`text` without outer blanks and control characters (the database refuses NUL), line ends as `\\n`."""
    return (text if text.isprintable() else vcard_values.clean(text)).strip()


def beside(name: str, text: str, params: dict[str, list[str]] | None = None) -> Raw:
    """What the model can't hold, as other data: escaped, as a raw property's value always is."""
    return Raw(name, vcard_values.escape(text), params or {})
