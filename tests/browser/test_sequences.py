"""A manager builds a sequence, begins it with a contact and stops it; at the desk and on a phone."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import expect

from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EntityInput
from apps.core import clock
from apps.crm.models import Enrolment
from tests.browser.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("TASK_SHOTS", "")


def look(page, name, size):
    page.wait_for_load_state("networkidle")
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}-{size['width']}.png")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1440", "360"])
def test_a_sequence_is_built_begun_with_a_contact_and_stopped(page, live_server, sign_in, axe, alice, size):
    olena = create_entity(actor=alice, data=EntityInput(first_name="Olena", last_name="Koval"), now=clock.now())
    page.set_viewport_size(size)
    sign_in(page, alice)
    page.goto(f"{live_server.url}/crm/settings/sequences/")
    page.get_by_role("link", name="New sequence").first.click()
    sheet = page.locator("#sheet")
    sheet.get_by_label("Name").fill("New dealer")
    sheet.get_by_label("Step 1", exact=True).select_option("call")
    sheet.get_by_label("Step 1: after how many days").fill("3")
    look(page, "sequence-sheet", size)
    sheet.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Day 3: Call")
    look(page, "sequences", size)
    assert axe(page) == []

    page.goto(f"{live_server.url}/contacts/{olena.pk}/")
    panel = page.locator("#sequences")
    panel.get_by_role("link", name="Begin a sequence").click()
    sheet.get_by_label("Sequence").select_option(label="New dealer")
    sheet.get_by_role("button", name="Save").click()
    expect(panel).to_contain_text("0 of 1 step done")
    look(page, "contact-sequence", size)
    assert axe(page) == []

    panel.get_by_role("link", name="Stop").click()
    sheet.get_by_label("Why").fill("Asked for peace")
    sheet.get_by_role("button", name="Save").click()
    expect(panel).to_contain_text("In no sequence")
    assert Enrolment.objects.get().end_words == "Asked for peace"
