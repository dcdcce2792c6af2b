"""How many records there are, and which of them stand on a page: exact while cheap, honest beyond."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet
from redis.exceptions import RedisError

from apps.core.listing.fingerprints import fingerprint
from apps.core.listing.landmarks import nearest

EXACT_UP_TO = 10_000
DEEPEST_OFFSET = 100_000
ESTIMATE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Total:
    """`number` is exact, or the planner's estimate, never below what was counted."""

    number: int
    is_exact: bool


def count(queryset: QuerySet[Any]) -> Total:
    """Count up to 10,000; beyond that ask the planner, which knows the tables' statistics.

    An estimate is good for half a minute: it is "about" anyway, and counting so far costs more than the page.
    """
    bare = queryset.order_by().values("pk")
    try:
        sql, parameters = bare.query.sql_with_params()
    except EmptyResultSet:
        return Total(0, is_exact=True)
    key = fingerprint("list-total", queryset.db, sql, parameters)
    if kept := _kept(key):
        return Total(kept, is_exact=False)
    counted = _counted(queryset.db, sql, parameters)
    if counted <= EXACT_UP_TO:
        return Total(counted, is_exact=True)
    estimate = max(_estimate(queryset.db, sql, parameters), EXACT_UP_TO + 1)
    with suppress(RedisError):
        cache.set(key, estimate, ESTIMATE_SECONDS)
    return Total(estimate, is_exact=False)


def _kept(key: str) -> int | None:
    try:
        found: int | None = cache.get(key)
    except RedisError:  # lists do without it
        return None
    return found


def _counted(database: str, sql: str, parameters: tuple[Any, ...]) -> int:
    """By the statement that is there: Django would take its time to write another."""
    with connections[database].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({sql} LIMIT {EXACT_UP_TO + 1}) AS counted", parameters)  # noqa: S608  Django's own words
        return int(cursor.fetchone()[0])


def _estimate(database: str, sql: str, parameters: tuple[Any, ...]) -> int:
    with connections[database].cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", parameters)
        plan = cursor.fetchone()[0]
    parsed = json.loads(plan) if isinstance(plan, str) else plan
    return int(parsed[0]["Plan"]["Plan Rows"])


def page_ids(queryset: QuerySet[Any], *, order: tuple[str, ...], page: int, size: int, total: Total) -> list[int]:
    """Return the primary keys of one page, in order; only keys are read, so that an index alone can answer.

    A negative page counts from the end: the same order is walked backwards. Pages deeper than 100,000 records
    from both ends are reached by letter or filter, not by number; asked for, they are empty.
    """
    if page < 0:
        start, length = _from_end(page, size, total)
        order = tuple(turned(name) for name in order)
    else:
        start, length = (page - 1) * size, size
    if start > DEEPEST_OFFSET:
        return []
    if total.is_exact:
        queryset = queryset.order_by(*order)
    else:
        queryset, start = nearest(queryset, order=order, offset=start, deepest=DEEPEST_OFFSET)
    ids = list(queryset.values_list("pk", flat=True)[start : start + length])
    return ids[::-1] if page < 0 else ids


def _from_end(page: int, size: int, total: Total) -> tuple[int, int]:
    """With an exact total the last page is the short one, as the numbered pages have it."""
    short = (total.number % size or size) if total.is_exact else size
    return (0, short) if page == -1 else (short + (-page - 2) * size, size)


def turned(name: str) -> str:
    """The same field in the other direction."""
    return name[1:] if name.startswith("-") else f"-{name}"
