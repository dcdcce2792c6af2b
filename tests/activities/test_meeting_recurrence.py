# ruff: noqa: DTZ001  # wall clocks have no zone
"""Rules of repetition: what they give, what is refused, and that none of them takes long."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.activities.formats.recurrence import (
    MOST,
    RuleRefused,
    clean_rule,
    ends_before,
    shifted,
    starts_of,
    to_utc,
    with_end,
)

START = datetime(2026, 3, 2, 10)  # a Monday
ZONES = ["Europe/Kyiv", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "UTC"]


def starts(rule: str, *, start: datetime = START, days: int = 60, **more) -> list[datetime]:
    rule = clean_rule(rule, zone="Europe/Kyiv", is_all_day=False)
    return starts_of(rule, start=start, after=start, before=start + timedelta(days=days), **more)


def test_a_rule_gives_its_starts_less_those_left_out_and_those_beside():
    extra, left_out = [datetime(2026, 3, 4, 15)], [datetime(2026, 3, 9, 10)]

    found = starts("FREQ=WEEKLY;COUNT=3", extra=extra, left_out=left_out)

    assert found == [START, datetime(2026, 3, 4, 15), datetime(2026, 3, 16, 10)]


@pytest.mark.parametrize(
    "rule",
    [
        *("", "FREQ=SECONDLY", "FREQ=HOURLY;COUNT=3", "COUNT=3", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;COUNT=-1"),
        *("FREQ=WEEKLY;BYDAY=XX", "FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY;BYHOUR=1,2", "FREQ=DAILY;BYMONTH=13"),
        *("FREQ=DAILY;UNTIL=20261399", "FREQ=DAILY;X=1", "FREQ=DAILY;COUNT=1e9", "A" * 600, "FREQ=DAILY;COUNT=²"),
        *("FREQ=MONTHLY;BYMONTHDAY=0", "FREQ=YEARLY;RSCALE=CHINESE"),
    ],
)
def test_nonsense_and_what_is_too_often_is_refused(rule):
    with pytest.raises(RuleRefused):
        starts(rule)


@pytest.mark.parametrize("frequency", ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
def test_a_rule_that_matches_no_day_is_done_with_quickly(frequency):
    begun = datetime.now()  # noqa: DTZ005

    assert starts(f"FREQ={frequency};BYMONTH=2;BYMONTHDAY=30", days=548) == [START]

    assert datetime.now() - begun < timedelta(seconds=3)  # noqa: DTZ005


def test_more_than_can_be_kept_is_refused():
    with pytest.raises(RuleRefused):
        starts("FREQ=DAILY", days=MOST + 10)


@given(st.sampled_from(ZONES), st.integers(0, 23), st.sampled_from(["FREQ=WEEKLY", "FREQ=DAILY;INTERVAL=3"]))
def test_ten_oclock_stays_ten_oclock_when_the_clocks_change(zone, hour, rule):
    start = datetime(2026, 1, 5, hour)

    for each in starts(rule, start=start, days=500):
        shown = to_utc(each, zone).astimezone(ZoneInfo(zone))
        is_skipped = each.replace(tzinfo=ZoneInfo(zone)).utcoffset() != shown.utcoffset()
        assert shown.replace(tzinfo=None) == each or is_skipped


@given(st.integers(-20, 20), st.sampled_from(["FREQ=WEEKLY;BYDAY=MO,WE", "FREQ=MONTHLY;BYMONTHDAY=2", "FREQ=DAILY"]))
def test_a_series_moved_by_days_keeps_its_rhythm(days, rule):
    rule = clean_rule(rule + ";UNTIL=20260601T070000Z", zone="Europe/Kyiv", is_all_day=False)
    moved = START + timedelta(days=days if "MONTHLY" not in rule else 0)

    before = starts_of(rule, start=START, after=START, before=datetime(2027, 1, 1))
    after = starts_of(shifted(rule, START, moved), start=moved, after=moved, before=datetime(2027, 1, 1))

    assert [each + (moved - START) for each in before] == after


def test_an_end_cuts_a_rule_and_is_known():
    rule = clean_rule("FREQ=WEEKLY;COUNT=10", zone="UTC", is_all_day=False)

    cut = with_end(rule, datetime(2026, 3, 15, 9, 59))

    assert len(starts(cut)) == 2
    assert ends_before(cut, datetime(2026, 4, 1), start=START)
    assert ends_before(rule, datetime(2026, 6, 1), start=START)
    assert not ends_before(rule, datetime(2026, 5, 1), start=START)
    assert not ends_before("FREQ=DAILY", datetime(2056, 5, 1), start=START)
