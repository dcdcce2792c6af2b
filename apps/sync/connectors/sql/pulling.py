"""Rows become batches; the cursor commits with the batch that it covers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction

from apps.core import clock, secrets
from apps.sync.connectors.sql.client import Unreachable, read_after
from apps.sync.mapping import TABLE
from apps.sync.models import Source
from apps.sync.services.heartbeats import sign_of_life
from apps.sync.services.locking import try_poll_lock
from apps.sync.services.receiving import receive_batch

log = structlog.get_logger(__name__)

_PAGE = 500


def pull(*, source_id: int, at: Callable[[], datetime] = clock.now) -> int:
    """Read what is new in each table of a source, page by page; how many rows. A second worker does nothing.

    Where the database can't be reached, what was read so far is kept; silence raises the source's alarm.
    """
    source = Source.objects.get(pk=source_id)
    read = 0
    try:
        for name in source.settings["tables"]:
            while count := _page(source_id, name, at()):
                read += count
                if count < _PAGE:
                    break
    except Unreachable as error:
        log.warning("source.unreachable", source_id=source_id, error=str(error))
        return read
    sign_of_life(source, now=at())
    return read


@transaction.atomic
def _page(source_id: int, name: str, now: datetime) -> int:
    if not try_poll_lock(source_id):
        return 0
    source = Source.objects.select_for_update(of=("self",)).select_related("plant").get(pk=source_id)
    table = source.settings["tables"][name]
    after: list[Any] = source.cursor.get(name, [])
    rows = read_after(secrets.decrypt(source.database_url), name, cursor=table["cursor"], after=after, limit=_PAGE)
    if not rows:
        return 0
    reached = [rows[-1][column] for column in table["cursor"]]
    records = [{TABLE: name, **row} for row in rows]
    body: dict[str, Any] = {"records": records}
    if len(rows) < _PAGE:
        body["as_of"] = now.isoformat()
    receive_batch(
        source=source,
        key=f"pull:{name}:{json.dumps(reached)}"[:120],
        content_type="application/json",
        body=json.dumps(body, ensure_ascii=False).encode(),
        now=now,
    )
    Source.objects.filter(pk=source_id).update(cursor={**source.cursor, name: reached})
    return len(rows)
