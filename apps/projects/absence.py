"""What counts as having been away from a chat."""

from __future__ import annotations

from datetime import timedelta

AWAY = timedelta(hours=4)  # a longer break ends a visit
