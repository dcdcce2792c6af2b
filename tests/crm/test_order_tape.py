"""The tape of an order: all that was told, when it happened and reached us, what it corrected; for both sides."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client

from apps.crm.models import FeedStatus, Order, OrderEvent
from tests.conftest import make_user
from tests.crm.factories import a_dealer, into_portal
from tests.crm.feeding import (
    ACCOUNTS,
    NOW,
    PRODUCTION,
    a_delivery,
    a_fed_plant,
    a_price,
    a_status,
    an_order_record,
    feed,
    known_as,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(everyone_folder):
    plant = a_fed_plant()
    for source, title in ((PRODUCTION, "Production of Kyiv"), (ACCOUNTS, "Books of Kyiv")):
        FeedStatus.objects.create(source=source, title=title, plant=plant, as_of=NOW)
    return known_as(a_dealer("Svitlo Windows", plant=plant), "1001")


@pytest.fixture
def order(firm) -> Order:
    """Made by mistake and taken back, planned for another day, its price corrected; one status came late."""
    feed(an_order_record(), a_status(stage="accepted"), now=NOW)
    feed(a_delivery(version=1, day=date(2026, 11, 10)), now=NOW)
    feed(a_status(version=3, stage="made"), now=NOW + timedelta(minutes=1))
    feed(a_status(version=4, stage="production"), now=NOW + timedelta(minutes=2))
    feed(a_delivery(version=2, day=date(2026, 11, 12)), now=NOW + timedelta(minutes=3))
    feed(a_price(amount="1200.00"), source=ACCOUNTS, now=NOW + timedelta(minutes=4))
    feed(a_price(version=2, amount="1250.00"), source=ACCOUNTS, now=NOW + timedelta(minutes=5))
    feed(a_status(version=2, stage="production"), now=NOW + timedelta(minutes=6))
    return Order.objects.get()


def browser_of(user) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture
def owner(dora, firm):
    into_portal(dora, firm)
    return browser_of(dora)


@pytest.fixture
def employee(firm):
    user = make_user("emil@example.com", "Emil Employee", "dealer")
    into_portal(user, firm, role="employee")
    return browser_of(user)


def lines(browser, address: str) -> list[str]:
    """Each line of the page as a reader has it."""
    page = browser.get(address).content.decode()
    rows = re.findall(r'<tr class="rows__row tape__line.*?</tr>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]


def test_every_change_stands_there_in_the_order_in_which_it_reached_us(owner, order):
    shown = lines(owner, f"/portal/orders/{order.pk}/tape/")

    assert len(shown) == OrderEvent.objects.count() == 9
    assert "In production" in shown[0]
    assert "Came late, changed nothing" in shown[0]
    assert "there was a newer one" in shown[0]
    assert "1,250.00 UAH" in shown[1]
    assert "Amount: 1,200.00 UAH → 1,250.00 UAH" in shown[1]
    assert "Planned delivery:" in shown[3]
    assert "Made → back to In production" in shown[4]
    assert "Corrects what was told of" in shown[4]
    assert "Corrects" not in shown[5]  # a stage further on is no correction
    assert "Production of Kyiv" in shown[0]
    assert "Books of Kyiv" in shown[1]
    assert "days" in shown[0]  # how long it took to reach us


def test_staff_read_the_same_lines(owner, order, alice, bob):
    own = lines(owner, f"/portal/orders/{order.pk}/tape/")

    assert lines(browser_of(bob), f"/crm/orders/{order.pk}/tape/") == own
    assert all("Raw record" in line for line in lines(browser_of(alice), f"/crm/orders/{order.pk}/tape/"))
    assert not any("Raw record" in line for line in own)


def test_whoever_sees_no_money_reads_none_on_the_tape_or_in_its_files(employee, order):
    address = f"/portal/orders/{order.pk}/tape/"
    answers = [employee.get(f"{address}{more}").content.decode() for more in ("", "?kind=money", "download/csv/")]

    assert len(lines(employee, address)) == 7
    assert lines(employee, f"{address}?kind=money") == []
    for answer in answers:
        assert "UAH" not in answer
        assert "1250" not in answer
        assert "Books of Kyiv" not in answer


def test_the_tape_is_filtered_by_what_was_told_and_by_whom(owner, order):
    address = f"/portal/orders/{order.pk}/tape/"

    assert len(lines(owner, f"{address}?kind=stage")) == 4
    assert len(lines(owner, f"{address}?source={ACCOUNTS}")) == 2
    assert len(lines(owner, f"{address}?kind=stage&source={ACCOUNTS}")) == 0
    assert len(lines(owner, f"{address}?kind=nonsense&after=nonsense")) == 9


def test_a_long_tape_is_read_page_by_page_without_gap_or_double(owner, order, django_assert_max_num_queries):
    for version in range(10, 130):
        feed(a_status(version=version, stage="production", made=version), now=NOW + timedelta(hours=version))
    address = f"/portal/orders/{order.pk}/tape/"
    seen: list[str] = []
    query: str | None = ""
    while query is not None:
        with django_assert_max_num_queries(19):
            page = owner.get(f"{address}{query}").content.decode()
        seen += re.findall(r'id="tape-(\d+)"', page)
        found = re.search(r'rel="next" href="[^?]*(\?[^"]+)"', page)
        query = found[1].replace("&amp;", "&") if found else None

    assert len(seen) == len(set(seen)) == OrderEvent.objects.count()


def test_the_file_has_all_that_the_page_shows(owner, order):
    rows = owner.get(f"/portal/orders/{order.pk}/tape/download/csv/?kind=money").content.decode().splitlines()

    assert len(rows) == 3
    assert "Amount: 1,200.00 UAH → 1,250.00 UAH" in rows[1]
    assert "Books of Kyiv" in rows[1]


def test_the_history_on_the_orders_page_leads_to_the_tape(owner, order, bob):
    assert f"/portal/orders/{order.pk}/tape/" in owner.get(f"/portal/orders/{order.pk}/").content.decode()
    page = browser_of(bob).get(f"/crm/orders/{order.pk}/").content.decode()
    assert f"/crm/orders/{order.pk}/tape/" in page


def test_another_dealers_tape_is_not_there(order):
    stranger = make_user("olha@example.com", "Olha Other", "dealer")
    into_portal(stranger, a_dealer("Promin"))

    for more in ("", "download/csv/"):
        assert browser_of(stranger).get(f"/portal/orders/{order.pk}/tape/{more}").status_code == 404
