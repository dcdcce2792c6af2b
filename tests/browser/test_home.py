"""Home in the browser: cards come by themselves, are put in order by mouse and keyboard, and a report joins them."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from apps.core import clock
from apps.core.models import HomeLayout
from tests.contacts.factories import PersonFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NO_SIDEWAYS = "() => document.documentElement.scrollWidth <= innerWidth"
ALL_CAME = "() => !document.querySelector('.home-card[aria-busy]')"


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()


def titles(page):
    return page.locator(".home-card h2").all_inner_texts()


def through(page):
    """Cards come as one gets to them."""
    page.locator(".home-card").first.wait_for()
    for _step in range(12):
        page.mouse.wheel(0, 700)
        page.wait_for_timeout(80)
    page.wait_for_function(ALL_CAME)


def test_a_person_puts_a_report_on_home_and_orders_cards_by_keyboard_and_by_dragging(
    page, live_server, sign_in, axe, bob, everyone_folder
):
    PersonFactory(folder=everyone_folder, created_at=clock.now(), source="form")
    sign_in(page, bob)
    page.goto(f"{live_server.url}/reports/new-contacts/?by=source&period=this_year")
    page.get_by_role("button", name="Put on Home").click()
    expect(page.locator("toast-item")).to_contain_text("It stands on your Home now.")

    page.goto(live_server.url)
    through(page)
    assert "New contacts" in titles(page)
    expect(page.locator(".home-card", has_text="New contacts").locator("canvas")).to_be_visible()
    assert axe(page) == []

    page.get_by_role("link", name="Choose cards").click()
    sheet = page.locator("#sheet")
    sheet.get_by_role("button", name="Move up: Waiting for me").focus()
    for _time in range(2):
        page.keyboard.press("Enter")
    first, second = (sheet.locator(f"[data-item]:has(input[value='{key}'])") for key in ("tasks.waiting", "tasks.due"))
    second.drag_to(first, target_position={"x": 20, "y": 4})
    sheet.get_by_role("checkbox", name="Favourites").uncheck()
    assert axe(page) == []
    sheet.get_by_role("button", name="Save").click()

    page.wait_for_function("() => !document.querySelector('#sheet form')")
    kept = HomeLayout.objects.get(user=bob).slots
    assert kept[:2] == ["tasks.due", "tasks.waiting"]
    assert "contacts.favourites" not in kept
    through(page)
    assert titles(page)[:2] == ["Due today", "Waiting for me"]

    page.get_by_role("link", name="Choose cards").click()
    page.locator("#sheet").get_by_role("button", name="Back to the role’s").click()
    expect(page.locator(".home-card h2", has_text="Favourites")).to_be_visible()
    assert not HomeLayout.objects.exists()


def test_home_on_a_phone(phone, live_server, sign_in, axe, alice):
    sign_in(phone, alice)
    phone.goto(live_server.url)
    through(phone)
    assert phone.evaluate(NO_SIDEWAYS)
    assert axe(phone) == []
