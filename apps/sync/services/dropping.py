"""Files of a folder as batches: stored first, moved away after the commit; none is lost, none counts twice."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from apps.sync.connectors.files.client import (
    Dropped,
    Unfit,
    dropped_files,
    open_folder,
    printable,
    put_away,
    read_dropped,
)
from apps.sync.connectors.trouble import SourceTrouble
from apps.sync.formats import Unreadable
from apps.sync.formats.dividing import divided
from apps.sync.models import Source
from apps.sync.services.locking import try_poll_lock
from apps.sync.services.receiving import receive_batch

SHIFT = 20.0  # seconds that one job reads before it hands over to the next


def take_files(source: Source, *, at: Callable[[], datetime]) -> bool:
    """Take in what lies there, oldest first; is there more? Raises SourceTrouble, after all files that can be read."""
    name = source.settings.get("folder")
    if not isinstance(name, str) or not name.strip():
        raise SourceTrouble("The settings name no folder.", is_permanent=True)
    until = time.monotonic() + SHIFT
    trouble: SourceTrouble | None = None
    for file in dropped_files(open_folder(name), now=at()):
        if time.monotonic() > until:
            return True
        try:
            reasons = _take(source.pk, file, at())
            if reasons is None:
                break
            if reasons is not _LEFT:
                put_away(file, reasons=reasons)
        except SourceTrouble as found:
            trouble = trouble or found
    if trouble is not None:
        raise trouble
    return False


_LEFT: list[str] = []  # the file stays where it is, for it is still being written


@transaction.atomic
def _take(source_id: int, file: Dropped, now: datetime) -> list[str] | None:
    """Store a file's batches; reasons why it, or a part of it, is refused. None: the source rests, or is taken."""
    source = Source.objects.select_related("plant").get(pk=source_id)
    if source.state != Source.State.ACTIVE or source.kind != Source.Kind.DROP or not try_poll_lock(source_id):
        return None
    try:
        found = read_dropped(file)
        if found is None:
            return _LEFT
        body, content_type = found
        parts = divided(body, content_type, most_bytes=source.max_bytes)
    except (Unfit, Unreadable) as error:
        return [str(error)]
    reasons = []
    for number, part in enumerate(parts, 1):
        key = _key(file, part, number)
        receipt = receive_batch(source=source, key=key, content_type=content_type, body=part, now=now)
        if receipt.unreadable:
            reasons.append(f"{receipt.unreadable} (batch {receipt.batch_id})")
    return reasons


def _key(file: Dropped, part: bytes, number: int) -> str:
    """The same file under the same name is the same batch, however often it is dropped."""
    name = printable(file.name)
    digest = hashlib.sha256(file.name.encode(errors="surrogateescape") + b"\0" + part).hexdigest()
    return f"{name[:60]}:{digest[:40]}:{number}"
