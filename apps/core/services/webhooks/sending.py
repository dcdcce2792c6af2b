"""Events on their way: an endpoint is claimed, its oldest event goes out, the outcome is written.

At least once: whoever dies between the sending and the writing leaves the event queued, and it goes out again under
the same id. One event at a time goes to an endpoint, and many endpoints are served side by side, so that one that
hangs keeps nobody else waiting.
"""

from __future__ import annotations

import json
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F

from apps.core import clock, secrets
from apps.core.contributions import webhook_audiences
from apps.core.models import WebhookDelivery, WebhookEndpoint
from apps.core.services.webhooks import curve
from apps.core.services.webhooks.events import TEST
from apps.core.services.webhooks.posting import Answer, Parcel, post
from apps.core.services.webhooks.signing import headers_of

log = structlog.get_logger(__name__)

_LINES = 16  # endpoints served at once by one job
_FAILING = 8  # of them, at most, such as failed the last time: they may hang, and leave room for the others
_LEASE = timedelta(seconds=60)  # longer than sending can take; then another worker may have the endpoint
_SHIFT = 60.0  # seconds that one job sends before it hands over to the next
_TRIES = 20

# Those that work come first; the lock on the row decides between workers.
_CLAIM = """
SELECT e.* FROM core_webhookendpoint e, LATERAL (
    SELECT d.not_before FROM core_webhookdelivery d
    WHERE d.endpoint_id = e.id AND d.state = 'queued' AND d.not_before <= %(now)s
    ORDER BY d.not_before, d.id LIMIT 1
) due
WHERE e.state = 'active' AND e.removed_at IS NULL AND (e.busy_until IS NULL OR e.busy_until <= %(now)s)
    AND (e.rests_until IS NULL OR e.rests_until <= %(now)s) AND (e.failures = 0 OR %(patient)s)
ORDER BY e.failures > 0, due.not_before, e.id LIMIT 1 FOR UPDATE OF e SKIP LOCKED
"""


@dataclass(frozen=True, slots=True)
class _Claim:
    """`lease` is also the claim's name: who finds another one in the row came too late to write."""

    endpoint: WebhookEndpoint
    delivery: WebhookDelivery
    lease: datetime


def send_due(*, now: datetime) -> int:
    """Send what is due until nothing is left or the shift is over; how many attempts there were.

    Several workers may do so at once.
    """
    tried = 0
    began = time.monotonic()
    going: dict[Future[Answer], _Claim] = {}
    with ThreadPoolExecutor(_LINES, thread_name_prefix="webhook") as pool:
        while True:
            while len(going) < _LINES and time.monotonic() < began + _SHIFT:
                failing = sum(claim.endpoint.failures > 0 for claim in going.values())
                at = now + timedelta(seconds=time.monotonic() - began)
                claim = _claim(now=at, patient=failing < _FAILING)
                if claim is None:
                    break
                try:
                    parcel = _parcel(claim)
                except Exception as error:  # one event that can't be made must not stop the others
                    log.exception("webhook.unmade", endpoint_id=claim.endpoint.pk)
                    _settle(claim, Answer(None, error=f"It could not be made: {type(error).__name__}"), now=at)
                    continue
                if parcel is None:
                    _drop(claim, now=at)
                    continue
                going[pool.submit(_sent, parcel)] = claim
                tried += 1
            if not going:
                return tried
            done, _waiting = wait(going, return_when=FIRST_COMPLETED)
            for future in done:
                _settle(going.pop(future), future.result(), now=now + timedelta(seconds=time.monotonic() - began))


@transaction.atomic
def _claim(*, now: datetime, patient: bool) -> _Claim | None:
    """The oldest due event of an endpoint that nobody is sending to; committed before anything goes out."""
    found = WebhookEndpoint.objects.raw(_CLAIM, {"now": now, "patient": patient})
    endpoint = next(iter(found), None)
    if endpoint is None:
        return None
    due = WebhookDelivery.objects.filter(endpoint=endpoint, state=WebhookDelivery.State.QUEUED, not_before__lte=now)
    delivery = due.select_related("event").order_by("not_before", "pk").first()
    if delivery is None:
        return None
    lease = now + _LEASE
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(busy_until=lease)
    WebhookDelivery.objects.filter(pk=delivery.pk).update(attempts=F("attempts") + 1)
    delivery.attempts += 1
    return _Claim(endpoint, delivery, lease)


def _parcel(claim: _Claim) -> Parcel | None:
    """The event as its endpoint may see it now; None where there is nothing for it to hear."""
    endpoint, event = claim.endpoint, claim.delivery.event
    audience = webhook_audiences.get(endpoint.audience.partition(":")[0])
    if event.type == TEST:
        data: dict[str, object] | None = {}
    else:
        data = audience.render(endpoint, event) if audience is not None else None
    if data is None:
        return None
    content = {"type": event.type, "timestamp": event.made_at.isoformat(), "data": data}
    body = json.dumps(content, ensure_ascii=False, default=str, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Rapport-Webhooks/1",
        **headers_of(event.uid, body, secret=secrets.decrypt(endpoint.secret), at=int(clock.now().timestamp())),
    }
    return Parcel(endpoint.url, headers, body)


def _sent(parcel: Parcel) -> Answer:
    """In a thread: whatever goes wrong with one receiver is that one's failure."""
    try:
        return post(parcel)
    except Exception as error:
        log.exception("webhook.unsent")
        return Answer(None, error=type(error).__name__)


@transaction.atomic
def _drop(claim: _Claim, *, now: datetime) -> None:
    if _hold(claim) is not None:
        WebhookDelivery.objects.filter(pk=claim.delivery.pk).update(
            state=WebhookDelivery.State.DROPPED, finished_at=now
        )
        WebhookEndpoint.objects.filter(pk=claim.endpoint.pk).update(busy_until=None)


@transaction.atomic
def _settle(claim: _Claim, answer: Answer, *, now: datetime) -> None:
    endpoint = _hold(claim)
    if endpoint is None:
        return  # so late that another worker has it: that one's outcome counts
    delivery = claim.delivery
    told = {"at": now.isoformat(), "status": answer.status, "ms": answer.ms, "error": answer.error}
    delivery.tries = [*delivery.tries, told][-_TRIES:]
    delivery.status, delivery.answer = answer.status, answer.text
    if answer.is_taken:
        delivery.state, delivery.finished_at = WebhookDelivery.State.DELIVERED, now
        _recovered(endpoint)
    else:
        _failed(endpoint, answer, now)
        if now - delivery.queued_at >= curve.GIVE_UP or answer.is_gone:
            delivery.state, delivery.finished_at = WebhookDelivery.State.FAILED, now
        delivery.not_before = now + curve.pause_after(delivery.attempts, asked=answer.retry_after)
    delivery.save(update_fields=["state", "finished_at", "status", "answer", "tries", "not_before"])
    endpoint.busy_until = None
    endpoint.save()
    log.info("webhook.settled", endpoint_id=endpoint.pk, status=answer.status, ms=answer.ms)


def _hold(claim: _Claim) -> WebhookEndpoint | None:
    """The endpoint's row under lock, as long as this claim is its last."""
    rows = WebhookEndpoint.objects.select_for_update(of=("self",))
    return rows.filter(pk=claim.endpoint.pk, busy_until=claim.lease).first()


def _recovered(endpoint: WebhookEndpoint) -> None:
    endpoint.failures, endpoint.trouble, endpoint.is_misconfigured = 0, "", False
    endpoint.failing_since = endpoint.told_at = endpoint.rests_until = None


def _failed(endpoint: WebhookEndpoint, answer: Answer, now: datetime) -> None:
    """Its owners hear once of each failing: at once where trying again doesn't help, else when it must rest."""
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    endpoint.trouble, endpoint.is_misconfigured = answer.error, answer.is_misconfigured
    rest = curve.rest_after(endpoint.failures, asked=answer.retry_after)
    endpoint.rests_until = now + rest if rest is not None else None
    is_over = answer.is_gone or now - endpoint.failing_since >= curve.GIVE_UP
    if is_over:
        endpoint.state = WebhookEndpoint.State.DISABLED
    is_news = endpoint.told_at is None and (answer.is_misconfigured or endpoint.failures >= curve.REST_AFTER)
    if is_news or is_over:
        endpoint.told_at = now
        audience = webhook_audiences.get(endpoint.audience.partition(":")[0])
        if audience is not None:
            audience.tell(endpoint, now)
