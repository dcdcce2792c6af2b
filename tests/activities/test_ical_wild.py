# ruff: noqa: DTZ001  # wall clocks have no zone
"""Calendar files as other programs write them, against the letter of RFC 5545 or at its edge."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.activities.formats.ical_items import Item, Person, When
from apps.activities.formats.ical_read import read_calendar
from apps.activities.models import Attendee, Meeting
from apps.activities.services import calendar_import
from apps.activities.services.meeting_inputs import Address, Guests, Repeat, Span, Words
from apps.activities.services.meetings import plan_meeting

HERE = "Europe/Kyiv"


def calendar(*lines: str, kind: str = "VEVENT", head: str = "VERSION:2.0") -> bytes:
    inside = [f"BEGIN:{kind}", "UID:1", *lines, f"END:{kind}"]
    return "\r\n".join(["BEGIN:VCALENDAR", head, *inside, "END:VCALENDAR"]).encode()


def read(data: bytes) -> Item:
    parsed = read_calendar(data, zone=HERE)
    assert not parsed.broken
    return parsed.items[0]


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"], ids=["crlf", "lf", "cr"])
@pytest.mark.parametrize("blank", [b" ", b"\t"], ids=["space", "tab"])
def test_a_line_folded_in_the_middle_of_a_letter_is_whole_again(end, blank):
    subject = "Зустріч щодо вікон на Хрещатику"
    data = calendar(f"SUMMARY:{subject}", "DTSTART:20261105T100000Z")
    place = data.index(subject.encode()) + 9  # within the fifth letter
    folded = data[:place] + b"\r\n " + data[place:]

    item = read(folded.replace(b"\r\n ", b"\r\n" + blank).replace(b"\r\n", end))

    assert item.subject == subject


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251"])
def test_files_of_many_encodings_are_read(encoding):
    text = calendar("SUMMARY:Зустріч у Києві", "DESCRIPTION:Обговорити умови договору", "DTSTART:20261105T100000Z")

    assert read(text.decode().encode(encoding)).subject == "Зустріч у Києві"


@pytest.mark.parametrize(
    ("tzid", "zone"),
    [
        ("W. Europe Standard Time", "Europe/Berlin"),
        ('"FLE Standard Time"', "Europe/Kiev"),
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome", "Europe/Amsterdam"),
        ('"(UTC+05:30) Chennai, Kolkata, Mumbai"', "Asia/Kolkata"),
        ("(UTC-05:00) Eastern Time (US & Canada)", "America/New_York"),
        ("Pacific Time (US & Canada)\\; Tijuana", "America/Los_Angeles"),
        ("tzone://Microsoft/Utc", "UTC"),
        ("tzone://Microsoft/Custom", HERE),
        ("europe/berlin", "Europe/Berlin"),
        ("/freeassociation.sourceforge.net/Europe/Berlin", "Europe/Berlin"),
        ("/mozilla.org/20050126_1/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("GMT+0545", "Asia/Kathmandu"),
        ("UTC+3", "Etc/GMT-3"),
    ],
)
def test_zones_are_known_by_the_names_that_programs_give_them(tzid, zone):
    when = read(calendar(f"DTSTART;TZID={tzid}:20261105T100000", "DURATION:PT1H")).when

    assert when
    assert when.start == datetime(2026, 11, 5, 10)
    assert when.zone in (zone, {"Asia/Kathmandu": "Asia/Katmandu"}.get(zone))


def test_a_calendar_says_what_its_times_without_a_zone_are():
    one = calendar("DTSTART:20261105T100000", head="X-WR-TIMEZONE:America/New_York")

    first, second = read_calendar(one + b"\r\n" + calendar("DTSTART:20261105T100000"), zone=HERE).items

    assert first.when == When(datetime(2026, 11, 5, 10), datetime(2026, 11, 5, 10), "America/New_York")
    assert second.when == When(datetime(2026, 11, 5, 10), datetime(2026, 11, 5, 10), HERE)


def test_midnights_that_exchange_calls_a_whole_day_are_one():
    lines = ["DTSTART:20261105T000000", "DTEND:20261106T000000", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"]

    assert read(calendar(*lines)).when == When(datetime(2026, 11, 5), datetime(2026, 11, 6), HERE, is_all_day=True)


def test_what_phones_write_in_vcalendar_is_read():
    item = read(
        calendar(
            "SUMMARY;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=9A=D0=B8=D1=97=D0=B2",
            "DESCRIPTION;ENCODING=QUOTED-PRINTABLE:Line one=0D=0A=",
            "Line two",
            "DTSTART:20261105T100000Z",
            head="VERSION:1.0",
        )
    )

    assert (item.subject, item.text) == ("Київ", "Line one\r\nLine two")


def test_names_with_bare_commas_stay_whole():
    item = read(calendar("DTSTART:20261105T100000Z", "ATTENDEE;CN=Koval, Olena:mailto:o@x.org"))

    assert list(item.people) == [Person("o@x.org", "Koval, Olena")]


def test_alarms_journals_and_free_time_disturb_nothing():
    alarms = [
        *("BEGIN:VALARM", "ACTION:EMAIL", "SUMMARY:Alarm", "ATTENDEE:mailto:x@x.org", "TRIGGER:-PT15M", "END:VALARM"),
        *("BEGIN:VALARM", "ACTION:AUDIO", "TRIGGER;RELATED=END:PT5M", "DURATION:PT5M", "REPEAT:2", "END:VALARM"),
    ]
    others = [calendar("SUMMARY:No", "DTSTART:20261105T100000Z", kind=kind) for kind in ("VJOURNAL", "VFREEBUSY")]
    meeting = calendar("DTSTART:20261105T100000Z", *alarms, "DTEND:20261105T110000Z", "SUMMARY:Yes")

    item = read(b"\r\n".join([*others, meeting]))

    assert (item.subject, list(item.people)) == ("Yes", [])
    assert item.when
    assert item.when.end - item.when.start == timedelta(hours=1)


def test_a_task_may_tell_how_long_it_takes_instead_of_when_it_is_due():
    timed = read(calendar("DTSTART:20261105T100000Z", "DURATION:PT2H", kind="VTODO"))
    days = read(calendar("DTSTART;VALUE=DATE:20261105", "DURATION:P2D", kind="VTODO"))

    assert timed.due_at == datetime(2026, 11, 5, 12, tzinfo=UTC)
    assert days.due_on == date(2026, 11, 7)


# --- and what comes of them -----------------------------------------------------------------------------------------
def take(user, data: bytes, now: datetime) -> calendar_import.Report:
    look = calendar_import.look(user=user, data=data, zone=HERE, now=now)
    return calendar_import.bring(actor=user, plan=look, now=now)


def series(bob, now) -> Meeting:
    start = datetime(2026, 11, 5, 10)
    return plan_meeting(
        actor=bob,
        span=Span(start, start + timedelta(hours=1), HERE),
        words=Words("Windows"),
        guests=Guests(addresses=[Address("guest@example.com")]),
        repeat=Repeat("FREQ=WEEKLY;COUNT=3"),
        now=now,
    )


@pytest.mark.django_db
@pytest.mark.parametrize("start", [[], ["DTSTART:20261112T080000Z"], ["DTSTART;TZID=Europe/Berlin:20261112T090000"]])
def test_an_answer_to_one_of_a_series_may_name_it_by_the_clock_of_another_zone(bob, now, start):
    uid = series(bob, now).uid
    lines = ["RECURRENCE-ID:20261112T080000Z", *start, "ATTENDEE;PARTSTAT=DECLINED:mailto:guest@example.com"]

    report = take(bob, calendar(*lines, head="METHOD:REPLY").replace(b"UID:1", f"UID:{uid}".encode()), now)

    assert (report.answers, report.broken) == (1, [])
    rows = Attendee.objects.order_by("meeting__recurrence_id")
    assert list(rows.values_list("answer", flat=True)) == ["needs-action", "declined", "needs-action"]


@pytest.mark.django_db
def test_one_of_a_series_is_changed_by_a_file_of_its_own_in_another_zone(bob, now):
    whole = ["DTSTART;TZID=Europe/Kyiv:20261105T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=3", "SUMMARY:Round"]
    moved = ["RECURRENCE-ID:20261112T080000Z", "DTSTART:20261112T120000Z", "DURATION:PT1H", "SUMMARY:Moved"]
    take(bob, calendar(*whole), now)

    report = take(bob, calendar(*moved, "SEQUENCE:1"), now)
    gone = take(bob, calendar("RECURRENCE-ID:20261119T080000Z", "SEQUENCE:2", head="METHOD:CANCEL"), now)

    assert (report.updated, report.broken, gone.updated, gone.broken) == (1, [], 1, [])
    found = Meeting.objects.order_by("recurrence_id")
    assert [each.activity.subject for each in found] == ["Round", "Moved", "Round"]
    assert [each.is_cancelled for each in found] == [False, False, True]


@pytest.mark.django_db
def test_dates_that_a_later_file_leaves_out_or_adds_go_and_come(bob, now):
    whole = ["DTSTART;TZID=Europe/Kyiv:20261105T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=4", "SUMMARY:Round"]
    dates = ["EXDATE;TZID=Europe/Berlin:20261112T090000", "RDATE;TZID=Europe/Kyiv:20261113T100000", "SEQUENCE:1"]
    take(bob, calendar(*whole), now)

    changed = take(bob, calendar(*whole, *dates), now)
    again = take(bob, calendar(*whole, *dates), now)

    assert (changed.updated, changed.broken, again.unchanged) == (1, [], 1)
    days = Meeting.objects.filter(activity__removed_at=None).order_by("recurrence_id")
    assert [each.local_start[8:10] for each in days] == ["05", "13", "19", "26"]


RANGE = [
    "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Kyiv:20261119T100000",
    *("DTSTART;TZID=Europe/Kyiv:20261120T150000", "DURATION:PT2H", "SUMMARY:Later"),
]


@pytest.mark.django_db
def test_a_change_of_all_that_follow_is_followed_and_found_again(bob, now):
    lines = ["DTSTART;TZID=Europe/Kyiv:20261105T100000", "DURATION:PT1H", "SUMMARY:Round"]
    rule = ["RRULE:FREQ=WEEKLY;BYDAY=TH;COUNT=5", "EXDATE;TZID=Europe/Kyiv:20261126T100000"]
    one = ["RECURRENCE-ID:20261203T080000Z", "DTSTART:20261203T120000Z", "SUMMARY:Alone"]
    file = b"\r\n".join([calendar(*lines, *rule), calendar(*RANGE), calendar(*one)])

    report = take(bob, file, now)
    again = take(bob, file, now)

    assert (report.broken, again.created, again.updated, again.broken) == ([], 0, 0, [])
    found = Meeting.objects.order_by("local_start").select_related("activity")
    assert [(each.local_start[5:16], each.activity.subject) for each in found] == [
        ("11-05T10:00", "Round"),
        ("11-12T10:00", "Round"),
        ("11-20T15:00", "Later"),
        ("12-03T12:00", "Alone"),
    ]


@pytest.mark.django_db
def test_a_file_brought_again_leaves_what_differs_from_its_series_alone(bob, now):
    lines = ["DTSTART;TZID=Europe/Kyiv:20261105T100000", "RRULE:FREQ=WEEKLY;COUNT=3", "SUMMARY:Round"]
    first = ["RECURRENCE-ID:20261105T080000Z", "DTSTART:20261106T120000Z", "SUMMARY:Alone"]
    file = b"\r\n".join([calendar(*lines), calendar(*first)])

    take(bob, file, now)
    again = take(bob, file, now)
    later = take(bob, file.replace(b"Round", b"Ring"), now)

    assert (again.unchanged, again.operation_id, later.updated, later.unchanged) == (2, None, 1, 1)
    subjects = Meeting.objects.order_by("recurrence_id").values_list("activity__subject", flat=True)
    assert list(subjects) == ["Alone", "Ring", "Ring"]


def test_a_change_of_all_that_follow_without_its_series_is_refused():
    parsed = read_calendar(calendar(*RANGE), zone=HERE)

    assert [(each.line, each.subject) for each in parsed.broken] == [(3, "Later")]
    assert "all that follow" in parsed.broken[0].reason
