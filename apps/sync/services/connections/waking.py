"""A nudge to whoever runs connections, once for many facts."""

from __future__ import annotations

from contextlib import suppress

from django.core.cache import cache
from redis.exceptions import RedisError

from apps.core.jobs import nudge
from apps.sync import jobs

_BELL = "sync:connections-rung"
_PAUSE = 5  # seconds: what comes meanwhile goes along


def wake() -> None:
    """After a commit. A lost nudge is made up for by beat."""
    with suppress(RedisError):
        if cache.add(_BELL, 1, timeout=_PAUSE):
            nudge(jobs.run_connections, in_seconds=_PAUSE)
