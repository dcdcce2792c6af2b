"""Choosing colleagues in forms."""

from __future__ import annotations

from typing import Any

from apps.accounts.selectors import staff_users
from apps.core.pickers import RecordsField


class ColleaguesField(RecordsField):
    """Whoever works in the house."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(among=staff_users(), route="accounts:user_pick", **kwargs)
