# ruff: noqa: DTZ001  # wall clocks have no zone
"""The calendar's pages: what stands in whose, the sheets, the answers of the script's questions."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import Preferences, Team, TeamMembership
from apps.activities.models import Activity, Meeting
from apps.activities.services.meeting_inputs import Guests, Repeat, Span, Words
from apps.activities.services.meetings import plan_meeting
from apps.activities.services.task_input import TaskInput
from apps.activities.services.task_states import complete_task
from apps.activities.services.tasks import add_task
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EntityInput
from apps.core import clock
from tests.contacts.factories import FolderFactory

pytestmark = pytest.mark.django_db
EVENTS = reverse("activities:calendar_events")


@pytest.fixture
def olena(ada, everyone_folder, now):
    return create_entity(actor=ada, data=EntityInput(first_name="Olena", last_name="Koval"), now=now)


@pytest.fixture
def sarah(ada, now):
    """In a folder that only administrators see."""
    hidden = FolderFactory(kind="restricted")
    return create_entity(actor=ada, data=EntityInput(first_name="Sarah", folder_id=hidden.pk), now=now)


def plan(actor, subject: str = "Windows", day: int = 5, **more) -> Meeting:
    start = datetime(2026, 11, day, 10)
    span = more.pop("span", Span(start, start + timedelta(hours=1), "Europe/Kyiv"))
    words = Words(subject, visibility=more.pop("visibility", "public"))
    return plan_meeting(actor=actor, span=span, words=words, now=clock.now(), **more)


def titles(client, user, **asked) -> set[str]:
    client.force_login(user)
    answer = client.get(EVENTS, {"start": "2026-11-01T00:00:00Z", "end": "2026-12-01T00:00:00Z", **asked})
    return {each["title"] for each in answer.json()}


def test_a_calendar_holds_what_one_called_or_was_asked_to(client, alice, bob, charlie, olena):
    plan(bob, "Called")
    plan(alice, "Asked to", guests=Guests(users=[bob]))
    plan(alice, "Hers")
    plan(alice, "Secret", visibility="private")
    plan(alice, "Next year", span=Span(datetime(2027, 5, 1, 9), datetime(2027, 5, 1, 10), "UTC"))

    assert titles(client, bob) == {"Called", "Asked to"}
    assert titles(client, bob, of=f"user:{alice.pk}") == {"Asked to", "Hers"}
    assert titles(client, alice) == {"Asked to", "Hers", "Secret"}
    assert titles(client, charlie) == set()


def test_a_team_and_a_contact_have_calendars_too(client, alice, bob, olena, now):
    team = Team.objects.create(name="East")
    for user in (alice, bob):
        TeamMembership.objects.create(team=team, user=user, valid_from=date(2020, 1, 1))
    plan(alice, "With Olena", guests=Guests([olena]))
    plan(bob, "Alone")

    assert titles(client, bob, of=f"team:{team.pk}") == {"With Olena", "Alone"}
    assert titles(client, bob, of=f"contact:{olena.pk}") == {"With Olena"}
    for nobody in ("team:999999", "contact:1", "user:x", "nonsense", "user:²", f"contact:{10**20}"):
        assert client.get(EVENTS, {"of": nobody}).status_code == 404


def test_tasks_stand_on_the_day_they_are_due_until_they_are_done(client, bob, now):
    for subject in ("Measure", "Done"):
        wish = TaskInput(subject=subject, zone="Europe/Kyiv", due_on=date(2026, 11, 5))
        task = add_task(actor=bob, data=wish, now=now)
    complete_task(actor=bob, task=task, now=now)

    assert titles(client, bob) == {"Measure"}


def test_events_take_as_many_queries_whatever_there_is(client, bob, olena):
    titles(client, bob)  # what is cached is read
    counts = []
    for _ in range(2):
        plan(bob, guests=Guests([olena], [bob]), repeat=Repeat("FREQ=DAILY;COUNT=10"))
        with CaptureQueriesContext(connection) as queries:
            client.get(EVENTS, {"start": "2026-11-01T00:00:00Z", "end": "2026-12-01T00:00:00Z"})
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 8


@pytest.mark.parametrize("asked", [{}, {"start": "x", "end": "y"}, {"start": "0001-01-01", "end": "9999-12-31"}])
def test_nonsense_is_no_error_of_ours(client, bob, asked):
    client.force_login(bob)

    assert client.get(EVENTS, asked).status_code == 400
    assert client.get(reverse("activities:calendar"), {"from": "nonsense"}).status_code == 200
    assert client.get(reverse("activities:meeting_plan"), {"start": "x", "with": "²"}).status_code == 200


def test_the_page_lists_the_days_for_whoever_has_no_script(client, alice, bob):
    plan(bob, "Windows of the school")
    client.force_login(bob)

    page = client.get(reverse("activities:calendar"), {"from": "2026-11-01"}).content.decode()
    empty = client.get(reverse("activities:calendar"), {"from": "2026-11-06"}).content.decode()

    assert "Windows of the school" in page
    assert "10:00–11:00" in page
    assert "Nothing in these days" in empty


FORM = {"subject": "Oak", "starts_on": "2026-11-05", "starts_time": "10:00", "ends_on": "2026-11-05"}


def test_a_meeting_is_planned_in_the_sheet_and_read_in_the_zone_of_each(client, alice, bob, olena):
    client.force_login(bob)
    given: dict[str, object] = {**FORM, "ends_time": "11:30", "zone": "Europe/Kyiv", "repeats": "WEEKLY", "count": "3"}
    given |= {"contacts": [olena.pk], "users": [alice.pk], "addresses": "Guest <guest@example.com>; b@example.com"}

    answer = client.post(reverse("activities:meeting_plan"), given)

    first = Meeting.objects.order_by("starts_at")[0]
    assert answer.status_code == 302
    assert Meeting.objects.count() == 3
    assert first.attendees.count() == 4
    Preferences.objects.create(user=alice, time_zone="America/New_York")
    client.force_login(alice)
    page = client.get(reverse("activities:meeting", args=[first.pk])).content.decode()
    assert "03:00–04:30" in page
    assert "guest@example.com" in page or "Guest" in page


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("subject", {"subject": ""}),
        ("starts_time", {"starts_time": ""}),
        ("ends_on", {"ends_time": "09:00"}),
        ("ends_on", {"ends_on": "2026-11-01", "is_all_day": "on"}),
        ("rule", {"repeats": "own", "rule": "FREQ=SECONDLY"}),
        ("addresses", {"addresses": "nobody"}),
        ("zone", {"zone": "Mars/Base"}),
    ],
)
def test_a_mistake_is_told_at_its_field(client, bob, field, given):
    client.force_login(bob)

    answer = client.post(reverse("activities:meeting_plan"), {**FORM, "ends_time": "11:00", **given})

    assert answer.status_code == 422
    assert f"id_{field}_error" in answer.content.decode()


def test_a_sheet_filled_in_by_a_drag_has_its_times(client, bob):
    client.force_login(bob)
    Preferences.objects.create(user=bob, time_zone="Europe/Kyiv")
    asked = {"start": "2026-11-05T14:00:00+02:00", "end": "2026-11-05T15:30:00+02:00"}

    page = client.get(reverse("activities:meeting_plan"), asked).content.decode()

    assert 'value="14:00"' in page
    assert 'value="15:30"' in page


def test_a_drag_moves_one_at_once_and_asks_for_a_series(client, bob):
    alone, first = plan(bob), plan(bob, day=6, repeat=Repeat("FREQ=WEEKLY;COUNT=2"))
    client.force_login(bob)
    to = {"start": "2026-11-07T12:00:00Z", "end": "2026-11-07T13:00:00Z"}

    moved = client.post(reverse("activities:meeting_move", args=[alone.pk]), to, headers={"HX-Request": "true"})
    asked = client.post(reverse("activities:meeting_move", args=[first.pk]), to, headers={"HX-Request": "true"})
    client.post(reverse("activities:meeting_move", args=[first.pk]), {**to, "scope": "all"})

    assert moved.status_code == 204
    assert "meeting-moved" in moved["HX-Trigger"]
    assert "one of a series" in asked.content.decode()
    assert {f"{each.starts_at:%d %H}" for each in Meeting.objects.all()} == {"07 12", "14 12"}


def test_a_change_of_the_whole_series_as_the_form_showed_it_keeps_its_rule(client, bob):
    first = plan(bob, repeat=Repeat("FREQ=WEEKLY;COUNT=3"))
    client.force_login(bob)
    address = reverse("activities:meeting_change", args=[first.pk])
    shown = client.get(address).context["form"].initial
    given = {name: value for name, value in shown.items() if value not in (None, [], False)}

    client.post(address, {**given, "subject": "Doors", "scope": "all"})

    assert list(Activity.objects.filter(kind="meeting").values_list("subject", flat=True)) == ["Doors"] * 3
    first.refresh_from_db()
    assert first.series
    assert first.series.rule == "FREQ=WEEKLY;COUNT=3"


def test_one_answers_and_calls_off_on_the_page(client, alice, bob):
    meeting = plan(bob, guests=Guests(users=[alice]))
    client.force_login(alice)
    page = reverse("activities:meeting", args=[meeting.pk])

    client.post(reverse("activities:meeting_answer", args=[meeting.pk]), {"answer": "accepted"})
    refused = client.post(reverse("activities:meeting_cancel", args=[meeting.pk]))
    assert refused.status_code == 403
    assert "Accepted" in client.get(page).content.decode()
    client.force_login(bob)
    client.post(reverse("activities:meeting_cancel", args=[meeting.pk]), {"scope": "one"})

    assert "Called off" in client.get(page).content.decode()


def test_contacts_that_one_may_not_see_are_counted_not_named(sarah, client, ada, bob, olena):
    meeting = plan(ada, guests=Guests([olena, sarah]))
    client.force_login(bob)

    page = client.get(reverse("activities:meeting", args=[meeting.pk])).content.decode()

    assert "Olena" in page
    assert "Sarah" not in page
    assert "1 more whom you may not see" in page


@pytest.mark.parametrize(
    ("country", "zone", "first"),
    [
        ("US", "", "0"),
        ("UA", "", "1"),
        ("EG", "", "6"),
        ("", "America/New_York", "0"),
        ("", "Europe/Kyiv", "1"),
    ],
)
def test_weeks_begin_with_the_day_of_the_readers_country(client, bob, country, zone, first):
    Preferences.objects.update_or_create(user=bob, defaults={"country": country, "time_zone": zone})
    client.force_login(bob)

    page = client.get(reverse("activities:calendar")).content.decode()

    assert f'data-first-day="{first}"' in page
