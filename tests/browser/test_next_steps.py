"""The next step with a contact: planned on its page, put off, found in the list; at the desk and on a phone."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from apps.activities.models import Task
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EntityInput
from apps.core import clock
from tests.browser.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("TASK_SHOTS", "")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1440", "360"])
def test_a_next_step_is_planned_put_off_and_found_in_the_list(page, live_server, sign_in, axe, bob, size):
    olena = create_entity(actor=bob, data=EntityInput(first_name="Olena", last_name="Koval"), now=clock.now())
    page.set_viewport_size(size)
    sign_in(page, bob)
    page.goto(f"{live_server.url}/contacts/{olena.pk}/")
    panel = page.locator("#next-step")
    expect(panel).to_contain_text("Nothing planned")

    panel.get_by_role("link", name="Plan the next step").click()
    sheet = page.locator("#sheet")
    sheet.get_by_label("In words").fill("about the offer")
    sheet.get_by_role("button", name="Plan").click()
    expect(panel).to_contain_text("Call: about the offer")
    page.wait_for_load_state("networkidle")
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/next-step-{size['width']}.png")
    assert axe(page) == []

    until = (clock.now() + timedelta(days=5)).date()
    panel.get_by_role("link", name="Put off").click()
    sheet.get_by_label("Show it again on").fill(until.isoformat())
    sheet.get_by_role("button", name="Put off").click()
    expect(panel).to_contain_text("put off until")
    assert Task.objects.get().snoozed_until == until

    page.goto(f"{live_server.url}/contacts/list/all/?f.next-step=week")
    expect(page.locator("main")).to_contain_text("Olena Koval")
    page.goto(f"{live_server.url}/contacts/list/all/?f.next-step=none")
    expect(page.locator("main")).not_to_contain_text("Olena Koval")
