"""Repeated tasks keep their hour whatever the clocks do, and end when their rule does."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.activities.models.tasks import moment_of
from apps.activities.recurrence import UnknownRule, clean_rule, next_after

ZONES = ["Europe/Kyiv", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns", "UTC"]
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
STARTS = st.dates(date(2005, 1, 1), date(2040, 12, 31))


@st.composite
def rules(draw) -> str:
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 4))}"]
    if frequency == "WEEKLY" and draw(st.booleans()):
        parts.append("BYDAY=" + ",".join(draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=4, unique=True))))
    if frequency == "MONTHLY" and draw(st.booleans()):
        parts.append(f"BYMONTHDAY={draw(st.sampled_from([1, 15, 28, 31, -1]))}")
    if draw(st.booleans()):
        parts.append(f"COUNT={draw(st.integers(1, 8))}")
    return ";".join(parts)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(rule=rules(), start=STARTS, zone=st.sampled_from(ZONES), at=st.times(), late=st.integers(0, 40))
def test_each_occurrence_has_the_same_hour_by_the_clocks_of_its_zone(rule, start, zone, at, late):
    at = at.replace(second=0, microsecond=0)
    upcoming = next_after(rule, start=start, after=start + timedelta(days=late))
    if upcoming is None:
        return

    assert upcoming.day > start + timedelta(days=late)
    moment = moment_of(upcoming.day, at, zone).astimezone(UTC)
    shown = moment.astimezone(ZoneInfo(zone))
    # In the hour that clocks leave out, and only there, they show a later one.
    wall = datetime.combine(upcoming.day, at)
    if shown.replace(tzinfo=None) != wall:
        gap = shown.replace(tzinfo=None) - wall
        assert timedelta(0) < gap <= timedelta(hours=24)
    assert moment > moment_of(start, at, zone).astimezone(UTC)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(rule=rules(), start=STARTS)
def test_one_occurrence_after_another_is_the_whole_rule(rule, start):
    expected = [
        moment.date()
        for moment in rrulestr(rule, dtstart=datetime.combine(start, time.min)).between(
            datetime.combine(start, time.min), datetime.combine(start + timedelta(days=366 * 9), time.min)
        )[:6]
    ]
    found: list[date] = []
    day = start
    while len(found) < len(expected):
        upcoming = next_after(rule, start=day, after=day)
        assert upcoming is not None
        if day == start:
            # A first day that the rule doesn't name was set by hand; from then on all are the rule's.
            rule = upcoming.rule
        found.append(upcoming.day)
        day, rule = upcoming.day, upcoming.rule

    assert found == expected


def test_the_night_when_the_clocks_change_moves_nothing():
    before = moment_of(date(2026, 3, 28), time(8), "Europe/Kyiv")
    upcoming = next_after("FREQ=DAILY", start=date(2026, 3, 28), after=date(2026, 3, 28))
    assert upcoming is not None
    after = moment_of(upcoming.day, time(8), "Europe/Kyiv")

    assert after.astimezone(UTC) - before.astimezone(UTC) == timedelta(hours=23)


def test_what_was_missed_does_not_pile_up():
    upcoming = next_after("FREQ=DAILY;COUNT=9", start=date(2026, 11, 1), after=date(2026, 11, 5))

    assert upcoming is not None
    assert (upcoming.day, upcoming.rule) == (date(2026, 11, 6), "FREQ=DAILY;COUNT=4")


@pytest.mark.parametrize(
    "rule",
    [
        "DAILY",
        "FREQ=HOURLY",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=2;UNTIL=20270101",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=DAILY;UNTIL=20269999",
        "FREQ=DAILY\nEXDATE=1",
    ],
)
def test_other_rules_are_refused(rule):
    with pytest.raises(UnknownRule):
        clean_rule(rule, start=date(2026, 1, 1))


def test_rules_as_other_programs_write_them_are_read():
    assert clean_rule("rrule:freq=weekly;byday=mo", start=date(2026, 1, 1)) == "FREQ=WEEKLY;BYDAY=MO"
    until = clean_rule("FREQ=DAILY;UNTIL=20260103T120000Z", start=date(2026, 1, 1))
    assert next_after(until, start=date(2026, 1, 3), after=date(2026, 1, 3)) is None
    assert next_after("FREQ=YEARLY", start=date(2028, 2, 29), after=date(2028, 2, 29)) is not None
