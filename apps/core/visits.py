"""When one visit is over and the next begins: what "since your last visit" means, of the house and of each list."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.dateparse import parse_datetime

AWAY = timedelta(minutes=30)  # so long without a look, and the next one begins a visit


def begins_anew(seen_at: datetime, now: datetime) -> bool:
    """Has whoever looked last at `seen_at` been away, so that a look now begins another visit?"""
    return now - seen_at >= AWAY


def seen_at(text: str, now: datetime) -> datetime:
    """When a page says that it was made; `now` where that is nonsense: in the future, or too long ago."""
    try:
        told = parse_datetime(text)
    except ValueError:
        return now
    is_sound = told is not None and told.tzinfo is not None and told <= now and not begins_anew(told, now)
    return told if told is not None and is_sound else now
