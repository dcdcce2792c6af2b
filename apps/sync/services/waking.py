"""Waking whoever applies what waits: one job a source at a time, however many batches come meanwhile."""

from __future__ import annotations

from contextlib import suppress

from django.core.cache import cache
from django.db import transaction
from redis.exceptions import RedisError

from apps.core.jobs import nudge
from apps.sync import jobs

_FORGOTTEN_AFTER = 5  # seconds; a job that was lost is made up for by the sweep


def wake(source_id: int) -> None:
    """Once the transaction has committed, let a worker look, unless one is about to."""

    def call() -> None:
        with suppress(RedisError):  # without it no worker hears of anything: the sweep finds the batch later
            if cache.add(_name(source_id), 1, timeout=_FORGOTTEN_AFTER):
                nudge(jobs.apply_source, source_id=source_id)

    transaction.on_commit(call)


def awake(source_id: int) -> None:
    """The worker's first word, before it looks: what comes from now on needs another one."""
    with suppress(RedisError):
        cache.delete(_name(source_id))


def _name(source_id: int) -> str:
    return f"sync:woken:{source_id}"
