"""The window of a delivery: it tightens with each stop that is done, and never grows by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.crm.models import ShipmentStop
from apps.crm.outlooks import LEAST, Place
from apps.crm.outlooks import outlook as work_out
from tests.crm.deliveries import MORNING, WINDOW
from tests.crm.factories import a_dealer
from tests.crm.feeding import a_fed_plant, a_shipment, feed, known_as

HOUR = timedelta(hours=1)


def outlook(stops, position) -> Any:
    """Typed loosely: the times are there where the plan has them."""
    return work_out(stops, position)


def places(*done, count=4, window=WINDOW):
    """Stops two hours after one another; `done` are times after MORNING."""
    return [
        Place(number + 1, MORNING + WINDOW * number, MORNING + WINDOW * number + window, at, f"City {number + 1}")
        for number, at in enumerate([*(MORNING + each for each in done), *[None] * (count - len(done))])
    ]


def test_without_news_the_plan_stands():
    found = outlook(places(), 4)

    assert (found.expected_from, found.expected_to) == (MORNING + 6 * HOUR, MORNING + 8 * HOUR)
    assert (found.before, found.done, found.late) == (3, 0, None)


def test_each_stop_on_time_narrows_the_window_within_the_plan():
    widths = []
    for number in range(4):
        found = outlook(places(*[HOUR + WINDOW * each for each in range(number)]), 4)
        widths.append(found.expected_to - found.expected_from)
        assert MORNING + 6 * HOUR <= found.expected_from < found.expected_to <= MORNING + 8 * HOUR

    assert widths == [2 * HOUR, 1.5 * HOUR, HOUR, LEAST]


def test_a_late_truck_moves_the_window_and_says_by_how_much():
    found = outlook(places(3 * HOUR), 4)

    assert found.late == 120
    assert found.expected_from > MORNING + 8 * HOUR
    assert (found.city, found.at) == ("City 1", MORNING + 3 * HOUR)


def test_a_slow_way_so_far_is_slow_to_the_end():
    on_time, slow = outlook(places(HOUR, 3 * HOUR), 4), outlook(places(HOUR, 4 * HOUR), 4)

    assert slow.expected_from - on_time.expected_from > HOUR


def test_a_stop_that_was_left_out_is_behind_the_truck_too():
    stops = places(HOUR)
    stops[2] = Place(3, stops[2].window_from, stops[2].window_to, MORNING + 5 * HOUR, "City 3")

    assert outlook(stops, 4).done == 3


@given(st.lists(st.integers(1, 300), min_size=1, max_size=6), st.integers(0, 600))
def test_no_news_of_stops_widens_a_window(steps, window):
    """However late or early the truck is."""
    count, minutes, done, widths = len(steps) + 1, 0, [], []
    for step in [None, *steps]:
        if step is not None:
            minutes += step
            done.append(timedelta(minutes=minutes))
        found = outlook(places(*done, count=count, window=timedelta(minutes=window)), count)
        widths.append(found.expected_to - found.expected_from)

    assert widths == sorted(widths, reverse=True)
    assert widths[-1] >= min(LEAST, timedelta(minutes=window))


@pytest.mark.django_db
def test_the_plants_word_of_a_stop_moves_what_the_next_ones_see():
    a_fed_plant()
    one, two = known_as(a_dealer("One"), "1"), known_as(a_dealer("Two"), "2")
    stops = [
        {"dealer": "1", "position": 1, "city": "Lutsk", "window_from": MORNING, "window_to": MORNING + WINDOW},
        {"dealer": "2", "position": 2, "window_from": MORNING + WINDOW, "window_to": MORNING + 2 * WINDOW},
    ]
    feed(a_voyage(1, stops))
    planned: Any = ShipmentStop.objects.get(dealer=two)
    feed(a_voyage(2, [stops[0] | {"done_at": MORNING + HOUR}, stops[1]]))
    told: Any = ShipmentStop.objects.get(dealer=two)

    assert planned.expected_to - planned.expected_from == WINDOW
    assert told.expected_to - told.expected_from == HOUR
    assert told.outlook == {"before": 1, "done": 1, "city": "Lutsk", "at": "2026-11-02T09:00:00+00:00", "late": 0}
    first: Any = ShipmentStop.objects.get(dealer=one)
    assert first.outlook["before"] == 0


def a_voyage(version, stops):
    from apps.crm.feed.records import StopRecord

    return a_shipment(version=version, state="on_the_way", stops=tuple(StopRecord(**each) for each in stops))
