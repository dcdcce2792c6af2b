"""Taking batches in: stored whole before anything else, once under each key."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from apps.core.refusals import Refused
from apps.sync.formats import Reading, Unreadable, read_body
from apps.sync.models import Batch, BatchBody, Rejection, Source
from apps.sync.services import breaker
from apps.sync.services.counting import Figures, count
from apps.sync.services.decoding import LONGEST_RAW
from apps.sync.services.waking import wake


class KeyTaken(Refused):
    """The same key came with another body before; nothing was stored."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender is told: the same for each repeat under one key. `unreadable` says why nothing is applied."""

    batch_id: int
    records: int
    unreadable: str = ""
    is_repeat: bool = False


def receive_batch(*, source: Source, key: str, content_type: str, body: bytes, now: datetime) -> Receipt:
    """Store a batch and wake whoever applies it. An empty one says that the source is alive. Raises KeyTaken.

    Without a `key` the body's digest is it. A body of which nothing can be read is stored too: it counts as one
    record, which is rejected. Sources that are paused or have stopped go on receiving.
    """
    digest = hashlib.sha256(body).hexdigest()
    key = key or f"sha256:{digest}"
    if (known := _known(source, key, digest)) is not None:
        return known
    try:
        with transaction.atomic():
            return _store(source, key, content_type, digest, body, now)
    except IntegrityError:
        if (known := _known(source, key, digest)) is not None:
            return known
        raise


def _known(source: Source, key: str, digest: str) -> Receipt | None:
    batch = Batch.objects.filter(source=source, key=key).first()
    if batch is None:
        return None
    if batch.digest != digest:
        raise KeyTaken("The same key was sent with another body.")
    reason = ""
    if batch.state == Batch.State.REFUSED:
        reason = batch.rejections.order_by("pk").values_list("reason", flat=True)[0]
    return Receipt(batch.pk, batch.records, reason, is_repeat=True)


def _store(source: Source, key: str, content_type: str, digest: str, body: bytes, now: datetime) -> Receipt:
    try:
        reading, reason = read_body(body, content_type), ""
    except Unreadable as error:
        reading, reason = Reading(), str(error)
    batch = Batch.objects.create(
        source=source,
        key=key,
        digest=digest,
        content_type=content_type[:60],
        size=len(body),
        records=1 if reason else len(reading.records),
        state=Batch.State.REFUSED if reason else Batch.State.WAITING,
        as_of=vouched(reading.as_of, now),
        received_at=now,
        applied_at=now if reason else None,
        rejected=1 if reason else 0,
    )
    BatchBody.objects.create(batch_id=batch.pk, received_at=now, body=body)
    if reason:
        _refuse(batch, body, reason, now)
    else:
        wake(source.pk)
    return Receipt(batch.pk, batch.records, reason)


def vouched(as_of: datetime | None, now: datetime) -> datetime | None:
    """What a sender says its data are as of; nobody can vouch for what is to come."""
    return min(as_of, now) if as_of is not None else None


def _refuse(batch: Batch, body: bytes, reason: str, now: datetime) -> None:
    text = body[: 4 * LONGEST_RAW].decode(errors="replace").replace("\x00", "")[:LONGEST_RAW]
    Rejection.objects.create(
        source=batch.source, batch=batch, position=0, code="unreadable", reason=reason, raw=text, created_at=now
    )
    count({batch.source_id: Figures(read=1, rejected=1)}, now=now)
    breaker.look(batch.source_id, now=now)
