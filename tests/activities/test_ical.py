# ruff: noqa: DTZ001  # wall clocks have no zone
"""iCalendar files, read and written: real ones, broken ones, hostile ones; ours as others read them."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events  # type: ignore[import-untyped]  # it has none
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.activities.formats.ical_items import Item, Person, When
from apps.activities.formats.ical_read import read_calendar
from apps.activities.formats.ical_write import write_calendar
from apps.activities.formats.ical_zones_write import zone_component
from apps.activities.formats.recurrence import to_utc

STAMP = datetime(2026, 11, 1, tzinfo=UTC)
HERE = "Europe/Kyiv"


def event(*lines: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:1", *lines, "END:VEVENT", "END:VCALENDAR"]).encode()


def read(*lines: str) -> Item:
    parsed = read_calendar(event(*lines), zone=HERE)
    assert not parsed.broken
    return parsed.items[0]


def refusal(*lines: str) -> str:
    parsed = read_calendar(event(*lines), zone=HERE)
    assert not parsed.items
    return parsed.broken[0].reason


# What the files of the corpus hold: meetings and tasks, and of how many it is said why they can't be taken.
EXPECTED = {
    "allenporter-ical/compat__testdata__google_dtstart_until_mismatch.ics": (1, 0),
    "allenporter-ical/compat__testdata__office_356_custom_timezone.ics": (2, 0),
    "allenporter-ical/compat__testdata__office_365_invalid_timezone.ics": (1, 0),
    "allenporter-ical/examples__testdata__apple_ical.ics": (8, 0),
    "allenporter-ical/examples__testdata__recurring_with_single_change.ics": (2, 0),
    "allenporter-ical/parsing__testdata__invalid__invalid_quoted_params.ics": (0, 1),
    "allenporter-ical/parsing__testdata__valid__emoji.ics": (1, 0),
    "allenporter-ical/parsing__testdata__valid__fold.ics": (0, 1),
    "allenporter-ical/testdata__event_attendee.ics": (1, 0),
    "allenporter-ical/testdata__todo.ics": (2, 0),
    "icalendar/alarm_google_future.ics": (1, 0),
    "icalendar/big_bad_calendar.ics": (0, 20),
    "icalendar/bom_calendar.ics": (0, 1),
    "icalendar/broken_dtstart.ics": (0, 1),
    "icalendar/broken_ical.ics": (0, 1),
    "icalendar/calendar_with_unicode.ics": (0, 1),
    "icalendar/example.ics": (3, 0),
    "icalendar/invalid_duration.ics": (0, 1),
    "icalendar/issue_104_broken_calendar.ics": (1, 0),
    "ics-parser/issue-196.ics": (3, 0),
    "node-ical/Office-2012-owa.ics": (4, 0),
    "node-ical/bad_ms_tz.ics": (1, 0),
    "node-ical/exchange_whole_day_moved_recurrence.ics": (2, 0),
    "node-ical/google-calendar-kiev-tz.ics": (2, 0),
    "node-ical/sabredav-school-holidays.ics": (1, 0),
    "node-ical/tentative-apple-calendar.ics": (4, 0),
    "node-ical/tripit-location-escaping.ics": (47, 0),
    "node-ical/utf8-french-calendar.ics": (2, 0),
    "node-ical/vfreebusy-zimbra.ics": (0, 1),
    "node-ical/vtodo-vfreebusy.ics": (4, 0),
    "py-vobject/ms_tzid.ics": (1, 0),
    "py-vobject/simple_test.ics": (0, 1),
    "py-vobject/tzid_8bit.ics": (1, 0),
}


def test_every_real_file_is_read_or_refused_with_a_reason(corpus: Path):
    folder = corpus / "ics"
    found = {}
    for path in sorted(folder.rglob("*.ics")):
        parsed = read_calendar(path.read_bytes(), zone=HERE)
        found[str(path.relative_to(folder))] = (len(parsed.items), len(parsed.broken))
        assert all(each.reason for each in parsed.broken)

    assert found == EXPECTED


@pytest.mark.parametrize(
    ("file", "zone"),
    [
        ("py-vobject/ms_tzid.ics", "Australia/Canberra"),
        ("py-vobject/tzid_8bit.ics", "Asia/Yekaterinburg"),
        ("node-ical/Office-2012-owa.ics", "Australia/Canberra"),
        ("node-ical/google-calendar-kiev-tz.ics", "Europe/Kiev"),
        ("node-ical/bad_ms_tz.ics", "America/New_York"),
    ],
)
def test_zones_of_many_spellings_are_found(corpus: Path, file, zone):
    parsed = read_calendar((corpus / "ics" / file).read_bytes(), zone=HERE)

    assert parsed.items[0].when
    assert parsed.items[0].when.zone == zone


def test_times_without_a_zone_are_the_readers_and_windows_names_are_known():
    floating = read("DTSTART:20261105T100000").when
    windows = read("DTSTART;TZID=FLE Standard Time:20261105T100000").when

    assert floating == When(datetime(2026, 11, 5, 10), datetime(2026, 11, 5, 10), HERE)
    assert windows
    assert windows.zone in ("Europe/Kiev", "Europe/Kyiv", "Europe/Helsinki")


def test_days_durations_people_and_exceptions_are_read():
    days = read("DTSTART;VALUE=DATE:20261105", "DTEND;VALUE=DATE:20261107").when
    lasting = read("DTSTART:20261105T100000Z", "DURATION:PT1H30M").when
    item = read(
        "DTSTART;TZID=Europe/Kyiv:20261105T100000",
        "RRULE:FREQ=WEEKLY",
        "EXDATE:20261112T080000Z",
        "EXDATE;VALUE=DATE:20261119",
        'ATTENDEE;CN="Koval, Olena";PARTSTAT=ACCEPTED:MAILTO:Olena@Example.com',
        "SUMMARY:Oak\\, and\\n pine",
    )

    assert days == When(datetime(2026, 11, 5), datetime(2026, 11, 7), HERE, is_all_day=True)
    assert lasting
    assert lasting.end - lasting.start == timedelta(minutes=90)
    assert list(item.left_out) == [datetime(2026, 11, 12, 10), datetime(2026, 11, 19, 10)]
    assert list(item.people) == [Person("olena@example.com", "Koval, Olena", "accepted")]
    assert item.subject == "Oak, and pine"


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([], "doesn't say when it begins"),
        (["DTSTART:yesterday"], "Line 4 is no date: yesterday"),
        (["DTSTART:20261399T000000Z"], "is no date"),
        (["DTSTART:20261105T100000Z", "DTEND:20261104T100000Z"], "ends before it begins"),
        (["DTSTART:20261105T100000Z", "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"], "more than one rule"),
        (["DTSTART;;X:20261105T100000Z"], "Line 4 can't be read: DTSTART"),
        (["DTSTART:20261105T100000Z", "DURATION:PT9999999999H"], "no duration"),
    ],
)
def test_a_broken_meeting_is_refused_with_its_line(lines, reason):
    assert reason in refusal(*lines)


def test_one_broken_meeting_spoils_no_other():
    good = event("DTSTART:20261105T100000Z", "SUMMARY:Good")
    cut_off = b"BEGIN:VEVENT\nDTSTART:20261105T100000Z\nSUMMARY:Cut"

    parsed = read_calendar(event("DTSTART:never") + b"\n" + good + b"\n" + cut_off, zone=HERE)

    assert [each.subject for each in parsed.items] == ["Good"]
    assert [each.line for each in parsed.broken] == [2, 14]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00" * 1_000_000,
        bytes(range(256)) * 4000,
        b"BEGIN:VEVENT\n" * 200_000,
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261105T100000Z\nSUMMARY:" + b"x" * 9_900_000,
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x" + b"\n x" * 3_000_000,
        b"BEGIN:VEVENT\nDTSTART:20261105T100000Z\nEND:VEVENT\n" * 100_000,
        b"BEGIN:VTIMEZONE\nTZID:x\nBEGIN:STANDARD\nDTSTART:16010101T000000\nRRULE:FREQ=SECONDLY\nEND:STANDARD\n"
        b"END:VTIMEZONE\nBEGIN:VEVENT\nDTSTART;TZID=x:20261105T100000\nEND:VEVENT",
        b"x" * (11 * 1024 * 1024),
    ],
    ids=["empty", "zeros", "bytes", "begins", "long line", "folds", "many", "zone of seconds", "large"],
)
def test_hostile_files_end_soon(data):
    begun = time.monotonic()

    parsed = read_calendar(data, zone=HERE)

    assert parsed.items or parsed.broken
    assert time.monotonic() - begun < 10


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 250))
def test_no_change_of_bytes_breaks_the_reader(noise, place):
    data = event(
        "DTSTART;TZID=Europe/Kyiv:20261105T100000", "RRULE:FREQ=WEEKLY;COUNT=3", "ATTENDEE;CN=O:mailto:o@x.org"
    )

    read_calendar(data[:place] + noise + data[place + len(noise) // 2 :], zone=HERE)


texts = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=120)


@settings(max_examples=100, deadline=None)
@given(subject=texts, text=texts, place=texts, name=texts, days=st.booleans(), hour=st.integers(4, 20))
def test_what_we_write_we_read_as_it_was(subject, text, place, name, days, hour):
    start = datetime(2026, 11, 5, 0 if days else hour)
    length = timedelta(days=2) if days else timedelta(hours=2)
    item = Item(
        kind="event",
        uid="one@example.com",
        subject=" ".join(subject.split()) or "x",
        when=When(start, start + length, HERE, days),
        text=text.strip(),
        place=" ".join(place.split()),
        people=[Person("o@example.com", " ".join(name.replace('"', "'").split()), "accepted")],
        organiser=Person("bob@example.com", "Bob"),
        sequence=3,
        stamp=STAMP,
    )

    back = read_calendar(write_calendar([item], stamp=STAMP), zone=HERE).items[0]

    for field in ("uid", "subject", "when", "text", "place", "sequence", "stamp", "organiser"):
        assert getattr(back, field) == getattr(item, field), field
    assert back.people[0].email == "o@example.com"


def weekly() -> list[Item]:
    when = When(datetime(2026, 3, 2, 10), datetime(2026, 3, 2, 11), HERE)
    rule = "FREQ=WEEKLY;UNTIL=20260504T235959"
    moved = When(datetime(2026, 3, 10, 15), datetime(2026, 3, 10, 16), HERE)
    return [
        Item("event", "w@x", "Round", when, rule=rule, left_out=[datetime(2026, 3, 16, 10)], stamp=STAMP),
        Item("event", "w@x", "Moved", moved, recurrence=datetime(2026, 3, 9, 10), stamp=STAMP),
    ]


def test_other_programs_find_the_same_meetings_in_ours():
    data = write_calendar(weekly(), stamp=STAMP, name="Bob")

    theirs = recurring_ical_events.of(icalendar.Calendar.from_ical(data)).between((2026, 1, 1), (2027, 1, 1))

    kept = [datetime(2026, 3, 2, 10) + timedelta(weeks=n) for n in (0, *range(3, 10))]
    expected = {to_utc(each, HERE) for each in [*kept, datetime(2026, 3, 10, 15)]}
    assert {each["DTSTART"].dt.astimezone(UTC) for each in theirs} == expected


@pytest.mark.parametrize(
    "zone", ["Europe/Kyiv", "America/New_York", "Australia/Lord_Howe", "Asia/Tehran", "Asia/Tokyo"]
)
def test_the_zone_that_we_describe_is_the_zone(zone):
    described = zone_component(zone, 2024, 2026).to_tz(lookup_tzid=False)

    for n in range(0, 24 * 365 * 3, 7):
        wall = datetime(2024, 1, 1) + timedelta(hours=n)
        real = wall.replace(tzinfo=ZoneInfo(zone))
        if real.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall and not _twice(wall, zone):
            assert described.utcoffset(wall) == real.utcoffset(), wall


def test_a_zone_with_a_plain_rule_is_written_as_one():
    text = zone_component(HERE, 2026, 2026).to_ical().decode()

    assert "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3" in text
    assert "DTSTART:20250330T030000" in text


def _twice(wall: datetime, zone: str) -> bool:
    return wall.replace(tzinfo=ZoneInfo(zone)).utcoffset() != wall.replace(tzinfo=ZoneInfo(zone), fold=1).utcoffset()


def test_an_independent_parser_reads_ours():
    whole = When(datetime(2026, 11, 5), datetime(2026, 11, 6), HERE, is_all_day=True)
    todo = Item("todo", "t@x", "Measure", due_on=date(2026, 11, 5), status="done", priority=1)
    guests = [Person("o@example.com", 'Koval; "Olena"', "declined")]
    fair = Item("event", "d@x", "Fair; hall 3, Kyiv", whole, people=guests, organiser=Person("b@x.org"))
    items = [*weekly(), fair, todo]

    calendar = vobject.readOne(write_calendar(items, stamp=STAMP, method="REQUEST").decode())

    assert calendar.method.value == "REQUEST"
    assert [each.summary.value for each in calendar.vevent_list] == ["Round", "Moved", "Fair; hall 3, Kyiv"]
    assert calendar.vevent_list[0].dtstart.value.utcoffset() == timedelta(hours=2)
    assert len(list(calendar.vevent_list[0].getrruleset())) == 9
    assert calendar.vevent_list[2].dtstart.value == date(2026, 11, 5)
    assert calendar.vevent_list[2].attendee.params["PARTSTAT"] == ["DECLINED"]
    assert calendar.vtodo.due.value == date(2026, 11, 5)
