"""A day with tasks: planned at a contact, checked off, taken back, moved on the board; at the desk and on a phone."""

from __future__ import annotations

import os
import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from apps.activities.models import Task
from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task
from apps.contacts.models import Entity
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EntityInput
from apps.core import clock
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.dragging import drag

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1440", "360"])
SHOTS = os.environ.get("TASK_SHOTS", "")
NO_SIDEWAYS = "() => document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture
def olena(bob) -> Entity:
    given = EntityInput(first_name="Olena", last_name="Koval")
    return create_entity(actor=bob, data=given, now=clock.now())


def task_of(actor, subject, **fields) -> Task:
    now = clock.now()
    return add_task(actor=actor, data=TaskInput(**{"subject": subject, "zone": "Europe/Kyiv"} | fields), now=now)


@WIDTHS
def test_a_task_is_planned_at_a_contact_checked_off_and_taken_back(page, live_server, sign_in, bob, olena, size):
    page.set_viewport_size(size)
    sign_in(page, bob)
    page.goto(f"{live_server.url}/contacts/{olena.pk}/")

    page.get_by_role("link", name="Plan a task").click()
    sheet = page.locator("#sheet")
    sheet.get_by_label("What is to be done?").fill("Send the offer")
    sheet.get_by_label("Due").fill((clock.now() + timedelta(days=3)).date().isoformat())
    sheet.get_by_role("button", name="Save").click()

    # It stands on her page, and is completed there.
    expect(page.locator(".activity__subject")).to_have_text("Send the offer")
    page.wait_for_load_state("networkidle")  # what comes in late above it moves it away under the pointer
    page.get_by_role("button", name="Complete: Send the offer").click()
    expect(page.locator(".task-facts .status")).to_have_text("Done")
    page.locator("toast-item").get_by_role("button", name="Undo").click()
    expect(page.locator(".task-facts .status")).to_have_text("Open")

    # The same from the list by day.
    page.goto(f"{live_server.url}/activities/tasks/")
    page.get_by_role("button", name="Complete: Send the offer").click()
    expect(page.locator(".task-row--over")).to_have_count(1)
    assert Task.objects.get().state == "done"


def test_a_card_is_dragged_into_another_column_and_moved_by_keyboard(page, live_server, sign_in, bob):
    task, other = task_of(bob, "Send the offer"), task_of(bob, "Call the plant")
    sign_in(page, bob)
    page.goto(f"{live_server.url}/activities/tasks/board/mine/")
    page.wait_for_load_state("networkidle")

    drag(page, page.locator(f"[data-card='{task.pk}']"), page.locator("[data-column=in_progress]"))
    expect(page.locator("[data-column=in_progress] .card-task__title")).to_have_text(["Send the offer"])
    expect(page.locator("toast-item")).to_contain_text("Moved")
    task.refresh_from_db()
    assert task.state == "in_progress"

    page.locator(f"[data-card='{other.pk}']").get_by_role("link", name="Move").focus()
    page.keyboard.press("Enter")
    page.locator("#sheet").get_by_role("button", name="Waiting").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-column=waiting] .card-task__title")).to_have_text(["Call the plant"])


@pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["1440-light", "360-dark"])
def test_pages_of_tasks_are_for_everybody(page, live_server, sign_in, axe, alice, bob, olena, size, theme):
    today = clock.now().date()
    before = today - timedelta(days=2)
    long = "Send the offer for eleven oak windows to the school"
    late = task_of(bob, long, entities=[olena], items=["Measure", "Draw"], due_on=before)
    task_of(bob, "Call the plant", due_on=today, priority=1, rrule="FREQ=WEEKLY")
    task_of(alice, "Нагадати про договір постачання", assignees=[bob.pk], due_on=today + timedelta(days=5))
    task_of(bob, "Some day")
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size(size)
    sign_in(page, bob)
    paths = ("tasks/", "tasks/list/all/", "tasks/board/all/", f"tasks/{late.pk}/", "tasks/new/", "unplanned/all/")
    for path in (*(f"/activities/{each}" for each in paths), "/"):
        page.goto(f"{live_server.url}{path}")
        page.wait_for_load_state("networkidle")
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{theme}-{size['width']}-{re.sub('[^a-z]', '-', path)}.png", full_page=True)
        assert axe(page) == [], path
        assert page.evaluate(NO_SIDEWAYS), path
