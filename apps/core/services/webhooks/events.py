"""Facts told to endpoints, in the transaction that makes them true; sent again when somebody asks."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from apps.core.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from apps.core.prepared import Prepared, blank_ids

TEST = "webhook.test"

_AGAIN = """
INSERT INTO core_webhookdelivery (endpoint_id, event_id, state, queued_at, not_before, attempts, answer, tries)
SELECT %(endpoint)s, e.id, 'queued', %(now)s, %(now)s, 0, '', '[]'
FROM core_webhookevent e
WHERE e.audience = %(audience)s AND e.made_at >= %(since)s
    AND (%(types)s::text[] = '{}' OR e.type = ANY(%(types)s::text[]))
ORDER BY e.id
ON CONFLICT (endpoint_id, event_id) DO UPDATE
SET state = 'queued', queued_at = excluded.queued_at, not_before = excluded.not_before, attempts = 0,
    finished_at = NULL
"""


@dataclass(frozen=True, slots=True)
class Fact:
    """`subject` is what the audience's app finds it by when the event goes out."""

    audience: str
    type: str
    subject: dict[str, Any] = field(default_factory=dict)


_AUDIENCES = blank_ids()  # whose names they are here


@Prepared
def _listening() -> QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.filter(audience__among=_AUDIENCES, removed_at__isnull=True).order_by("pk")


def announce(facts: Sequence[Fact], *, now: datetime) -> int:
    """Queue the facts for whoever listens, in the caller's transaction; how many deliveries were queued.

    Of an audience without an endpoint nothing is kept.
    """
    endpoints: dict[str, list[WebhookEndpoint]] = {}
    for endpoint in _listening.ask({_AUDIENCES: sorted({fact.audience for fact in facts})}):
        endpoints.setdefault(endpoint.audience, []).append(endpoint)
    events = WebhookEvent.objects.bulk_create(
        _event(fact.audience, fact.type, fact.subject, now) for fact in facts if fact.audience in endpoints
    )
    deliveries = [
        WebhookDelivery(endpoint=endpoint, event=event, queued_at=now, not_before=now)
        for event in events
        for endpoint in endpoints[event.audience]
        if endpoint.state != WebhookEndpoint.State.DISABLED and (not endpoint.types or event.type in endpoint.types)
    ]
    WebhookDelivery.objects.bulk_create(deliveries)
    if deliveries:
        wake()
    return len(deliveries)


@transaction.atomic
def send_test(endpoint: WebhookEndpoint, *, now: datetime) -> WebhookDelivery:
    """An event that says nothing, for this endpoint alone."""
    event = _event(f"{endpoint.audience}:{endpoint.pk}", TEST, {}, now)
    event.save()
    delivery = WebhookDelivery.objects.create(endpoint=endpoint, event=event, queued_at=now, not_before=now)
    wake()
    return delivery


@transaction.atomic
def send_again(deliveries: Collection[int], *, endpoint: WebhookEndpoint, now: datetime) -> int:
    """Queue these of the endpoint's deliveries anew, under the ids that they had."""
    found = WebhookDelivery.objects.filter(endpoint=endpoint, pk__in=deliveries)
    wake()
    return found.update(state=WebhookDelivery.State.QUEUED, queued_at=now, not_before=now, attempts=0, finished_at=None)


@transaction.atomic
def replay(endpoint: WebhookEndpoint, *, since: datetime, now: datetime) -> int:
    """Send all that is known from `since` on once more, also what came before the endpoint was there or while it
    was switched off, under the ids that they had; how many events that is.
    """
    values: dict[str, Any] = {
        "endpoint": endpoint.pk,
        "audience": endpoint.audience,
        "since": since,
        "types": list(endpoint.types),
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_AGAIN, values)
        count = int(cursor.rowcount)
    wake()
    return count


def wake() -> None:
    from apps.core import jobs

    transaction.on_commit(functools.partial(jobs.nudge, jobs.send_webhooks))


def _event(audience: str, kind: str, subject: dict[str, Any], now: datetime) -> WebhookEvent:
    uid = f"msg_{uuid.uuid4().hex}"
    return WebhookEvent(uid=uid, audience=audience, type=kind, subject=subject, made_at=now)
