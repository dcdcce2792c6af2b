"""What the contexts share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.accounts.models import Preferences
from apps.contacts.phones import show_number

_NOWHERE = Preferences(country="ZZ")  # nobody's own country


def known(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is empty: a template sees a gap there, rather than a hole."""
    return {key: value for key, value in values.items() if value not in (None, "", [])}


def international(number: str) -> str:
    """A phone as it may be dialled from anywhere."""
    return show_number(number, _NOWHERE) if number else ""
