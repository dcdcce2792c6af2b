"""Is the house ready for people? Asked by proxies and by the demo."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from apps.core.models import Operation, OutgoingMail

_MAIL_LATE_AFTER = timedelta(minutes=15)
_PROCESSES = ("worker", "mailwatch")

_migrated = False  # never turns false again while a process lives


@dataclass(slots=True)
class Health:
    """`figures` are for people who look after the house; `failures` say why it isn't ready."""

    figures: dict[str, Any] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


def beat(*, now: datetime, process: str = "worker") -> None:
    """A process of this kind lives: workers say so through the queue every ten seconds, others by themselves."""
    cache.set(f"{process}:heartbeat", now.timestamp(), timeout=3600)


def look(*, now: datetime) -> Health:
    """Database, Redis, migrations and the age of the oldest due mail decide; silent processes are only told of."""
    health = Health()
    try:
        _look_at_database(health, now)
    except DatabaseError:
        health.failures.append("database")
    try:
        for process in _PROCESSES:
            last_beat = cache.get(f"{process}:heartbeat")
            silent = None if last_beat is None else round(now.timestamp() - last_beat)
            health.figures[f"{process}_silent_seconds"] = silent
    except (redis.RedisError, OSError):
        health.failures.append("redis")
    return health


def _look_at_database(health: Health, now: datetime) -> None:
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not _migrated:
        health.failures.append("migrations")
        return
    due = OutgoingMail.objects.filter(state=OutgoingMail.State.QUEUED, not_before__lte=now)
    oldest = due.order_by("not_before").values_list("not_before", flat=True).first()
    age = now - oldest if oldest else timedelta(0)
    health.figures["oldest_due_mail_seconds"] = round(age.total_seconds())
    health.figures["unfinished_operations"] = Operation.objects.unfinished().count()
    health.figures["name"] = settings.RAPPORT_NAME
    if age > _MAIL_LATE_AFTER:
        health.failures.append("mail")
