"""A claim by drawing in a real browser: tapped on a phone, by keyboard, and without scripts."""

from __future__ import annotations

from time import perf_counter

import pytest
from django.urls import reverse

from apps.crm.models import Claim
from tests.conftest import make_user
from tests.crm.factories import a_construction, a_dealer, an_order, into_portal
from tests.crm.schemes import a_scheme

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_a_claim_is_filed_by_tapping_a_pane_in_three_taps(phone, live_server, sign_in, axe):
    dora = make_user("dora@example.com", "Dora Dealer", "dealer")
    dealer = a_dealer("Svitlo Windows")
    into_portal(dora, dealer)
    order = an_order(dealer, "A-1001")
    a_construction(order, title="Kitchen window", scheme=a_scheme("two"))
    a_construction(order, position=2, title="Balcony", scheme=a_scheme("door", 900, 2200))
    sign_in(phone, dora)
    phone.goto(live_server.url + reverse("portal:order", args=[order.pk]))
    phone.evaluate("window.taps = 0; addEventListener('pointerdown', () => { window.taps += 1 }, true)")
    began = perf_counter()

    phone.get_by_role("link", name="File a claim 1. Kitchen window").click()
    pane = phone.get_by_role("checkbox", name="7. Right sash, pane").first
    pane.wait_for()
    box = phone.locator('.scheme--touch g[data-part="pane-2"] rect').bounding_box()
    phone.mouse.click(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.85)  # the glass, beside its spot
    phone.get_by_text("Marked: 7. Right sash, pane").wait_for()
    taps = phone.evaluate("window.taps")
    assert axe(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    spots = phone.evaluate(
        "[...document.querySelectorAll('.scheme__hit')].map((each) => each.getBoundingClientRect())"
        ".map(({width, height}) => Math.min(width, height))"
    )
    assert min(spots) >= 43.5
    phone.get_by_role("button", name="Send the claim").click()
    phone.get_by_role("heading", name="Claim C-").wait_for()

    assert perf_counter() - began < 60
    assert taps + 1 == 3  # the page of the claim is a new one: it counts from none
    assert Claim.objects.get().marks.get().part == "pane-2"
    assert axe(phone) == []
    assert phone.locator(".scheme--marked .scheme__hatch").count() == 1


def test_parts_are_marked_by_keyboard_and_without_scripts(page, browser, live_server, sign_in, axe):
    dora = make_user("dora@example.com", "Dora Dealer", "dealer")
    dealer = a_dealer("Svitlo Windows")
    into_portal(dora, dealer)
    order = an_order(dealer, "A-1001")
    a_construction(order, title="Kitchen window", scheme=a_scheme("three", 4000, 1200))
    sign_in(page, dora)
    url = live_server.url + reverse("portal:claim_file", args=[order.pk])

    page.goto(url)
    page.get_by_role("checkbox", name="9. Right sash, handle").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Space")
    page.get_by_text("Marked: 9. Right sash, handle").wait_for()
    assert page.locator('a[data-part="handle-3"]').get_attribute("aria-checked") == "true"
    page.get_by_text("The parts as a list").click()
    page.get_by_label("1. Frame").last.check()
    page.get_by_text("Marked: 1. Frame; 9. Right sash, handle").wait_for()
    assert page.locator('a[data-part="frame"]').get_attribute("aria-checked") == "true"
    assert axe(page) == []

    plain = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    bare = plain.new_page()
    sign_in(bare, dora)
    bare.goto(url)
    bare.locator('a[data-part="pane-2"]').click()  # leads to its box in the list
    bare.locator('input[value="pane-2"]').check()
    bare.get_by_role("button", name="Send the claim").click()
    bare.get_by_role("heading", name="Claim C-").wait_for()
    plain.close()
    assert Claim.objects.get().marks.get().part == "pane-2"
