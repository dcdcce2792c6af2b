"""What web analytics hear of: a row for each thing that happened, in the transaction that makes it true."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.crypto import salted_hmac

from apps.contacts.models import Entity, Folder
from apps.core import clock
from apps.core.contributions import AnalyticsFact, Occurrence
from apps.core.kept import Kept
from apps.sync.connectors.ga4 import mapping
from apps.sync.models import AnalyticsEvent, Connection
from apps.sync.services.connections.options import AnalyticsOptions, analytics
from apps.sync.services.connections.waking import wake


@Kept
def analytics_on() -> tuple[tuple[int, AnalyticsOptions], ...]:
    """Connections that hear of events, with what they want to hear."""
    rows = Connection.objects.on().filter(kind=Connection.Kind.GA4).order_by("pk")
    return tuple((row.pk, analytics(row.options)) for row in rows)


def note_fact(name: str, fact: AnalyticsFact, facts: Mapping[str, Any]) -> None:
    """Queue what `fact` reads out of a signal's values, for the connections that chose it."""
    wanted = [(pk, options) for pk, options in analytics_on() if name in options.events]
    if not wanted:
        return
    note_occurrences(name, fact.read(facts), wanted=wanted, now=facts.get("now") or clock.now())


def note_occurrences(
    name: str, occurrences: Sequence[Occurrence], *, wanted: Sequence[tuple[int, AnalyticsOptions]], now: datetime
) -> int:
    """How many rows were queued. What is too old for Google already is history, not an event."""
    told = [each for each in occurrences if now - each.at < mapping.OLDEST]
    uids = _uids(told)
    told = [each for each in told if each.entity_id is None or each.entity_id in uids]
    rows = [_row(pk, options, name, each, uids.get(each.entity_id or 0, "")) for each in told for pk, options in wanted]
    AnalyticsEvent.objects.bulk_create(rows, batch_size=1000)
    if rows:
        transaction.on_commit(wake)
    return len(rows)


def client_of(connection_id: int, uid: str = "") -> str:
    """In the shape that their own script gives it; the connection's own without a `uid`."""
    found = salted_hmac(f"sync.ga4.client.{connection_id}", uid, algorithm="sha256").digest()
    first, second = int.from_bytes(found[:4], "big"), int.from_bytes(found[4:8], "big")
    return f"{first % 10**10:010d}.{second % 10**10:010d}"


def _uids(told: Sequence[Occurrence]) -> dict[int, str]:
    """Of contacts in personal folders nothing is told, not even that there is one more."""
    ids = {each.entity_id for each in told if each.entity_id is not None}
    shared = Entity.objects.filter(pk__in=ids).exclude(folder__kind=Folder.Kind.PERSONAL) if ids else ()
    return {entity.pk: str(entity.uid) for entity in shared}


def _row(pk: int, options: AnalyticsOptions, name: str, each: Occurrence, uid: str) -> AnalyticsEvent:
    event_uid = uuid.uuid4()
    params: dict[str, Any] = {"event_uid": event_uid.hex, **each.params}
    if options.with_worth and each.worth is not None:
        params |= {"value": float(each.worth[0]), "currency": each.worth[1]}
    known = uid if options.tells_apart else ""
    user_id = salted_hmac(f"sync.ga4.user.{pk}", known, algorithm="sha256").hexdigest() if known else ""
    return AnalyticsEvent(
        connection_id=pk,
        uid=event_uid,
        name=name,
        params=mapping.params(params),
        client_id=client_of(pk, known),
        user_id=user_id,
        happened_at=each.at,
    )
