"""Who takes the tasks (VTODO) of a calendar file; tasks register themselves here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from apps.activities.formats.ical_items import Item

if TYPE_CHECKING:
    from apps.accounts.models import User

# Called with actor, item, now inside a transaction; the same UID must not become a second task. Raises ValidationError.
bringers: list[Callable[[User, Item, datetime], None]] = []
