"""Taking batches in: stored whole before anything else, once under each key."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import psycopg2
from django.db import connection, transaction

from apps.core.refusals import Refused
from apps.sync.formats import Reading, Unreadable, read_body
from apps.sync.models import Batch, Rejection
from apps.sync.services import breaker
from apps.sync.services.counting import Figures, count
from apps.sync.services.decoding import LONGEST_RAW
from apps.sync.services.waking import wake

_INSERT = """
WITH made AS (
    INSERT INTO sync_batch (source_id, key, digest, content_type, size, records, state, as_of, received_at, applied_at,
        applied, unchanged, stale, rejected)
    VALUES (%(source)s, %(key)s, %(digest)s, %(content_type)s, %(size)s, %(records)s, %(state)s, %(as_of)s, %(now)s,
        %(applied_at)s, 0, 0, 0, %(rejected)s)
    ON CONFLICT (source_id, key) DO NOTHING RETURNING id
)
INSERT INTO sync_batchbody (batch_id, received_at, body) SELECT id, %(now)s, %(body)s FROM made RETURNING batch_id
"""


class Sent(Protocol):
    """A source, or no more of it than who sends."""

    @property
    def pk(self) -> int: ...


class KeyTaken(Refused):
    """The same key came with another body before; nothing was stored."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender is told: the same for each repeat under one key. `unreadable` says why nothing is applied."""

    batch_id: int
    records: int
    unreadable: str = ""
    is_repeat: bool = False


def receive_batch(*, source: Sent, key: str, content_type: str, body: bytes, now: datetime) -> Receipt:
    """Store a batch and wake whoever applies it. An empty one says that the source is alive. Raises KeyTaken.

    Without a `key` the body's digest is it. A body of which nothing can be read is stored too: it counts as one
    record, which is rejected. Sources that are paused or have stopped go on receiving.
    """
    digest = hashlib.sha256(body).hexdigest()
    key = key or f"sha256:{digest}"
    try:
        reading, reason = read_body(body, content_type), ""
    except Unreadable as error:
        reading, reason = Reading(), str(error)
    values = {
        "source": source.pk,
        "key": key,
        "digest": digest,
        "content_type": content_type[:60],
        "size": len(body),
        "records": 1 if reason else len(reading.records),
        "state": Batch.State.REFUSED.value if reason else Batch.State.WAITING.value,
        "as_of": vouched(reading.as_of, now),
        "now": now,
        "applied_at": now if reason else None,
        "rejected": 1 if reason else 0,
        "body": psycopg2.Binary(body),
    }
    if not reason:
        batch_id = _insert(values)
        if batch_id is None:
            return _known(source, key, digest)
        wake(source.pk)
        return Receipt(batch_id, len(reading.records))
    with transaction.atomic():
        batch_id = _insert(values)
        if batch_id is None:
            return _known(source, key, digest)
        _refuse(source.pk, batch_id, body, reason, now)
    return Receipt(batch_id, 1, reason)


def _insert(values: dict[str, Any]) -> int | None:
    """Store batch and body in one statement, which a plant's calls all day are made of; None: the key is known."""
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        found = cursor.fetchone()
    return found[0] if found else None


def _known(source: Sent, key: str, digest: str) -> Receipt:
    batch = Batch.objects.get(source=source.pk, key=key)
    if batch.digest != digest:
        raise KeyTaken("The same key was sent with another body.")
    reason = ""
    if batch.state == Batch.State.REFUSED:
        reason = batch.rejections.order_by("pk").values_list("reason", flat=True)[0]
    return Receipt(batch.pk, batch.records, reason, is_repeat=True)


def vouched(as_of: datetime | None, now: datetime) -> datetime | None:
    """What a sender says its data are as of; nobody can vouch for what is to come."""
    return min(as_of, now) if as_of is not None else None


def _refuse(source_id: int, batch_id: int, body: bytes, reason: str, now: datetime) -> None:
    text = body[: 4 * LONGEST_RAW].decode(errors="replace").replace("\x00", "")[:LONGEST_RAW]
    Rejection.objects.create(
        source_id=source_id,
        batch_id=batch_id,
        position=0,
        code="unreadable",
        reason=reason,
        raw=text,
        created_at=now,
    )
    count({source_id: Figures(read=1, rejected=1)}, now=now)
    breaker.look(source_id, now=now)
