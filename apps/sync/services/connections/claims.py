"""One worker at a time for a connection: claimed for a while, renewed, let go. Whoever comes too late can't write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from apps.core.services.webhooks import curve
from apps.sync.connectors.asking import OutsideTrouble
from apps.sync.models import Connection, ConnectionQuerySet
from apps.sync.services.connections.alarms import tell_of_failing

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=5)  # longer than any request may take


class Overtaken(Exception):
    """Another worker has the connection, or it was switched off: what this one found out is no longer wanted."""


def claim(connection_id: int, *, now: datetime, impatient: bool = False) -> Connection | None:
    """The connection, for LEASE, if it is on and nobody has it; a resting one only for the `impatient`."""
    rows = Connection.objects.on().free(now).filter(pk=connection_id)
    if not impatient:
        rows = rows.rested(now)
    if not rows.update(busy_until=now + LEASE):
        return None
    return Connection.objects.select_related("owner").get(pk=connection_id)


@contextmanager
def holding(connection: Connection, *, now: datetime) -> Iterator[None]:
    """A transaction for what was found out; the claim holds for another LEASE from `now`. Raises Overtaken."""
    with transaction.atomic():
        mine = Connection.objects.on().filter(pk=connection.pk, busy_until=connection.busy_until)
        until = now + LEASE
        if not mine.update(busy_until=until):
            raise Overtaken
        yield
    connection.busy_until = until


def renew(connection: Connection, *, now: datetime) -> None:
    """Keep the claim for another LEASE. Raises Overtaken."""
    with holding(connection, now=now):
        pass


def succeed(connection: Connection, *, now: datetime) -> None:
    _mine(connection).update(
        busy_until=None, rests_until=None, failures=0, trouble="", told_at=None, last_run_at=now, last_ok_at=now
    )


@transaction.atomic
def fail(connection: Connection, trouble: OutsideTrouble, *, now: datetime) -> None:
    """Rest for longer and longer; stop where trying again doesn't help. Administrators hear of each failing once."""
    failures = min(connection.failures + 1, 32_000)
    pause = max(curve.pause_after(failures, asked=trouble.retry_after), curve.rest_after(failures) or timedelta(0))
    values = {
        "busy_until": None,
        "rests_until": None if trouble.is_permanent else now + pause,
        "failures": failures,
        "trouble": str(trouble),
        "last_run_at": now,
    }
    if trouble.is_permanent:
        values["state"] = Connection.State.STOPPED
    if not _mine(connection).update(**values):
        return
    log.warning("connection.failed", connection_id=connection.pk, failures=failures, status=trouble.status)
    is_news = connection.told_at is None and (trouble.is_permanent or failures >= curve.REST_AFTER)
    if is_news and Connection.objects.filter(pk=connection.pk, told_at=None).update(told_at=now):
        tell_of_failing(connection, str(trouble), is_stopped=trouble.is_permanent, now=now)


def let_go(connection: Connection) -> None:
    _mine(connection).update(busy_until=None)


def _mine(connection: Connection) -> ConnectionQuerySet:
    return Connection.objects.filter(pk=connection.pk, busy_until=connection.busy_until)
