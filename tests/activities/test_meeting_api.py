"""The HTTP API of the calendar, as a program would use it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.activities.models import Meeting
from apps.core import clock
from apps.core.models import OutgoingMail
from tests.activities.test_task_api import api_of as api_of
from tests.activities.test_task_api import olena as olena
from tests.contacts.factories import FolderFactory, PersonFactory

PLANNED = {
    "subject": "Measure the windows",
    "starts_at": "2026-11-10T10:00:00+02:00",
    "ends_at": "2026-11-10T11:30:00+02:00",
    "zone": "Europe/Kyiv",
    "place": "Site",
}
NOVEMBER = "since=2026-11-01T00:00:00Z&until=2026-12-01T00:00:00Z"


def starts(api, query=NOVEMBER) -> list[str]:
    answer = api("GET", f"/meetings?{query}")
    assert answer.status_code == 200, answer.content
    return sorted(each["starts_at"] or each["starts_on"] for each in answer.json()["items"])


def test_a_program_plans_moves_and_calls_off_a_meeting(alice, bob, api_of, olena):
    api = api_of(bob)
    guests = {"contact_ids": [olena.pk], "user_ids": [alice.pk], "addresses": [{"email": "Kim@new.example"}]}

    made = api("POST", "/meetings", PLANNED | guests, **{"Idempotency-Key": "one"})
    again = api("POST", "/meetings", PLANNED | guests, **{"Idempotency-Key": "one"})
    assert made.status_code == again.status_code == 201, made.content
    assert made.json() == again.json()
    meeting, path = made.json(), made["Location"].removeprefix("/api/v1")
    assert (meeting["starts_at"], meeting["ends_at"]) == ("2026-11-10T08:00:00Z", "2026-11-10T09:30:00Z")
    assert [(each["user_id"], each["contact_id"]) for each in meeting["guests"]] == [
        (alice.pk, None),
        (None, olena.pk),
        (None, None),
    ]

    moved = api("PATCH", path, {"starts_at": "2026-11-11T10:00:00+02:00"}, **{"If-Match": made["ETag"]})
    assert moved.status_code == 200, moved.content
    assert (moved.json()["starts_at"], moved.json()["ends_at"]) == ("2026-11-11T08:00:00Z", "2026-11-11T09:30:00Z")
    assert (moved.json()["subject"], len(moved.json()["guests"])) == ("Measure the windows", 3)
    assert api("PATCH", path, {"place": "Shop"}, **{"If-Match": made["ETag"]}).status_code == 412
    assert api("GET", path, **{"If-None-Match": moved["ETag"]}).status_code == 304
    fewer = api("PATCH", path, {"user_ids": []}).json()
    assert [each["contact_id"] for each in fewer["guests"]] == [olena.pk, None]

    off = api("POST", f"{path}/cancel")
    assert off.json()["status"] == "cancelled"
    assert api("POST", f"{path}/cancel").json() == off.json()
    assert Meeting.objects.count() == 1


def test_whoever_is_asked_by_a_program_is_invited(bob, api_of):
    tomorrow = (clock.now() + timedelta(days=1)).isoformat()
    guests = {"addresses": [{"email": "Kim@new.example", "name": "Kim"}]}

    made = api_of(bob)("POST", "/meetings", {"subject": "Measure", "starts_at": tomorrow, **guests})

    assert [(each["email"], each["name"]) for each in made.json()["guests"]] == [("kim@new.example", "Kim")]
    assert OutgoingMail.objects.filter(recipients=["kim@new.example"]).count() == 1


def test_of_a_series_one_the_following_or_all_are_changed(bob, api_of):
    api = api_of(bob)
    first = api("POST", "/meetings", PLANNED | {"rule": "FREQ=WEEKLY;COUNT=4"}).json()
    assert starts(api) == [f"2026-11-{day}T08:00:00Z" for day in (10, 17, 24)]
    series = {each["recurrence_id"]: each["id"] for each in api("GET", f"/meetings?{NOVEMBER}").json()["items"]}
    second, third = (f"/meetings/{series[f'2026-11-{day}T10:00:00']}" for day in (17, 24))

    assert api("PATCH", second, {"starts_at": "2026-11-18T08:00:00Z"}).status_code == 200
    assert api("PATCH", second, {"rule": "FREQ=DAILY;COUNT=2"}).status_code == 422
    assert api("PATCH", f"{third}?scope=following", {"starts_at": "2026-11-24T12:00:00Z"}).status_code == 200
    winter = "since=2026-11-01T00:00:00Z&until=2027-01-01T00:00:00Z"
    hours = ["2026-11-10T08:00:00Z", "2026-11-18T08:00:00Z", "2026-11-24T12:00:00Z", "2026-12-01T12:00:00Z"]
    assert starts(api, winter) == hours
    renamed = api("PATCH", f"/meetings/{first['id']}?scope=all", {"subject": "Measure again"})
    assert renamed.json()["subject"] == "Measure again"

    assert api("POST", f"{third}/cancel?scope=following").status_code == 200
    stand = [each for each in api("GET", f"/meetings?{winter}").json()["items"] if each["status"] != "cancelled"]
    assert sorted(each["subject"] for each in stand) == ["Measure again", "Measure again"]


def test_whole_days_stand_on_their_days(bob, api_of):
    api = api_of(bob)
    fair = {"subject": "Fair", "starts_on": "2026-11-12", "ends_on": "2026-11-14", "zone": "Europe/Kyiv"}
    made = api("POST", "/meetings", fair).json()
    assert (made["starts_on"], made["ends_on"], made["starts_at"]) == ("2026-11-12", "2026-11-14", None)

    moved = api("PATCH", f"/meetings/{made['id']}", {"starts_on": "2026-11-20"}).json()
    assert (moved["starts_on"], moved["ends_on"]) == ("2026-11-20", "2026-11-22")
    timed = api("PATCH", f"/meetings/{made['id']}", {"starts_at": "2026-11-20T09:00:00Z"}).json()
    assert (timed["starts_on"], timed["ends_at"]) == (None, "2026-11-20T10:00:00Z")


def test_a_calendar_is_ones_own_a_colleagues_or_a_contacts(alice, bob, api_of, olena):
    api = api_of(bob)
    api("POST", "/meetings", PLANNED | {"contact_ids": [olena.pk]})
    api("POST", "/meetings", {"subject": "Private", "starts_at": "2026-11-05T09:00:00Z", "visibility": "private"})

    assert len(starts(api)) == 2
    others = api_of(alice)
    assert starts(others) == []
    assert starts(others, f"{NOVEMBER}&calendar=user:{bob.pk}") == ["2026-11-10T08:00:00Z"]
    assert starts(others, f"{NOVEMBER}&calendar=contact:{olena.pk}") == ["2026-11-10T08:00:00Z"]
    assert others("GET", f"/meetings?{NOVEMBER}&calendar=contact:999999").status_code == 404
    assert others("GET", "/meetings").status_code == 422
    assert others("GET", "/meetings?since=2026-01-01T00:00:00Z&until=2026-12-01T00:00:00Z").status_code == 422
    one = api("GET", f"/meetings?{NOVEMBER}&limit=1").json()
    two = api("GET", f"/meetings?{NOVEMBER}&limit=1&after={one['next']}").json()
    assert [each["subject"] for each in one["items"] + two["items"]] == ["Measure the windows", "Private"]
    assert two["next"] is None


def test_whoever_was_asked_answers(alice, bob, charlie, api_of):
    made = api_of(bob)("POST", "/meetings", PLANNED | {"user_ids": [alice.pk]}).json()
    path = f"/meetings/{made['id']}/answer"

    answered = api_of(alice)("POST", path, {"answer": "accepted"})
    assert [each["answer"] for each in answered.json()["guests"]] == ["accepted"]
    assert api_of(charlie)("POST", path, {"answer": "accepted"}).status_code == 403


def test_a_program_without_the_scope_or_the_right_is_refused(ada, bob, charlie, api_of):
    hidden = PersonFactory(folder=FolderFactory(kind="restricted"))
    shown = PersonFactory()
    secret = api_of(ada)("POST", "/meetings", PLANNED | {"contact_ids": [hidden.pk]}).json()
    shared = api_of(ada)("POST", "/meetings", PLANNED | {"contact_ids": [hidden.pk, shown.pk]}).json()
    stranger = api_of(charlie)

    assert api_of(bob, "activities:read")("POST", "/meetings", PLANNED).status_code == 403
    assert api_of(bob, "contacts:read")("GET", f"/meetings?{NOVEMBER}").status_code == 403
    assert stranger("GET", f"/meetings/{secret['id']}").status_code == 404
    assert stranger("POST", f"/meetings/{secret['id']}/cancel").status_code == 404
    assert stranger("PATCH", f"/meetings/{shared['id']}", {"subject": "Mine"}).status_code == 403
    seen = stranger("GET", f"/meetings/{shared['id']}").json()
    assert [each["contact_id"] for each in seen["guests"]] == [shown.pk]
    assert seen["hidden_guests"] == 1
    assert starts(stranger, f"{NOVEMBER}&calendar=user:{ada.pk}") == ["2026-11-10T08:00:00Z"]
    assert stranger("POST", "/meetings", PLANNED | {"contact_ids": [hidden.pk]}).status_code == 422


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"starts_at": "2026-11-10T10:00:00"}, "data.starts_at"),
        ({"ends_at": "2026-11-10T07:00:00Z"}, "ends_at"),
        ({"ends_at": "2027-11-10T07:00:00Z"}, "ends_at"),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, "starts_at"),
        ({"starts_at": "9999-12-31T23:59:59Z", "ends_at": "9999-12-31T23:59:59-12:00"}, "starts_at"),
        ({"starts_on": "2026-11-10"}, "starts_on"),
        ({"zone": "Mars/Base"}, "zone"),
        ({"rule": "FREQ=SOMETIMES"}, "rule"),
        ({"subject": " "}, "subject"),
        ({"place": None}, "place"),
        ({"user_ids": [10**30]}, "user_ids"),
        ({"contact_ids": [0]}, "contact_ids"),
        ({"addresses": [{"email": "nobody"}]}, "addresses"),
        ({"colour": "red"}, "data.colour"),
    ],
)
def test_what_makes_no_sense_is_a_problem_with_its_field(bob, api_of, wrong, field):
    answer = api_of(bob)("POST", "/meetings", PLANNED | wrong)

    assert answer.status_code == 422, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert [name.removeprefix("data.") for name in answer.json()["errors"]] == [field.removeprefix("data.")]
    assert not Meeting.objects.exists()


def test_a_page_of_meetings_takes_as_many_queries_whatever_there_is(
    bob, alice, api_of, olena, django_assert_max_num_queries
):
    api = api_of(bob)
    api("POST", "/meetings", PLANNED | {"contact_ids": [olena.pk], "user_ids": [alice.pk], "rule": "FREQ=DAILY"})

    with django_assert_max_num_queries(9):
        assert len(starts(api)) == 21
