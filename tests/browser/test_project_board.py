"""The board of a project: a card by mouse and by keyboard, and a second page that follows."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from apps.activities.models import Task
from apps.activities.services.recording import Context
from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task
from apps.projects.project_reach import CONTEXT
from apps.projects.services.members import make_group
from apps.projects.services.projects import make_project_of
from tests.browser.dragging import drag

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_card_is_dragged_and_moved_by_keys_while_another_watches(page, browser, site, sign_in, alice, bob, now, axe):
    group = make_group(actor=alice, title="Oak Street 5", users=[bob], now=now)
    make_project_of(actor=alice, group=group, now=now)
    data = TaskInput(subject="Measure", zone="Europe/Kyiv", context=Context(CONTEXT, group.pk), assignees=[alice.pk])
    task = add_task(actor=alice, data=data, now=now)
    other = browser.new_context(locale="en-GB", viewport={"width": 360, "height": 740})
    bobs = other.new_page()
    sign_in(bobs, bob)
    sign_in(page, alice)
    for each in (page, bobs):
        with each.expect_request(lambda request: "/live/" in request.url):
            each.goto(f"{site}/projects/{group.pk}/tasks/board/")
    page.wait_for_load_state("networkidle")

    drag(page, page.locator(f"[data-card='{task.pk}']"), page.locator("[data-column='in_progress']"))
    expect(page.locator("[data-column='in_progress'] .card-task__title")).to_have_text(["Measure"])
    expect(bobs.locator("[data-column='in_progress'] .card-task__title")).to_have_text(["Measure"])
    assert Task.objects.get().state == "in_progress"

    page.locator(".card-task__move").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Done", exact=True).press("Enter")
    expect(page.locator("[data-column='done'] .card-task__title")).to_have_text(["Measure"])
    for each in (page, bobs):
        assert axe(each) == []
        assert each.evaluate("document.documentElement.scrollWidth <= innerWidth")
    other.close()
