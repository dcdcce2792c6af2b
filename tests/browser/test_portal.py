"""A dealer's day in the portal, at the desk and on a phone; a change of the plant's shows itself."""

from __future__ import annotations

import os
import random
import re
from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from playwright.sync_api import expect

from apps.crm.models import ConstructionPrice, OrderState, Stage, Status
from apps.crm.services.announcing import announce_orders
from tests.browser.conftest import DESKTOP, PHONE
from tests.crm.accounts import an_entry
from tests.crm.factories import NOW, a_construction, a_dealer, an_order, into_portal
from tests.crm.test_portal_orders import SCHEME
from tests.sync.forwarder import Forwarder

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1440", "360"])
NO_SIDEWAYS = "() => document.documentElement.scrollWidth <= innerWidth"
SHOTS = os.environ.get("PORTAL_SHOTS", "")


@pytest.fixture
def order(dora):
    firm = a_dealer("Svitlo Windows")
    into_portal(dora, firm)
    order = an_order(firm, "A-1001", reference="Kitchen of Koval", amount=Decimal("12400.50"))
    piece = a_construction(order, scheme=SCHEME, glass="4-16-4", quantity=3, made=1)
    ConstructionPrice.objects.create(
        construction=piece, order=order, dealer=firm, amount=Decimal("4133.50"), currency="UAH", as_of=NOW
    )
    an_order(firm, "A-1002", stage=Stage.MADE)
    an_entry(firm, date(2026, 10, 1), "12400.50", order=order)
    an_entry(firm, date(2026, 10, 20), "-2400.50", "payment", client="Koval")
    return order


def apply(order, status: Status) -> None:
    """What applying a feed does last."""
    with transaction.atomic():
        OrderState.objects.filter(order=order).update(status=status, stage=status.value)
        announce_orders(dealer_id=order.dealer_id, statuses={order.pk: status.value})


@WIDTHS
def test_orders_finances_and_deliveries_are_readable_for_everybody(page, live_server, sign_in, dora, order, axe, size):
    page.set_viewport_size(size)
    sign_in(page, dora)
    page.goto(live_server.url)
    expect(page.get_by_role("heading", level=1)).to_have_text("Home")
    for path in ("home/", "orders/", f"orders/{order.pk}/", "deliveries/", "finances/", "reports/"):
        page.goto(f"{live_server.url}/portal/{path}")
        page.wait_for_load_state("networkidle")
        assert axe(page) == [], path
        assert page.evaluate(NO_SIDEWAYS), path
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{path.strip('/').replace('/', '-')}-{size['width']}.png", full_page=True)

    page.goto(f"{live_server.url}/portal/orders/")
    page.get_by_role("link", name="A-1001").click()
    expect(page.locator(".scheme")).to_be_visible()
    expect(page.get_by_text("1 of 3 made")).to_be_visible()
    expect(page.locator(".line-chart")).to_have_count(0)


def test_a_change_shows_itself_in_the_list_and_on_the_order(page, site, sign_in, dora, order):
    page.set_default_timeout(60_000)  # the site draws its first page
    sign_in(page, dora)
    with page.expect_request(re.compile("/live/")):
        page.goto(f"{site}/portal/orders/?f.status=10&f.status=40")
    page.wait_for_timeout(1000)
    streams: list[str] = []
    page.on("request", lambda request: streams.append(request.url))
    expect(page.locator(".rows__row")).to_have_count(2)

    apply(order, Status.MADE)
    row = page.locator(".rows__row", has_text="A-1001")
    expect(row.locator(".order-status")).to_have_text("Made", timeout=2_000)
    expect(row).to_have_class(re.compile("is-fresh"))

    # It leaves a list that asks for others, and the page shows what a reload shows.
    apply(order, Status.SHIPPED)
    expect(page.locator(".rows__row")).to_have_count(1, timeout=3_000)
    shown = page.locator(".rows tbody").inner_text()
    page.reload()
    assert page.locator(".rows tbody").inner_text() == shown
    assert [url for url in streams if "/live/" in url] != streams  # it asked for its part

    with page.expect_request(re.compile("/live/")):
        page.goto(f"{site}/portal/orders/{order.pk}/")
    page.wait_for_timeout(1000)
    apply(order, Status.DELIVERED)
    expect(page.locator(".order__status .order-status")).to_have_text("Delivered", timeout=2_000)


def test_a_list_that_lost_its_connection_shows_what_a_reload_shows(page, site, sign_in, dora, order):
    page.set_default_timeout(60_000)
    orders = [order, *(an_order(order.dealer, f"A-{number}", stage=Stage.MADE) for number in range(1101, 1140))]
    statuses = [Status.PRODUCTION, Status.MADE, Status.SHIPPED, Status.DELIVERED]
    server = {"HOST": "localhost", "PORT": urlsplit(site).port}
    sign_in(page, dora)
    road = Forwarder(server)
    address = f"http://localhost:{road.port}/portal/orders/?f.status=20&f.status=40&sort=number"
    with page.expect_request(re.compile("/live/")):
        page.goto(address)
    rows = page.locator(".rows tbody")
    before = rows.inner_text()

    road.close()
    draw = random.Random(7)
    for _change in range(200):
        apply(draw.choice(orders), draw.choice(statuses))
    assert rows.inner_text() == before

    with Forwarder(server, road.port):
        other = page.context.new_page()
        other.goto(f"{site}/portal/orders/?f.status=20&f.status=40&sort=number")
        expected = other.locator(".rows tbody").inner_text()
        assert expected != before
        page.bring_to_front()
        page.wait_for_function("text => document.querySelector('.rows tbody').innerText === text", arg=expected)
        page.goto("about:blank")
    page.complaints.clear()  # the browser says that the stream was cut
