"""Figures of an open page turn stale when their time is over; Home leads to what changed; the tape is read."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from django.db.models import F
from playwright.sync_api import expect

from apps.core import clock
from apps.core.models import ListVisit
from apps.crm.models import FeedStatus, OrderEvent, OrderState
from tests.browser.conftest import DESKTOP, PHONE
from tests.crm.factories import NOW, a_dealer, an_order, into_portal
from tests.crm.feeding import PRODUCTION, a_fed_plant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NO_SIDEWAYS = "() => document.documentElement.scrollWidth <= innerWidth"
SECONDS_LEFT = 12
SHOTS = os.environ.get("PORTAL_SHOTS", "")


@pytest.fixture
def order(dora):
    plant = a_fed_plant()
    FeedStatus.objects.create(source=PRODUCTION, title="Production of Kyiv", plant=plant, late_after=timedelta(hours=1))
    firm = a_dealer("Svitlo Windows", plant=plant)
    into_portal(dora, firm)
    order = an_order(firm, "A-1001")
    for version, stage in ((1, 10), (2, 40), (3, 20)):
        OrderEvent.objects.create(
            order=order, dealer=firm, source=PRODUCTION, record="status:A-1001", version=version, kind="stage",
            what={"stage": stage}, happened_at=NOW, received_at=NOW + timedelta(minutes=version), batch_id=version,
        )  # fmt: skip
    return order


def shoot(page, name: str, size) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/fresh-{name}-{size['width']}.png", full_page=True)


def nearly_late() -> None:
    FeedStatus.objects.update(as_of=clock.now() - timedelta(hours=1) + timedelta(seconds=SECONDS_LEFT))


@pytest.mark.parametrize("answer", ["late", "fresh", "none"])
def test_an_open_page_turns_late_by_itself(page, live_server, sign_in, dora, order, answer):
    page.set_default_timeout(60_000)
    sign_in(page, dora)
    page.goto(f"{live_server.url}/portal/orders/")  # draws what the house draws first
    nearly_late()
    page.goto(f"{live_server.url}/portal/orders/")
    light, figure = page.locator(f'as-of[data-source="{PRODUCTION}"]'), page.locator(".rows [data-fed]").first
    expect(light).to_have_attribute("data-state", "fresh")
    expect(light).to_contain_text("up to date")
    assert figure.get_attribute("data-stale") is None
    if answer == "none":
        page.route("**/crm/as-of/", lambda route: route.fulfill(json={}))
    elif answer == "fresh":
        FeedStatus.objects.update(as_of=clock.now())
    with page.expect_request("**/crm/as-of/", timeout=40_000):
        pass

    if answer == "fresh":
        page.wait_for_timeout(500)
        expect(light).to_have_attribute("data-state", "fresh")
        assert figure.get_attribute("data-stale") is None
    else:
        expect(light).to_have_attribute("data-state", "late")
        expect(light).to_contain_text("older than it should be")
        expect(figure).to_have_attribute("data-stale", "not current")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1440", "360"])
def test_home_leads_to_what_changed_and_an_order_to_its_tape(page, live_server, sign_in, dora, order, axe, size):
    page.set_viewport_size(size)
    sign_in(page, dora)
    with page.expect_response(lambda answer: "/portal/visits/" in answer.url):
        page.goto(f"{live_server.url}/portal/home/")
    ListVisit.objects.update(seen_at=F("seen_at") - timedelta(days=1), since_at=F("since_at") - timedelta(days=1))
    OrderState.objects.update(changed_at=clock.now())
    FeedStatus.objects.update(as_of=clock.now() - timedelta(hours=2))

    page.goto(f"{live_server.url}/portal/home/")
    page.wait_for_load_state("networkidle")
    shoot(page, "home", size)
    assert axe(page) == []
    assert page.evaluate(NO_SIDEWAYS)
    page.get_by_role("link", name="1 order moved on").click()
    expect(page.locator(".rows__row")).to_have_count(1)
    expect(page.locator(".rows__new")).to_be_visible()
    page.locator("as-of summary").first.click()
    expect(page.get_by_text("What is older than 1 hour counts as late.").first).to_be_visible()
    shoot(page, "orders", size)
    assert axe(page) == []

    page.locator(".rows__link", has_text="A-1001").click()
    page.get_by_role("link", name="All that was told, with times and sources").click()
    expect(page.get_by_text("back to")).to_be_visible()
    page.wait_for_load_state("networkidle")
    shoot(page, "tape", size)
    assert axe(page) == []
    assert page.evaluate(NO_SIDEWAYS)
    page.keyboard.press("j")
    expect(page.locator(".tape__line").first).to_be_focused()
    page.locator("#tape-kind").select_option("stage")
    expect(page).to_have_url(f"{live_server.url}/portal/orders/{order.pk}/tape/?kind=stage&source=")
    expect(page.locator(".tape__line")).to_have_count(3)
