"""Rows of a plant's database as batches: the cursor moves in the transaction that stores what it has passed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from sqlalchemy import Connection

from apps.core import secrets
from apps.sync.connectors.sql.client import LIMIT, MOST, Portion, Wanted, connected, read_beyond
from apps.sync.connectors.trouble import SourceTrouble
from apps.sync.mapping import TABLE
from apps.sync.models import Batch, Source
from apps.sync.services.locking import try_poll_lock
from apps.sync.services.receiving import receive_batch

SHIFT = 20.0  # seconds that one job reads before it hands over to the next
MOST_WAITING = 100  # batches: those who apply come first
_SIGN_OF_LIFE = timedelta(seconds=30)  # between two empty batches of a database in which nothing happens


def pull(source: Source, *, at: Callable[[], datetime]) -> bool:
    """Read what is new in each table; is there more? Raises SourceTrouble: what was read until then is stored."""
    wanted = [_wanted(name, each) for name, each in sorted(dict(source.settings.get("tables") or {}).items())]
    if not wanted:
        raise SourceTrouble("The settings name no tables to read.", is_permanent=True)
    began, until = at(), time.monotonic() + SHIFT
    trouble: SourceTrouble | None = None
    with connected(_url(source)) as connection:
        for each in wanted:
            try:
                while (portion := _next(source.pk, connection, each, at)) is not None and not portion.is_last:
                    if time.monotonic() > until:
                        return True
            except SourceTrouble as found:  # of one table: the others go on
                trouble = trouble or found
                connection.rollback()
                continue
            if portion is None:
                return False
    if trouble is not None:
        raise trouble
    _say_alive(source, began)
    return False


def _next(source_id: int, connection: Connection, wanted: Wanted, at: Callable[[], datetime]) -> Portion | None:
    """Store the next portion with the cursor behind it; None: the source rests, or somebody else reads it."""
    with transaction.atomic():
        source = _mine(source_id)
        if source is None:
            return None
        now = at()
        cursor = source.cursor.get(wanted.said) or []
        portion = read_beyond(
            connection, wanted, cursor, most_bytes=source.max_bytes * 9 // 10, extra={TABLE: wanted.said}
        )
        if portion.rows:
            _receive(source, portion.rows, as_of=now, now=at())
            source.cursor[wanted.said] = portion.cursor
            source.save(update_fields=["cursor"])
        return portion


def _mine(source_id: int) -> Source | None:
    if not try_poll_lock(source_id):
        return None
    source = Source.objects.select_related("plant").get(pk=source_id)
    if source.state != Source.State.ACTIVE or source.kind != Source.Kind.PULL:
        return None
    waiting = Batch.objects.filter(source=source_id, state=Batch.State.WAITING)[:MOST_WAITING].count()
    return source if waiting < MOST_WAITING else None


def _receive(source: Source, rows: list[bytes], *, as_of: datetime, now: datetime) -> None:
    """`as_of` lies before the reading: what was written meanwhile is nobody's word yet."""
    head = json.dumps(as_of.isoformat()).encode()
    body = b'{"as_of": ' + head + b', "records": [' + b",\n".join(rows) + b"]}"
    receive_batch(source=source, key="", content_type="application/json", body=body, now=now)


def _say_alive(source: Source, now: datetime) -> None:
    """An empty batch, where nothing else came for a while: its data are as of now all the same."""
    since = now - min(_SIGN_OF_LIFE, source.late_after / 4)
    with transaction.atomic():
        mine = _mine(source.pk)
        if mine is not None and not Batch.objects.filter(source=mine, received_at__gt=since).exists():
            _receive(mine, [], as_of=now, now=now)


def _url(source: Source) -> str:
    try:
        url = secrets.decrypt(source.database_url)
    except secrets.Undecryptable as error:
        raise SourceTrouble("The database's address can't be decrypted; enter it again.", is_permanent=True) from error
    if not url:
        raise SourceTrouble("The source has no address of a database.", is_permanent=True)
    return url


def _wanted(name: str, said: Any) -> Wanted:
    """Of the settings: {"accounting.operations": {"cursor": ["row_id"], "columns": [...], "limit": 1000}}."""
    given: Mapping[str, Any] = said if isinstance(said, Mapping) else {}
    cursor, columns = given.get("cursor"), given.get("columns", [])
    limit = given.get("limit", LIMIT)
    schema, _dot, bare = name.rpartition(".")
    names_are_fine = all(
        isinstance(each, list) and all(isinstance(part, str) and part for part in each) for each in (cursor, columns)
    )
    if not names_are_fine or not cursor or not isinstance(limit, int):
        words = f'Table {name!r}: the settings say {{"cursor": ["column", ...]}}, and maybe columns and limit.'
        raise SourceTrouble(words, is_permanent=True)
    return Wanted(
        said=name,
        name=bare,
        schema=schema or None,
        cursor=tuple(cursor),
        columns=tuple(columns),
        limit=max(1, min(limit, MOST)),
    )
