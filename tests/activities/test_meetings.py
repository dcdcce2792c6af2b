# ruff: noqa: DTZ001  # wall clocks have no zone
"""Meetings: planned, moved, called off, answered; series over the change of clocks; who sees them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.activities.models import Activity, Attendee, Meeting, Series
from apps.activities.selectors.timelines import timeline_of
from apps.activities.services.meeting_changes import change_meeting, move_meeting
from apps.activities.services.meeting_inputs import Address, Guests, Repeat, Span, Words
from apps.activities.services.meetings import answer_meeting, cancel_meeting, plan_meeting
from apps.activities.services.series import extend_series
from apps.activities.signals import activities_moved, people_addressed
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EntityInput, JobInput
from apps.core.models import Operation
from apps.core.services.operations import undo
from tests.contacts.factories import FolderFactory

pytestmark = pytest.mark.django_db
KYIV = "Europe/Kyiv"
WEEKLY = Repeat("FREQ=WEEKLY")


def at(*parts: int, hours: int = 1, zone: str = KYIV) -> Span:
    start = datetime(*parts)  # type: ignore[arg-type]  # year, month, day, hour, minute
    return Span(start, start + timedelta(hours=hours), zone)


def days(first: date, last: date, zone: str = KYIV) -> Span:
    start, end = (datetime.combine(each, datetime.min.time()) for each in (first, last))
    return Span(start, end, zone, is_all_day=True)


@pytest.fixture
def firm(ada, everyone_folder, now):
    return create_entity(actor=ada, data=EntityInput(kind="organisation", name="Vikna Plus"), now=now)


@pytest.fixture
def olena(ada, firm, now):
    given = EntityInput(first_name="Olena", last_name="Koval", jobs=[JobInput(organisation_id=firm.pk)])
    return create_entity(actor=ada, data=given, now=now)


@pytest.fixture
def sarah(ada, now):
    """In a folder that only administrators see."""
    hidden = FolderFactory(kind="restricted")
    return create_entity(actor=ada, data=EntityInput(first_name="Sarah", folder_id=hidden.pk), now=now)


def plan(actor, now, span=None, **more) -> Meeting:
    words = more.pop("words", Words("Windows of the school"))
    return plan_meeting(actor=actor, span=span or at(2026, 11, 5, 10), words=words, now=now, **more)


def starts(series: Series | None) -> list[str]:
    found = Meeting.objects.filter(series=series, activity__removed_at=None).order_by("recurrence_id")
    return [f"{each.local_start} {each.status}" for each in found]


def test_a_meeting_stands_on_the_timelines_of_who_is_asked_and_of_their_firm(bob, alice, olena, firm, now):
    told = []
    people_addressed.connect(listen := lambda **facts: told.append((facts["verb"], *facts["asked"].values())))  # noqa: F841

    meeting = plan(bob, now, guests=Guests([olena], [alice, bob], [Address("guest@example.com", "Guest")]))

    assert meeting.starts_at == datetime(2026, 11, 5, 8, tzinfo=UTC)
    for entity in (olena, firm):
        assert [each.pk for each in timeline_of(entity, user=alice, now=now).ahead] == [meeting.pk]
    answers = {str(row.user or row.entity or row.email): row.answer for row in meeting.attendees.all()}
    assert answers == {
        str(alice): "needs-action",
        str(bob): "accepted",
        str(olena): "needs-action",
        "guest@example.com": "needs-action",
    }
    assert told == [("meeting.invited", [alice.pk])]


def test_who_sees_none_of_its_contacts_finds_no_meeting_and_is_not_asked_to_it(sarah, ada, bob, now):
    meeting = plan(ada, now, guests=Guests([sarah]))

    assert Meeting.objects.visible_to(ada).filter(pk=meeting.pk).exists()
    assert not Meeting.objects.visible_to(bob).filter(pk=meeting.pk).exists()
    with pytest.raises(PermissionDenied):
        plan(bob, now, guests=Guests([sarah]))
    with pytest.raises(ValidationError, match="would not find"):
        plan(ada, now, guests=Guests([sarah], [bob]))


def test_a_private_meeting_is_for_its_people_alone(bob, alice, charlie, olena, now):
    words = Words("Salary", visibility="private")

    meeting = plan(bob, now, guests=Guests([olena], [alice]), words=words)

    seen = {user: Meeting.objects.visible_to(user).filter(pk=meeting.pk).exists() for user in (bob, alice, charlie)}
    assert seen == {bob: True, alice: True, charlie: False}


def test_a_dealer_plans_nothing(dora, now):
    with pytest.raises(PermissionDenied):
        plan(dora, now)


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("ends", {"span": at(2026, 11, 5, 10, hours=-1)}),
        ("ends", {"span": at(2026, 11, 5, 10, hours=24 * 61)}),
        ("ends", {"span": days(date(2026, 11, 5), date(2026, 11, 5))}),
        ("zone", {"span": at(2026, 11, 5, 10, zone="Mars/Base")}),
        ("starts", {"span": at(1066, 10, 14, 9)}),
        ("subject", {"words": Words("  ")}),
        ("place", {"words": Words("Oak", place="x" * 401)}),
        ("rule", {"repeat": Repeat("FREQ=SECONDLY")}),
        ("addresses", {"guests": Guests(addresses=[Address("nobody")])}),
    ],
)
def test_what_cannot_be_is_told_at_its_field(bob, now, field, given):
    with pytest.raises(ValidationError) as refused:
        plan(bob, now, **given)

    assert field in refused.value.message_dict
    assert not Meeting.objects.exists()


def test_a_weekly_ten_oclock_stays_ten_oclock_in_winter_and_summer(bob, now):
    first = plan(bob, now, repeat=WEEKLY)

    utc = [each.begins for each in Meeting.objects.order_by("starts_at")]
    assert len(utc) in (78, 79)
    assert {each.hour for each in utc} == {7, 8}
    assert {text[11:16] for text in starts(first.series)} == {"10:00"}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    zone=st.sampled_from(["Europe/Kyiv", "America/St_Johns", "Pacific/Chatham"]),
    hour=st.integers(4, 22),
    moved_to=st.integers(4, 22),
)
def test_wherever_a_series_is_moved_the_wall_clock_shows_one_time(bob, now, zone, hour, moved_to):
    with transaction.atomic():
        first = plan(bob, now, at(2026, 3, 2, hour, zone=zone), repeat=Repeat("FREQ=WEEKLY;COUNT=8"))
        move_meeting(actor=bob, meeting=first, span=at(2026, 3, 3, moved_to, zone=zone), now=now, scope="all")

        assert [text[:16] for text in starts(first.series)] == [
            f"2026-{day}T{moved_to:02}:00" for day in _tuesdays(date(2026, 3, 3), 8)
        ]
        assert {each.ends - each.begins for each in Meeting.objects.all()} == {timedelta(hours=1)}
        transaction.set_rollback(True)


def _tuesdays(first: date, count: int) -> list[str]:
    return [f"{first + timedelta(weeks=n):%m-%d}" for n in range(count)]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Kyiv"])
def test_whole_days_are_the_same_days_everywhere(bob, now, zone):
    meeting = plan(bob, now, days(date(2026, 11, 5), date(2026, 11, 7), zone))

    meeting.refresh_from_db()
    assert (meeting.starts_on, meeting.ends_on, meeting.starts_at) == (date(2026, 11, 5), date(2026, 11, 7), None)
    for shift in (-12, 0, 14):
        day = datetime(2026, 11, 6, tzinfo=UTC) + timedelta(hours=shift)
        found = Meeting.objects.between(day, day + timedelta(hours=1))
        assert found.exists() is (date(2026, 11, 5) <= day.date() < date(2026, 11, 7))


def test_one_of_a_series_is_moved_by_itself_and_the_rest_goes_on_without_it(bob, now):
    first = plan(bob, now, repeat=Repeat("FREQ=WEEKLY;COUNT=3"))
    second = Meeting.objects.get(local_start="2026-11-12T10:00:00")
    move_meeting(actor=bob, meeting=second, span=at(2026, 11, 13, 15), now=now)

    move_meeting(actor=bob, meeting=first, span=at(2026, 11, 5, 11), now=now, scope="all")

    assert [text[:16] for text in starts(first.series)] == ["2026-11-05T11:00", "2026-11-13T15:00", "2026-11-19T11:00"]
    second.refresh_from_db()
    assert second.recurrence_id == "2026-11-12T11:00:00"


def test_this_and_the_following_become_a_series_of_their_own(bob, now):
    first = plan(bob, now, repeat=Repeat("FREQ=WEEKLY;BYDAY=TH;COUNT=4"))
    third = Meeting.objects.get(local_start="2026-11-19T10:00:00")

    move_meeting(actor=bob, meeting=third, span=at(2026, 11, 20, 9), now=now, scope="following")

    third.refresh_from_db()
    assert third.series != first.series
    assert [text[:16] for text in starts(first.series)] == ["2026-11-05T10:00", "2026-11-12T10:00"]
    assert [text[:16] for text in starts(third.series)] == ["2026-11-20T09:00", "2026-11-27T09:00"]
    assert third.series
    assert third.series.rule == "FREQ=WEEKLY;BYDAY=FR;COUNT=2"
    assert third.uid != first.uid


def test_the_series_goes_on_as_time_does_and_a_second_run_adds_nothing(bob, now):
    first = plan(bob, now, repeat=WEEKLY)
    many = Meeting.objects.count()
    later = now + timedelta(days=60)

    made = [extend_series(now=later), extend_series(now=later)]

    assert made == [8, 0] or made == [9, 0]
    assert Meeting.objects.count() == many + made[0]
    assert {text[11:16] for text in starts(first.series)} == {"10:00"}
    assert Series.objects.get(meetings=plan(bob, now, repeat=Repeat("FREQ=WEEKLY;COUNT=2"))).made_until is None


def test_another_rule_takes_away_what_is_to_come_and_makes_what_is_missing(bob, now):
    first = plan(bob, now, repeat=Repeat("FREQ=WEEKLY;COUNT=3"))

    change_meeting(actor=bob, meeting=first, repeat=Repeat("FREQ=DAILY;COUNT=3"), now=now, scope="all")

    first.refresh_from_db()
    assert [text[:10] for text in starts(first.series)] == ["2026-11-05", "2026-11-06", "2026-11-07"]


@pytest.mark.parametrize(
    ("scope", "change"),
    [
        ("all", {"span": at(2026, 11, 13, 9)}),
        ("following", {"span": at(2026, 11, 13, 9)}),
        ("following", {"words": Words("Doors"), "span": at(2026, 11, 12, 12, hours=2)}),
        ("following", {"repeat": Repeat("FREQ=DAILY;COUNT=5")}),
        ("all", {"repeat": Repeat()}),
    ],
)
def test_a_change_of_a_series_is_undone_whole(bob, olena, now, scope, change):
    plan(bob, now, guests=Guests([olena]), repeat=Repeat("FREQ=WEEKLY;COUNT=4"))
    second = Meeting.objects.get(local_start="2026-11-12T10:00:00")
    before = _all_there_is()

    operation = change_meeting(actor=bob, meeting=second, now=now, scope=scope, **change)
    assert _all_there_is() != before
    result = undo(actor=bob, operation=Operation.objects.get(pk=operation or 0), now=now)

    assert result.conflicts == []
    assert _all_there_is() == before


def _all_there_is() -> list[tuple[object, ...]]:
    fields = ("pk", "starts_at", "ends_at", "recurrence_id", "series", "series__rule", "uid", "activity__subject")
    found = Meeting.objects.filter(activity__removed_at=None).order_by("pk")
    return list(found.values_list(*fields, "activity__occurred_at", "activity__participants__occurred_at"))


def test_a_single_meeting_becomes_a_series(bob, olena, now):
    meeting = plan(bob, now, guests=Guests([olena]))

    change_meeting(actor=bob, meeting=meeting, repeat=Repeat("FREQ=DAILY;COUNT=3"), now=now)

    meeting.refresh_from_db()
    assert len(starts(meeting.series)) == 3
    assert Attendee.objects.filter(entity=olena).count() == 3


def test_a_move_raises_the_sequence_asks_again_and_reminders_follow(bob, alice, olena, now):
    meeting = plan(bob, now, guests=Guests([olena], [alice]))
    answer_meeting(actor=alice, meeting=meeting, answer="accepted", now=now)
    moved = []
    activities_moved.connect(listen := lambda ids, **facts: moved.extend(ids))  # noqa: F841

    operation = move_meeting(actor=bob, meeting=meeting, span=at(2026, 11, 6, 12), now=now)

    meeting.refresh_from_db()
    assert meeting.sequence == 1
    assert moved == [meeting.pk]
    assert meeting.attendees.get(user=alice).answer == "needs-action"
    assert {link.occurred_at for link in meeting.activity.participants.all()} == {meeting.starts_at}
    assert meeting.activity.facts["starts_at"] == "2026-11-06T10:00:00+00:00"

    undo(actor=bob, operation=Operation.objects.get(pk=operation or 0), now=now)

    meeting.refresh_from_db()
    assert meeting.starts_at == datetime(2026, 11, 5, 8, tzinfo=UTC)
    assert {link.occurred_at for link in meeting.activity.participants.all()} == {meeting.starts_at}


def test_only_who_called_a_meeting_moves_it_or_calls_it_off(bob, alice, ada, now):
    meeting = plan(bob, now)

    for change in (
        lambda user: move_meeting(actor=user, meeting=meeting, span=at(2026, 11, 6, 12), now=now),
        lambda user: cancel_meeting(actor=user, meeting=meeting, now=now),
        lambda user: answer_meeting(actor=user, meeting=meeting, answer="accepted", now=now),
    ):
        with pytest.raises(PermissionDenied):
            change(alice)
    assert move_meeting(actor=ada, meeting=meeting, span=at(2026, 11, 6, 12), now=now) is not None


@pytest.mark.parametrize(("scope", "gone"), [("one", 1), ("following", 2), ("all", 3)])
def test_a_meeting_called_off_is_over_and_can_be_brought_back(bob, now, scope, gone):
    first = plan(bob, now, repeat=Repeat("FREQ=WEEKLY;COUNT=3"))
    second = Meeting.objects.get(local_start="2026-11-12T10:00:00")

    operation = cancel_meeting(actor=bob, meeting=second, now=now, scope=scope)

    assert sum(text.endswith("cancelled") for text in starts(first.series)) == gone
    assert Activity.objects.filter(facts__is_over=True).count() == gone
    assert cancel_meeting(actor=bob, meeting=second, now=now, scope="one") is None
    undo(actor=bob, operation=Operation.objects.get(pk=operation or 0), now=now)
    assert not any(text.endswith("cancelled") for text in starts(first.series))


def test_guests_come_and_go_and_who_is_hidden_from_the_editor_stays(sarah, ada, bob, alice, olena, firm, now):
    meeting = plan(bob, now, guests=Guests([olena], [alice]))
    change_meeting(actor=ada, meeting=meeting, guests=Guests([olena, sarah], [alice]), now=now)

    change_meeting(actor=bob, meeting=meeting, guests=Guests([firm], [bob]), now=now)

    rows = meeting.attendees.order_by("pk")
    assert {row.entity or row.user for row in rows} == {sarah, firm, bob}
    assert {link.entity_id for link in meeting.activity.participants.filter(via_employer=False)} == {sarah.pk, firm.pk}


@pytest.mark.parametrize("wrong", [{"ends_at": None}, {"is_all_day": True}, {"recurrence_id": "2026-11-05"}])
def test_the_database_holds_a_meeting_to_one_kind_of_time(bob, now, wrong):
    meeting = plan(bob, now)

    with pytest.raises(IntegrityError), transaction.atomic():
        Meeting.objects.filter(pk=meeting.pk).update(**wrong)
