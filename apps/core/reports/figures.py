"""A report's figures: counted, kept for a while, and named."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db import DatabaseError, connection, transaction
from django.db.models import Aggregate, Avg, Count, FloatField, Sum
from psycopg2.errors import QueryCanceled

from apps.core.contributions import reports
from apps.core.reports import Measure
from apps.core.reports.asked import Asked

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_ROWS = 500
KEPT_SECONDS = 300
KEPT_LONG_SECONDS = 24 * 3600  # what took long
WORK_MS = 10 * 60 * 1000  # so long a worker waits
Value = int | float | Decimal | None


class TakesLong(Exception):
    """It wasn't done within the time that a page has."""


@dataclass(frozen=True, slots=True)
class Line:
    """`key` is of the dimension; `values` stand in the order of the report's measures."""

    key: Any
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """`total` counts each record once, also where it stands in several lines. `left_out` lines are beyond MOST_ROWS."""

    lines: tuple[Line, ...]
    total: Line
    as_of: datetime
    left_out: int = 0


def figures_of(
    user: User, asked: Asked, *, now: datetime, within_ms: int | None = None, kept_for: int = KEPT_SECONDS
) -> Figures:
    """Kept by what the database is asked, rights included, so that readers of the same rights share them.

    Raises TakesLong where they aren't kept and counting takes longer than `within_ms`.
    """
    key = _key(user, asked)
    if isinstance(kept := cache.get(key), Figures):
        return kept
    found = _limited(user, asked, now, within_ms) if within_ms else _count(user, asked, now)
    cache.set(key, found, kept_for)
    return found


def forget_figures(user: User, asked: Asked) -> None:
    """So that they are counted anew."""
    cache.delete(_key(user, asked))


def aggregate_of(measure: Measure, *, of_many: bool = False) -> Any:
    """Of any rows of the report: those of a line, or all."""
    narrowed: dict[str, Any] = {"filter": measure.counts} if measure.counts else {}
    if measure.how == "count":
        return Count("pk", distinct=of_many, **narrowed)
    if measure.how == "sum":
        return Sum(measure.value, **narrowed)
    if measure.how == "mean":
        return Avg(measure.value, output_field=FloatField(), **narrowed)
    return _Percentile(measure.value, share=0.5 if measure.how == "median" else 0.9, **narrowed)


class _Percentile(Aggregate):
    """percentile_cont: of an even number of values the middle lies between two of them."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def _count(user: User, asked: Asked, now: datetime) -> Figures:
    measures, names = asked.report.measures, [f"m_{each.key}" for each in asked.report.measures]
    many = asked.by.of_many
    counted = dict(zip(names, (aggregate_of(each, of_many=many) for each in measures), strict=True))
    grouped = asked.rows(user).annotate(line=asked.by.expression).values("line").annotate(**counted)
    lines = [Line(key, tuple(values)) for key, *values in grouped.values_list("line", *names)]
    if many or any(each.how not in ("count", "sum") for each in measures):
        whole = {name: aggregate_of(each) for name, each in zip(names, measures, strict=True)}
        total = asked.rows(user).aggregate(**whole)
        everything = Line(None, tuple(total[name] for name in names))
    else:
        everything = Line(None, tuple(_added(lines, measures)))
    lines = _in_order(lines, asked)
    return Figures(tuple(lines[:MOST_ROWS]), everything, now, max(0, len(lines) - MOST_ROWS))


def _added(lines: list[Line], measures: Sequence[Measure]) -> Iterator[Value]:
    """The lines added up: to ask for all rows again would take as long once more."""
    for place, measure in enumerate(measures):
        there = [line.values[place] for line in lines if line.values[place] is not None]
        whole: Any = sum(there) if there or measure.how == "count" else None
        yield whole


def _in_order(lines: list[Line], asked: Asked) -> list[Line]:
    """Lines without a key last; by their keys, in the dimension's own order, or those with most first."""
    if asked.by.order:
        places = {key: place for place, key in enumerate(asked.by.order())}
        return sorted(lines, key=lambda line: (places.get(line.key, len(places)), str(line.key)))
    if asked.by.in_order:
        return sorted(lines, key=lambda line: (line.key is None, line.key or date.min))
    return sorted(lines, key=lambda line: (-(line.values[0] or 0), str(line.key)))


def _limited(user: User, asked: Asked, now: datetime, within_ms: int) -> Figures:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(within_ms)])
            found = _count(user, asked, now)
            cursor.execute("SELECT set_config('statement_timeout', '0', true)")
            return found
    except DatabaseError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TakesLong from error
        raise


def _key(user: User, asked: Asked) -> str:
    """Of the statement with its values: it bears the filters, and what its reader may see."""
    try:
        statement = str(asked.rows(user).values_list("pk", asked.by.expression).query.sql_with_params())
    except EmptyResultSet:
        statement = "nothing"
    name = next((key for key, each in reports.items() if each is asked.report), "")  # the same in every language
    about = f"{name}:{asked.by.key}:{asked.query(fixed=True)}:{statement}"
    return f"core:report:{hashlib.sha256(about.encode()).hexdigest()}"
