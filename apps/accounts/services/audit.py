"""The security audit: events that can be added and read, each bound to the one before it by its hash."""

from __future__ import annotations

import hashlib
import ipaddress
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog
from django.db import connection, models, transaction
from django.utils.crypto import salted_hmac

from apps.accounts.models import AuditEvent
from apps.core.middleware import current_origin

if TYPE_CHECKING:
    from apps.accounts.models import User

log = structlog.get_logger(__name__)

GENESIS = "0" * 64
# Any constant will do, as long as nothing else takes an advisory lock of this number.
_CHAIN_LOCK = 0x72617061


@transaction.atomic
def record_event(
    *,
    actor: User | None,
    verb: str,
    now: datetime,
    record: models.Model | None = None,
    details: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Add an event to the chain, with address and id of the request at work.

    `details` holds ids, counts and fingerprints only, never names or values: the trail outlives what it tells of.
    Writers wait for each other from here to the end of their transaction, so call this last in it.
    """
    origin = current_origin()
    event = AuditEvent(
        actor=actor,
        verb=verb,
        record_type=record._meta.label_lower if record is not None else "",
        record_id=record.pk if record is not None else None,
        details=json.loads(json.dumps(dict(details or {}), default=str)),
        ip=_address(origin.ip),
        request_id=origin.request_id,
        occurred_at=now,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])
    # A statement of its own, after the lock: it sees whatever the last holder has committed.
    event.previous_hash = AuditEvent.objects.order_by("-pk").values_list("hash", flat=True).first() or GENESIS
    event.hash = _digest(event)
    event.save(force_insert=True)
    log.info("audit.event.recorded", event_id=event.pk, verb=verb, hash=event.hash)
    return event


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a walk along the chain found; `broken_at` is the id of the first event that doesn't fit."""

    checked: int
    broken_at: int | None = None
    reason: str = ""
    head_id: int | None = None
    head_hash: str = GENESIS

    @property
    def ok(self) -> bool:
        return self.broken_at is None and not self.reason


def verify_chain(*, anchor: tuple[int, str] | None = None) -> ChainReport:
    """Walk the whole chain and compare each hash with what its event says now.

    `anchor` is an id and hash noted earlier (each event's are in the logs): it shows that the end wasn't cut off.
    """
    previous, checked, head_id, anchored = GENESIS, 0, None, anchor is None
    for event in _in_order():
        if event.previous_hash != previous:
            return ChainReport(checked, event.pk, "an event before this one is missing", head_id, previous)
        if event.hash != _digest(event):
            return ChainReport(checked, event.pk, "this event was altered", head_id, previous)
        if anchor is not None and event.pk == anchor[0]:
            if event.hash != anchor[1]:
                return ChainReport(checked, event.pk, "this event isn't the one that was noted", head_id, previous)
            anchored = True
        previous, head_id, checked = event.hash, event.pk, checked + 1
    if not anchored:
        return ChainReport(checked, None, "the noted event is gone: the end was cut off", head_id, previous)
    return ChainReport(checked, head_id=head_id, head_hash=previous)


def fingerprint(text: str) -> str:
    """Tells whether two events speak of the same text (an address, say) without saying which."""
    return salted_hmac("accounts.audit", text.strip().lower(), algorithm="sha256").hexdigest()[:32]


def _in_order() -> Iterator[AuditEvent]:
    return AuditEvent.objects.order_by("pk").iterator(chunk_size=2000)


def _digest(event: AuditEvent) -> str:
    told = {
        "previous": event.previous_hash,
        "actor": event.actor_id,
        "verb": event.verb,
        "record": [event.record_type, event.record_id],
        "details": event.details,
        "ip": _address(event.ip),
        "request": event.request_id,
        "at": event.occurred_at.astimezone(UTC).isoformat(),
    }
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _address(ip: str | None) -> str | None:
    """The address in one spelling, or None for what isn't one (a unix socket's peer)."""
    try:
        return str(ipaddress.ip_address(ip)) if ip else None
    except ValueError:
        return None
