"""A round of a connection: whose turn it is, what it did, what was in the way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import structlog
from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from apps.core import clock, secrets
from apps.core.jobs import nudge
from apps.core.services.operations.progress import OperationCancelled
from apps.sync import jobs
from apps.sync.connectors.asking import OutsideTrouble
from apps.sync.connectors.ga4.client import Client as Analytics
from apps.sync.connectors.mailchimp.client import Client as Mailchimp
from apps.sync.models import Connection, ConnectionRun
from apps.sync.services.connections.claims import Overtaken, claim, fail, let_go, succeed
from apps.sync.services.connections.enqueuing import compare
from apps.sync.services.connections.hearing import hear
from apps.sync.services.connections.options import analytics
from apps.sync.services.connections.pushing import push
from apps.sync.services.connections.sending import send
from apps.sync.services.connections.sweeping import forget_old
from apps.sync.services.connections.tally import Tally

log = structlog.get_logger(__name__)

Why = ConnectionRun.Why
HEARD_EVERY = timedelta(minutes=5)  # unsubscribes are asked for, also where nothing waits
COMPARED_EVERY = timedelta(hours=1)
_SHIFT = 45.0  # seconds of one job; then others have their turn


def begin_due(*, now: datetime) -> int:
    """A job for each connection that has something to do and isn't at it; how many."""
    begun = 0
    for connection in Connection.objects.on().free(now).rested(now).order_by("pk"):
        if has_work(connection, now):
            nudge(jobs.run_connection, connection_id=connection.pk)
            begun += 1
    if cache.add("sync:connections-forgotten", 1, timeout=3600):
        forget_old(now=now)
    return begun


def has_work(connection: Connection, now: datetime) -> bool:
    if connection.kind == Connection.Kind.GA4:
        return connection.events.waiting().exists()
    is_quiet = connection.last_run_at is not None and now - connection.last_run_at < HEARD_EVERY
    return not is_quiet or connection.members.due(now).exists()


def run(
    connection_id: int,
    *,
    at: Callable[[], datetime] = clock.now,
    why: str = Why.ROUND,
    on_step: Callable[[Tally], None] | None = None,
    shift: float = _SHIFT,
) -> Tally | None:
    """Do what is due, for `shift` seconds; None: somebody else is at it, or it is off or rests.

    Several workers may ask at once; one that dies leaves its work due.
    """
    began, until = at(), time.monotonic() + shift
    connection = claim(connection_id, now=began, impatient=why == Why.BY_HAND)
    if connection is None:
        return None
    tally, trouble, is_over = Tally(), None, True
    try:
        for step in _work(connection, at, all_of_it=why == Why.BY_HAND):
            tally.add(step)
            if on_step is not None:
                on_step(step)
            if time.monotonic() >= until:
                is_over = False
                break
    except Overtaken:
        return tally
    except OutsideTrouble as error:
        trouble = error
    except secrets.Undecryptable:
        trouble = OutsideTrouble(_("Its key can't be read any more: enter it anew."), is_permanent=True)
    except OperationCancelled:
        let_go(connection)
        raise
    except Exception:
        log.exception("connection.broke", connection_id=connection.pk)
        trouble = OutsideTrouble(_("Something went wrong; it was logged."))
    _end(connection, tally, trouble, why=why, began=began, now=at())
    if not is_over:
        nudge(jobs.run_connection, connection_id=connection.pk)
    return tally


def _work(connection: Connection, at: Callable[[], datetime], *, all_of_it: bool) -> Iterator[Tally]:
    secret = secrets.decrypt(connection.secret)
    if connection.kind == Connection.Kind.GA4:
        yield from send(connection, Analytics(analytics(connection.options).measurement_id, secret), at=at)
        return
    client = Mailchimp(secret)
    yield from hear(connection, client, at=at)
    now = at()
    looked_at = connection.looked_at
    if all_of_it or looked_at is None or now - looked_at >= COMPARED_EVERY:
        is_first_of_day = looked_at is None or looked_at.date() != now.date()
        compare(connection, now=now, all_of_it=all_of_it or is_first_of_day)
    yield from push(connection, client, at=at)


@transaction.atomic
def _end(
    connection: Connection, tally: Tally, trouble: OutsideTrouble | None, *, why: str, began: datetime, now: datetime
) -> None:
    if trouble is None:
        succeed(connection, now=now)
    else:
        fail(connection, trouble, now=now)
    figures = {"sent": tally.sent, "refused": tally.refused, "gone": tally.gone, "heard": tally.heard}
    Connection.objects.filter(pk=connection.pk).update(**{name: F(name) + count for name, count in figures.items()})
    if tally.tells_something or trouble is not None or why == Why.BY_HAND:
        words = str(trouble) if trouble else ""
        ConnectionRun.objects.create(
            connection=connection,
            why=why,
            began_at=began,
            ended_at=now,
            unchanged=tally.unchanged,
            trouble=words,
            **figures,
        )
    log.info("connection.ran", connection_id=connection.pk, sent=tally.sent, refused=tally.refused)
