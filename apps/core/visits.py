"""When one visit is over and the next begins: what "since your last visit" means, of the house and of each list."""

from __future__ import annotations

from datetime import datetime, timedelta

AWAY = timedelta(minutes=30)  # so long without a look, and the next one begins a visit


def begins_anew(seen_at: datetime, now: datetime) -> bool:
    """Has whoever looked last at `seen_at` been away, so that a look now begins another visit?"""
    return now - seen_at >= AWAY
