"""A promise moves: the dealer's open page shows it, one notice comes; staff read what became of promises."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils.timezone import localdate
from playwright.sync_api import expect

from apps.core import clock
from apps.crm.models import Stage
from apps.crm.services.promises.learning import stored_timings
from apps.crm.services.promises.working_out import Telling, work_out
from tests.browser.conftest import DESKTOP, PHONE
from tests.crm.factories import a_dealer, an_order, into_portal
from tests.crm.promising import a_learned_past, set_state
from tests.crm.test_promise_pages import settled

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AT_THE_DESK = pytest.mark.parametrize("size", [DESKTOP], ids=["1440"])
ON_A_PHONE = pytest.mark.parametrize("size", [PHONE], ids=["360"])
NO_SIDEWAYS = "() => document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture
def order(everyone_folder, dora):
    now = clock.now()
    firm = a_dealer("Svitlo Windows")
    into_portal(dora, firm)
    a_learned_past(firm, now=now)
    order = an_order(firm, "A-1001", product="Doors", received_at=now)
    promised_on = localdate(now) + timedelta(days=30)
    set_state(order, now=now, stage=Stage.ACCEPTED, accepted_at=now, promised_on=promised_on)
    worked_out(order)
    return order


def worked_out(order) -> None:
    """Twice, as two workers might."""
    for _worker in range(2):
        work_out([order.pk], stored_timings(), now=clock.now(), telling=Telling.ALL)


@ON_A_PHONE
def test_a_promise_that_moves_shows_itself_and_is_told_once(page, site, sign_in, dora, order, axe, size):
    page.set_default_timeout(60_000)  # the site draws its first page
    page.set_viewport_size(size)
    sign_in(page, dora)
    with page.expect_request(re.compile("/live/")):
        page.goto(f"{site}/portal/orders/{order.pk}/")
    page.wait_for_timeout(1000)
    expect(page.locator(".promise-badge")).to_contain_text("Kept")
    before = page.locator(".promise strong").inner_text()
    assert axe(page) == []
    assert page.evaluate(NO_SIDEWAYS)

    set_state(order, now=clock.now(), stage=Stage.MADE, made_at=clock.now())
    worked_out(order)

    expect(page.locator(".promise strong")).not_to_have_text(before, timeout=5_000)
    page.goto(f"{site}/portal/notices/")
    expect(page.get_by_text("Order A-1001: it is expected on another day now")).to_have_count(1)
    page.goto(f"{site}/portal/orders/")
    expect(page.locator(".promise-cell").first).to_be_attached()
    assert page.evaluate(NO_SIDEWAYS)


@AT_THE_DESK
def test_staff_read_the_report_and_go_on_to_its_orders(page, live_server, sign_in, bob, order, axe, size):
    page.set_viewport_size(size)
    settled(order.dealer, "B-1", "broken", lost=20, days=6)
    sign_in(page, bob)

    page.goto(f"{live_server.url}/crm/promises/")
    assert axe(page) == []
    assert page.evaluate(NO_SIDEWAYS)
    page.locator("table").last.get_by_role("link", name="1").click()

    expect(page.get_by_role("link", name="B-1")).to_be_visible()
