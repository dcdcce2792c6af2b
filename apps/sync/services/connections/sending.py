"""Events on their way to Google Analytics, up to 25 of one client at a time, looked at before: it refuses nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from apps.core.batch import update_rows
from apps.sync.connectors.ga4 import mapping
from apps.sync.connectors.ga4.client import Client
from apps.sync.models import AnalyticsEvent, Connection
from apps.sync.services.connections.claims import holding
from apps.sync.services.connections.options import analytics
from apps.sync.services.connections.tally import Tally

State = AnalyticsEvent.State


def send(connection: Connection, client: Client, *, at: Callable[[], datetime]) -> Iterator[Tally]:
    """Send what waits, the oldest first. Raises OutsideTrouble, Overtaken."""
    options = analytics(connection.options)
    yield _drop_old(connection, at())
    while rows := _next(connection):
        now = at()
        events = {row.pk: mapping.event(row.name, row.params, row.happened_at) for row in rows}
        troubles = {row.pk: "; ".join(mapping.problems_of_event(events[row.pk], now=now)) for row in rows}
        good = [row for row in rows if not troubles[row.pk]]
        if options.asks_first and good:
            troubles |= _asked(client, good, events)
            good = [row for row in rows if not troubles[row.pk]]
        if good:
            client.collect(_payload(good, events))
        with holding(connection, now=(now := at())):
            yield _write(rows, troubles, now)


def _next(connection: Connection) -> list[AnalyticsEvent]:
    """The oldest event and those after it that may go along."""
    waiting = connection.events.waiting().order_by("pk")
    first = waiting.first()
    if first is None:
        return []
    return list(waiting.filter(client_id=first.client_id, user_id=first.user_id)[: mapping.MOST_EVENTS])


def _payload(rows: Sequence[AnalyticsEvent], events: dict[int, dict[str, Any]]) -> dict[str, Any]:
    return mapping.payload(rows[0].client_id, rows[0].user_id, [events[row.pk] for row in rows])


def _asked(client: Client, rows: Sequence[AnalyticsEvent], events: dict[int, dict[str, Any]]) -> dict[int, str]:
    """What their validation server says against each; asked one by one where something stands against them together."""
    if not client.problems(_payload(rows, events)):
        return {}
    return {row.pk: "; ".join(client.problems(_payload([row], events))) for row in rows}


def _write(rows: Sequence[AnalyticsEvent], troubles: dict[int, str], now: datetime) -> Tally:
    values = []
    for row in rows:
        trouble = troubles[row.pk]
        values.append([row.pk, State.REFUSED if trouble else State.SENT, trouble[:300], now])
    update_rows(AnalyticsEvent, ("state", "trouble", "settled_at"), values)
    refused = sum(bool(words) for words in troubles.values())
    return Tally(sent=len(rows) - refused, refused=refused)


def _drop_old(connection: Connection, now: datetime) -> Tally:
    old = connection.events.waiting().filter(happened_at__lte=now - mapping.OLDEST)
    words = _("Google takes nothing that is older than 72 hours.")
    return Tally(refused=old.update(state=State.DROPPED, trouble=words, settled_at=now))
