# ruff: noqa: DTZ001  # wall clocks have no zone
"""The calendar by hand: dragging makes and moves meetings, and everybody sees them at their own hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from apps.accounts.models import Preferences
from apps.activities.models import Meeting
from apps.activities.services.meeting_inputs import Guests, Repeat, Span, Words
from apps.activities.services.meetings import plan_meeting
from apps.activities.services.reminding import send_due
from apps.contacts.models import Entity
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EntityInput, JobInput
from apps.core import clock
from tests.browser.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WEEK = "/activities/calendar/?from=2026-11-09"  # a Monday


@pytest.fixture
def zones(bob, alice):
    Preferences.objects.create(user=bob, time_zone="Europe/Kyiv")
    Preferences.objects.create(user=alice, time_zone="America/New_York")


def plan(bob, subject: str, *day: int, **more: Any) -> Meeting:
    start = datetime(*day)  # type: ignore[arg-type]  # year, month, day, hour
    span = Span(start, start + timedelta(hours=1), "Europe/Kyiv")
    return plan_meeting(actor=bob, span=span, words=Words(subject), now=clock.now(), **more)


def slot(page: Page, day: str, hour: str) -> tuple[float, float]:
    """The middle of a half hour in the week view."""
    column = page.locator(f'event-calendar [role="gridcell"][data-date="{day}"]').last.bounding_box()
    row = page.locator(f'event-calendar [data-time="{hour}:00"]').first
    row.scroll_into_view_if_needed()
    box = row.bounding_box()
    assert column
    assert box
    return column["x"] + column["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, begin: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*begin)
    page.mouse.down()
    page.mouse.move(begin[0], begin[1] + 6, steps=3)
    page.mouse.move(*end, steps=12)
    page.mouse.up()


def box_of(page: Page, subject: str):
    return page.locator("event-calendar a", has_text=subject)


def test_a_drag_makes_a_meeting_and_another_moves_it(page: Page, live_server, sign_in, zones, bob, alice):
    sign_in(page, bob)
    page.goto(live_server.url + WEEK)
    drag(page, slot(page, "2026-11-10", "14:00"), slot(page, "2026-11-10", "15:00"))
    sheet = page.locator("#sheet")
    expect(sheet.get_by_label("At", exact=True)).to_have_value("14:00")
    expect(sheet.get_by_label("Until", exact=True)).to_have_value("15:30")
    sheet.get_by_label("What it is about").fill("Oak windows")
    sheet.get_by_label("Others, by e-mail").fill("guest@example.com")
    sheet.get_by_role("button", name="Save").click()
    expect(box_of(page, "Oak windows")).to_contain_text("14:00")

    drag(page, slot(page, "2026-11-10", "14:00"), slot(page, "2026-11-12", "10:00"))
    expect(page.get_by_text("The meeting is moved.")).to_be_visible()
    page.reload()

    expect(box_of(page, "Oak windows")).to_contain_text("10:00–11:30")
    meeting = Meeting.objects.get()
    assert (meeting.starts_at, meeting.zone) == (datetime(2026, 11, 12, 8, tzinfo=UTC), "Europe/Kyiv")
    sign_in(page, alice)
    page.goto(f"{live_server.url}{WEEK}&of=user:{bob.pk}")
    expect(box_of(page, "Oak windows")).to_contain_text("03:00–04:30")


def test_one_of_a_series_is_moved_and_the_others_stay(page: Page, live_server, sign_in, zones, bob):
    plan(bob, "Daily round", 2026, 11, 9, 10, repeat=Repeat("FREQ=DAILY;COUNT=3"))
    sign_in(page, bob)
    page.goto(live_server.url + WEEK)
    expect(box_of(page, "Daily round")).to_have_count(3)

    drag(page, slot(page, "2026-11-10", "10:00"), slot(page, "2026-11-10", "13:00"))
    page.locator("#sheet").get_by_role("button", name="Only this one").click()
    expect(page.get_by_text("The meeting is moved.")).to_be_visible()

    page.reload()
    expect(box_of(page, "Daily round").filter(has_text="13:00")).to_have_count(1)
    expect(box_of(page, "Daily round").filter(has_text="10:00")).to_have_count(2)
    drag(page, slot(page, "2026-11-09", "10:00"), slot(page, "2026-11-09", "08:00"))
    page.locator("#sheet").get_by_role("link", name="Leave it where it is").click()
    expect(box_of(page, "Daily round").filter(has_text="10:00")).to_have_count(2)


@pytest.mark.parametrize(
    ("choice", "moved"), [("This and the following", ["10:00", "13:00", "13:00"]), ("All of them", ["13:00"] * 3)]
)
def test_more_than_one_of_a_series_is_moved(page: Page, live_server, sign_in, zones, bob, choice, moved):
    plan(bob, "Daily round", 2026, 11, 9, 10, repeat=Repeat("FREQ=DAILY;COUNT=3"))
    sign_in(page, bob)
    page.goto(live_server.url + WEEK)

    drag(page, slot(page, "2026-11-10", "10:00"), slot(page, "2026-11-10", "13:00"))
    page.locator("#sheet").get_by_role("button", name=choice).click()
    expect(page.get_by_text("The meeting is moved.")).to_be_visible()
    page.reload()

    for day, hour in zip(("09", "10", "11"), moved, strict=True):
        column = page.locator(f'event-calendar [role="gridcell"][data-date="2026-11-{day}"]').last
        expect(column.locator("a", has_text="Daily round")).to_contain_text(hour)


def test_a_meeting_with_two_contacts_stands_with_both_and_their_firm_and_rings(
    page: Page, browser: Browser, site, sign_in, zones, bob
):
    """The whole way: dragged in one browser, on every timeline it belongs to, heard in another browser."""
    firm = [JobInput(organisation_name="Vikna Plus")]
    olena = create_entity(
        actor=bob, data=EntityInput(first_name="Olena", last_name="Koval", jobs=firm), now=clock.now()
    )
    vikna = Entity.objects.get(display_name="Vikna Plus")
    petro = create_entity(
        actor=bob,
        data=EntityInput(first_name="Petro", last_name="Moroz", jobs=[JobInput(organisation_id=vikna.pk)]),
        now=clock.now(),
    )
    sign_in(page, bob)
    day = f"{timezone.localdate() + timedelta(days=14):%Y-%m-%d}"
    page.goto(f"{site}/activities/calendar/?from={day}")
    drag(page, slot(page, day, "14:00"), slot(page, day, "15:00"))
    sheet = page.locator("#sheet")
    sheet.get_by_label("What it is about").fill("Oak windows")
    box = sheet.locator("select-picker", has=page.locator("[name=contacts]"))
    box.locator(".ts-control").click()
    for words, name in (("koval", "Olena Koval"), ("moroz", "Petro Moroz")):
        page.keyboard.type(words)
        box.locator(".option", has_text=name).click()
    expect(box.locator(".item")).to_have_count(2)
    sheet.get_by_role("button", name="Save").click()
    expect(box_of(page, "Oak windows")).to_contain_text("14:00")

    for entity in (olena, petro, vikna):
        page.goto(f"{site}/contacts/{entity.pk}/")
        expect(page.locator(".activity", has_text="Oak windows")).to_have_count(1)
    meeting = Meeting.objects.get()
    page.goto(f"{site}/activities/{meeting.activity_id}/reminders/")
    page.get_by_role("group", name="Remind me in the app").get_by_label("15 minutes before").check()
    page.get_by_role("button", name="Save").click()

    other = browser.new_context(locale="en-GB")
    elsewhere = other.new_page()
    sign_in(elsewhere, bob)
    with elsewhere.expect_request(lambda request: "/live/" in request.url):
        elsewhere.goto(f"{site}/activities/notices/")
    elsewhere.wait_for_timeout(1000)
    expect(elsewhere.locator(".bell__count")).to_be_hidden()
    assert meeting.starts_at
    sent = send_due(now=meeting.starts_at - timedelta(minutes=14)).sent

    expect(elsewhere.locator(".bell__count")).to_have_text("1")
    assert sent == 1
    elsewhere.locator(".bell__link").click()
    expect(elsewhere.get_by_role("button", name="Oak windows")).to_be_visible()
    other.close()


def test_the_calendar_shuts_nobody_out(page: Page, live_server, sign_in, axe, zones, bob, alice):
    meeting = plan(bob, "Windows of the school in the long street", 2026, 11, 11, 10, guests=Guests(users=[alice]))
    plan(bob, "Perhaps", 2026, 11, 11, 10)
    sign_in(page, bob)
    page.emulate_media(reduced_motion="reduce")
    faults = []
    paths = [WEEK, f"/activities/meetings/{meeting.pk}/", f"/activities/meetings/{meeting.pk}/edit/"]
    paths += [
        f"/activities/meetings/{meeting.pk}/cancel/",
        "/activities/calendar/feed/",
        "/activities/calendar/import/",
    ]
    for size, theme in ((DESKTOP, "light"), (PHONE, "dark")):
        page.set_viewport_size(size)  # type: ignore[arg-type]  # plain dict
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of two
        for path in paths:
            page.goto(live_server.url + path)
            page.wait_for_load_state("networkidle")
            found = axe(page)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append("scrolls sideways")
            faults += [f"{path} {theme}: {each}" for each in found]
        for view in ("Month", "List"):
            page.goto(live_server.url + WEEK)
            page.get_by_role("tab", name=view).click()
            page.wait_for_load_state("networkidle")
            faults += [f"{view} {theme}: {each}" for each in axe(page)]

    assert not faults, "\n".join(faults)
