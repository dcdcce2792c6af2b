"""Promises of some orders worked out anew, and their dealers told where a day has moved."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from apps.crm.forecasts.days import forecast
from apps.crm.forecasts.outcomes import ending, spent
from apps.crm.forecasts.timing import FORECAST, Timing, Timings
from apps.crm.models import Promise, Stage, Status
from apps.crm.services.announcing import announce_orders
from apps.crm.services.dealer_notices import tell_dealers
from apps.crm.services.feed.staging import run, to_json

NEWS = timedelta(days=2)  # what a feed brings of older days is history, not news

_LOCK = "SELECT order_id FROM crm_promise WHERE order_id = ANY(%s) ORDER BY order_id FOR NO KEY UPDATE"
# A statement of its own after the lock: it sees whatever was committed until then.
_READ = """
SELECT s.order_id, s.dealer_id, s.plant_id, o.product, s.stage, s.status, s.promised_on, s.planned_on,
    s.accepted_at, s.production_at, s.made_at, s.shipped_at, s.delivered_at, s.stage_as_of,
    greatest(s.stage_as_of, s.delivery_as_of), s.changed_at,
    p.expected_on, p.from_on, p.to_on, p.reason, p.told_on, p.base_on, p.told_at
FROM crm_orderstate s JOIN crm_order o ON o.id = s.order_id LEFT JOIN crm_promise p ON p.order_id = s.order_id
WHERE s.order_id = ANY(%s) AND o.approved_at IS NOT NULL ORDER BY s.order_id
"""
_COLUMNS = {
    "order_id": "bigint",
    "dealer_id": "bigint",
    "plant_id": "bigint",
    "promised_on": "date",
    "reason": "text",
    "expected_on": "date",
    "from_on": "date",
    "to_on": "date",
    "weekdays": "smallint",
    "stage": "smallint",
    "level": "smallint",
    "season": "smallint",
    "count": "int",
    "usual_from": "float8",
    "usual_to": "float8",
    "worked_out_on": "date",
    "told_on": "date",
    "told_at": "timestamptz",
    "base_on": "date",
    "state_at": "timestamptz",
    "outcome": "text",
    "lost_stage": "smallint",
    "lost_days": "int",
}
_TOLD = ("told_on", "told_at", "base_on")
# A row that the feed has made since we looked has told its dealer something: that stays.
_WRITE = """
INSERT INTO crm_promise AS p ({names})
SELECT {names} FROM jsonb_to_recordset(%s::jsonb) AS r ({types}) ORDER BY order_id
ON CONFLICT (order_id) DO UPDATE SET {changes},
    told_on = CASE WHEN p.order_id = ANY(%s) THEN excluded.told_on ELSE p.told_on END,
    told_at = CASE WHEN p.order_id = ANY(%s) THEN excluded.told_at ELSE p.told_at END,
    base_on = CASE WHEN p.order_id = ANY(%s) THEN excluded.base_on ELSE p.base_on END
""".format(
    names=", ".join(_COLUMNS),
    types=", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items()),
    changes=", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in (*_TOLD, "order_id")),
)


@dataclass(slots=True)
class Known:
    """An order's row and what was worked out of it before, as `_READ` gives them."""

    order_id: int
    dealer_id: int
    plant_id: int
    product: str
    stage: int
    status: int
    promised_on: date | None
    planned_on: date | None
    accepted_at: datetime | None
    production_at: datetime | None
    made_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    stage_as_of: datetime | None
    as_of: datetime | None
    changed_at: datetime
    expected_on: date | None
    from_on: date | None
    to_on: date | None
    reason: str | None
    told_on: date | None
    base_on: date | None
    told_at: datetime | None

    @property
    def stamps(self) -> dict[int, datetime | None]:
        stages = zip(FORECAST, (self.accepted_at, self.production_at, self.made_at, self.shipped_at), strict=True)
        return {int(stage): at for stage, at in stages}


@dataclass(slots=True)
class Made:
    """A row of `Promise`, as it is written."""

    order_id: int
    dealer_id: int
    plant_id: int
    promised_on: date | None
    state_at: datetime
    told_on: date | None
    told_at: datetime | None
    base_on: date | None
    stage: int
    reason: str = ""
    expected_on: date | None = None
    from_on: date | None = None
    to_on: date | None = None
    weekdays: int = 127
    level: int = 0
    season: int = 0
    count: int = 0
    usual_from: float = 0
    usual_to: float = 0
    worked_out_on: date | None = None
    outcome: str = ""
    lost_stage: int | None = None
    lost_days: int = 0


class Telling(Enum):
    """Whom a move is told: nobody where we have learned anew, those of news where a feed may have told of the past."""

    ALL = "all"
    NEWS = "news"
    NONE = "none"


@transaction.atomic
def work_out(order_ids: Collection[int], timings: Timings, *, now: datetime, telling: Telling) -> int:
    """Write the promises of these orders, tell of those that moved, let open pages know; how many orders.

    Again it writes the same and tells nobody.
    """
    ids = sorted(order_ids)
    locked = [pk for (pk,) in run(_LOCK, [ids])]
    zone = ZoneInfo(settings.RAPPORT_TIME_ZONE)
    known = [Known(*row) for row in run(_READ, [ids])]
    made = [_made(one, timings, now, zone) for one in known]
    moved = [
        (one.dealer_id, one.order_id)
        for one, row in zip(known, made, strict=True)
        if _moves(row, now) and _is_told(one, telling, now)
    ]
    _write(made, locked)
    _tell(moved, now)
    _show(known, made)
    return len(made)


def _made(one: Known, timings: Timings, now: datetime, zone: ZoneInfo) -> Made:
    today = now.astimezone(zone).date()
    row = Made(
        *(one.order_id, one.dealer_id, one.plant_id, one.promised_on, one.changed_at),
        *(one.told_on, one.told_at, one.base_on, one.stage),
        worked_out_on=today,
    )
    entered = one.stamps.get(one.stage) or one.stage_as_of
    timing = None
    if entered is not None and one.stage in FORECAST:
        timing = timings.of(one.plant_id, one.product, entered.astimezone(zone).date(), one.stage)
    row.reason = _reason(one, timing)
    if timing is not None and entered is not None and not row.reason:
        found = forecast(timing, entered_at=entered, now=now, zone=zone, planned_on=one.planned_on)
        row.expected_on, row.from_on, row.to_on = found.expected_on, found.from_on, found.to_on
        row.weekdays, row.level, row.season, row.count = timing.weekdays, timing.level, timing.season, timing.count
        row.usual_from, _usual, row.usual_to = timing.own
    _end(one, row, timings, now, zone)
    return row


def _reason(one: Known, timing: Timing | None) -> str:
    if one.status == Status.CANCELLED or one.stage == Stage.DELIVERED:
        return Promise.Reason.OVER
    if one.status == Status.ON_HOLD:
        return Promise.Reason.HOLD
    return "" if timing is not None else Promise.Reason.THIN


def _end(one: Known, row: Made, timings: Timings, now: datetime, zone: ZoneInfo) -> None:
    """Only of what is late somebody asks where the time was lost."""
    if one.promised_on is None or one.status == Status.CANCELLED:
        return
    is_over = one.stage == Stage.DELIVERED
    given = max((day for day in (one.planned_on, one.told_on) if day is not None), default=None)
    days = spent(one.stamps, until=one.delivered_at if is_over else now)
    found = ending(
        one.promised_on,
        delivered_on=one.delivered_at.astimezone(zone).date() if is_over and one.delivered_at else None,
        given_on=given,
        today=now.astimezone(zone).date(),
        excess={stage: taken - _usual(one, timings, stage, zone) for stage, taken in days.items()},
    )
    row.outcome, row.lost_stage, row.lost_days = found.outcome, found.lost_stage, found.lost_days


def _usual(one: Known, timings: Timings, stage: int, zone: ZoneInfo) -> float:
    entered = one.stamps[stage]
    timing = timings.of(one.plant_id, one.product, entered.astimezone(zone).date(), stage) if entered else None
    return timing.own[1] if timing is not None else 0.0


def _moves(row: Made, now: datetime) -> bool:
    """Whether the forecast is another day than was told; notes down in `row` what its dealer knows from now on."""
    expected = row.expected_on
    if expected is None or expected == row.base_on:
        return False
    is_move = row.base_on is not None and expected != row.told_on
    row.base_on = expected
    if is_move or row.told_on is None:
        row.told_on, row.told_at = expected, now
    return is_move


def _is_told(one: Known, telling: Telling, now: datetime) -> bool:
    if telling == Telling.NEWS:
        return one.as_of is not None and now - one.as_of < NEWS
    return telling == Telling.ALL


def _write(made: Sequence[Made], locked: list[int]) -> None:
    if made:
        run(_WRITE, [to_json(made), locked, locked, locked])


def _tell(moved: Iterable[tuple[int, int]], now: datetime) -> None:
    told: dict[int, dict[int, set[str]]] = {}
    for dealer_id, order_id in moved:
        told.setdefault(dealer_id, {})[order_id] = {"promise"}
    if told:
        tell_dealers(told, now=now)


def _show(known: Sequence[Known], made: Sequence[Made]) -> None:
    """Pages show what has become another: they ask for it, and what was kept of them is forgotten."""
    statuses: dict[int, dict[int, int]] = {}
    for one, row in zip(known, made, strict=True):
        before: tuple[Any, ...] = one.expected_on, one.from_on, one.to_on, one.reason
        if before != (row.expected_on, row.from_on, row.to_on, row.reason):
            statuses.setdefault(one.dealer_id, {})[one.order_id] = one.status
    for dealer_id, orders in statuses.items():
        announce_orders(dealer_id=dealer_id, statuses=orders)
