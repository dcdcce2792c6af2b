"""Forecasts by themselves: whatever was learned, no day before today, the range around it, and waiting never helps."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.crm.forecasts.days import Forecast, delivering, forecast, shown, standing
from apps.crm.forecasts.outcomes import ending, spent
from apps.crm.forecasts.timing import WAITED, Timing, Timings, delivering_days, settled, with_parents
from apps.crm.models import Promise
from apps.crm.models.promises import EVERY_DAY, Level

KYIV = ZoneInfo("Europe/Kyiv")
ENTERED = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
lengths = st.floats(0, 60, allow_nan=False)


@st.composite
def timings(draw: st.DrawFn, level: int = Level.PLANT) -> Timing:
    """As learning gives them: edges in order for each time waited, but curves that may fall."""
    waited = WAITED[: draw(st.integers(1, len(WAITED)))]
    edges = [sorted(draw(st.tuples(lengths, lengths, lengths))) for _each in waited]
    low, mid, high = zip(*edges, strict=True)
    count, weekdays = draw(st.integers(30, 5000)), draw(st.integers(1, EVERY_DAY))
    return Timing(level, count, waited, low, mid, high, (1.0, 2.0, 3.0), weekdays=weekdays)


settled_timings = st.builds(settled, timings(), st.none() | timings(Level.ALL).map(lambda one: settled(one, None)))
# On a busy machine the first draws take long, which says nothing of the days.
patiently = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
waits = st.floats(0, 200, allow_nan=False).map(lambda days: timedelta(days=days))


def made(timing: Timing, now: datetime, planned_on: date | None = None) -> Forecast:
    return forecast(timing, entered_at=ENTERED, now=now, zone=KYIV, planned_on=planned_on)


@patiently
@given(settled_timings, waits, st.none() | st.dates(date(2026, 10, 1), date(2027, 3, 1)))
def test_no_day_is_before_today_and_the_range_holds_what_is_expected(timing, wait, planned_on):
    now = ENTERED + wait

    found = made(timing, now, planned_on)

    assert now.astimezone(KYIV).date() <= found.from_on <= found.expected_on <= found.to_on


@patiently
@given(settled_timings, waits, waits)
def test_an_order_that_waits_longer_is_never_expected_earlier(timing, one, other):
    first, second = (made(timing, ENTERED + wait) for wait in sorted((one, other)))

    assert first.from_on <= second.from_on
    assert first.expected_on <= second.expected_on
    assert first.to_on <= second.to_on


@patiently
@given(settled_timings, waits, st.integers(0, 3))
def test_a_forecast_of_days_ago_shows_no_day_that_is_over(timing, wait, later):
    now = ENTERED + wait
    found = made(timing, now)
    day = now.astimezone(KYIV).date()
    promise = Promise(
        expected_on=found.expected_on,
        from_on=found.from_on,
        to_on=found.to_on,
        weekdays=timing.weekdays,
        worked_out_on=day,
    )
    today = day + timedelta(days=later)

    seen = shown(promise, today)

    assert seen is not None
    assert today <= seen.from_on <= seen.expected_on <= seen.to_on
    assert timing.weekdays >> seen.from_on.weekday() & 1


def test_what_nobody_has_worked_out_for_days_is_no_forecast():
    day = date(2026, 11, 2)
    promise = Promise(expected_on=day, from_on=day, to_on=day, worked_out_on=day)

    assert shown(promise, day + timedelta(days=4)) is None
    assert shown(Promise(worked_out_on=day), day) is None
    assert shown(None, day) is None


def test_a_thin_kind_is_drawn_to_its_coarser_one_and_a_thinner_one_is_left_out():
    plant = Timing(Level.PLANT, 400, (0.0,), (4.0,), (5.0,), (6.0,), (1, 2, 3))
    doors = Timing(Level.PRODUCT, 40, (0.0,), (8.0,), (9.0,), (10.0,), (1, 2, 3))
    slides = Timing(Level.PRODUCT, 29, (0.0,), (1.0,), (1.0,), (1.0,), (1, 2, 3))
    found = with_parents({(1, "Slides", 0, 20): slides, (1, "Doors", 0, 20): doors, (1, "", 0, 20): plant})

    def kind(plant_id: int, product: str) -> Timing | None:
        return found.of(plant_id, product, date(2026, 11, 2), 20)

    drawn, left_out = kind(1, "Doors"), kind(1, "Slides")
    assert drawn is not None
    assert drawn.after(0) == (6.0, 7.0, 8.0)
    assert left_out is not None
    assert left_out.level == Level.PLANT
    assert kind(2, "Doors") is None
    assert Timings({}).of(1, "Doors", date(2026, 11, 2), 20) is None


def test_weekdays_without_deliveries_are_learned_once_there_are_enough():
    assert delivering_days([(0, 120), (1, 120), (6, 1)]) == 0b11
    assert delivering_days([(0, 12), (1, 12)]) == EVERY_DAY
    assert delivering(date(2026, 11, 4), 0b11) == date(2026, 11, 9)


@pytest.mark.parametrize(
    ("expected", "to", "word"),
    [(9, 10, "kept"), (9, 11, "risk"), (10, 12, "risk"), (11, 12, "late")],
)
def test_a_promise_is_kept_at_risk_or_late(expected, to, word):
    found = Forecast(date(2026, 11, expected), date(2026, 11, 8), date(2026, 11, to))

    assert standing(date(2026, 11, 10), found, date(2026, 11, 7)) == word
    assert standing(date(2026, 11, 10), None, date(2026, 11, 11)) == "late"
    assert standing(date(2026, 11, 10), None, date(2026, 11, 10)) == ""
    assert standing(None, found, date(2026, 11, 7)) == ""


def test_what_became_of_a_promise_and_where_its_time_was_lost():
    promised, today = date(2026, 11, 10), date(2026, 11, 20)
    excess = {10: 0.5, 20: 4.0, 40: -1.0}

    def became(delivered: int | None, given: int | None = None) -> tuple[str, int | None, int]:
        found = ending(
            promised,
            delivered_on=date(2026, 11, delivered) if delivered else None,
            given_on=date(2026, 11, given) if given else None,
            today=today,
            excess=excess,
        )
        return found.outcome, found.lost_stage, found.lost_days

    assert became(10) == ("kept", None, 0)
    assert became(13, given=14) == ("moved", 20, 3)
    assert became(15, given=14) == ("broken", 20, 5)
    assert became(None, given=25) == ("broken", 20, 10)


def test_days_in_stages_leave_out_those_that_were_jumped_over():
    start = ENTERED
    stamps = {10: start, 20: None, 40: start + timedelta(days=3), 60: start + timedelta(days=5)}

    assert spent(stamps, until=start + timedelta(days=6)) == {10: 3.0, 40: 2.0, 60: 1.0}
    assert spent(stamps, until=None) == {10: 3.0, 40: 2.0}
