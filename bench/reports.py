"""The figures of reports: what their pages take where nothing is kept, by a reader who sees half of everything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from django.core.cache import cache
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.core.contributions import reports
from apps.core.reports.asked import Asked, read_asked
from apps.core.reports.figures import figures_of
from bench import activities
from bench.figures import Row, median, say, times
from bench.house import House

_BUDGET = 2000  # ms; what takes longer is counted in the background
_TURNS = 3
_ASKED = (
    ("activity", "by=person"),
    ("activity", "by=kind"),
    ("activity", "by=month"),
    ("activity", "by=week"),
    ("new-contacts", "by=month"),
    ("new-contacts", "by=source"),
    ("new-contacts", "by=person"),
    ("tasks", "by=person"),
    ("answers", "by=month"),
)
_PLAN = "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF)"


def measure(house: House) -> Iterator[Row]:
    total = activities.fill_history(house)
    if not total:
        return
    today = clock.company_day(clock.now())
    for days in (30, 365):
        first = today - timedelta(days=days - 1)
        for key, by in _ASKED:
            asked = _asked(house, key, f"{by}&period=own&from={first}&to={today}")
            taken = times(partial(_count, house), [asked] * _TURNS)
            yield Row(f"report {key} {by.removeprefix('by=')} of {days} days", median(taken), "ms", _BUDGET)


def plans(house: House, key: str, query: str) -> None:
    """Say how the database counts it: for whoever mends what is slow."""
    asked = _asked(house, key, query)
    with CaptureQueriesContext(connection) as captured:
        _count(house, asked)
    with connection.cursor() as cursor:
        for each in captured.captured_queries:
            if each["sql"].startswith("SELECT"):
                cursor.execute(f"{_PLAN} {each['sql']}")
                say("\n".join(row[0] for row in cursor.fetchall()))


def _asked(house: House, key: str, query: str) -> Asked:
    report = reports.get(key)
    if report is None:
        raise LookupError(key)
    return read_asked(report, QueryDict(query), house.user, clock.company_day(clock.now()))


def _count(house: House, asked: Asked) -> None:
    cache.clear()
    figures_of(house.user, asked, now=clock.now())
