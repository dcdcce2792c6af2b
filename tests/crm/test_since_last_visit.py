"""What changed since a reader of the portal was there last: on each list, and together on Home."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.cache import cache
from django.db.models import F
from django.test import Client

from apps.core import clock
from apps.core.models import ListVisit
from apps.crm.models import Claim, LedgerEntry, NewsItem, Order, OrderState, Shipment
from apps.crm.services.threads import post_message
from tests.conftest import make_user
from tests.crm.factories import NOW, a_dealer, an_order, into_portal
from tests.crm.feeding import ACCOUNTS, a_fed_plant, an_entry, feed, known_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(everyone_folder):
    cache.clear()
    return known_as(a_dealer("Svitlo Windows", plant=a_fed_plant()), "1001")


@pytest.fixture
def orders(firm) -> list[Order]:
    orders = [an_order(firm, f"A-{number}") for number in (1, 2, 3)]
    Shipment.objects.create(
        plant=orders[0].plant,
        plant_key="S-1",
        number="S-1",
        planned_on=NOW.date(),
        dealer_ids=[firm.pk],
        as_of=NOW,
        changed_at=NOW,
        version=1,
    )
    return orders


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


def look(browser, address: str) -> str:
    """Open a page as a browser does: it tells of the visit."""
    page: str = browser.get(address).content.decode()
    if found := re.search(r'hx-post="(/(?:lists|portal/visits)/[^"]+)"', page):
        assert browser.post(unescape(found[1])).status_code == 204
    return page


def a_day_passes() -> None:
    day = timedelta(days=1)
    ListVisit.objects.update(seen_at=F("seen_at") - day, since_at=F("since_at") - day)
    OrderState.objects.update(changed_at=F("changed_at") - day)
    Shipment.objects.update(changed_at=F("changed_at") - day)


def all_changes(firm, orders, bob) -> None:
    now = clock.now()
    OrderState.objects.filter(order__in=orders[:2]).update(changed_at=now)
    Shipment.objects.update(changed_at=now)
    feed(an_entry(), an_entry("L-2", amount="-40.00"), source=ACCOUNTS, now=now)
    Claim.objects.create(
        number="C-1", order=orders[0], dealer=firm, plant=orders[0].plant, kind="damage", text="Cracked",
        made_at=now, changed_at=now, due_at=now, author_name="Dora",
    )  # fmt: skip
    post_message(actor=bob, record=firm, text="Your glass is here.", uploads=[], now=now)
    NewsItem.objects.create(
        title="Holidays", is_published=True, starts_at=now - timedelta(seconds=1), created_at=now, changed_at=now
    )


def changes(page: str) -> dict[str, str]:
    """Words and address of each line of the card."""
    found = re.findall(r'<a class="since__line" href="([^"]+)">.*?<span>(.*?)</span>', page, re.DOTALL)
    return {words: unescape(url) for url, words in found}


def test_home_says_what_changed_and_each_line_leads_to_exactly_that(owner, firm, orders, bob):
    assert "From your next visit on" in look(owner, "/portal/home/")
    a_day_passes()
    assert "Nothing has changed." in look(owner, "/portal/home/")
    all_changes(firm, orders, bob)

    told = changes(look(owner, "/portal/home/"))

    assert list(told) == [
        "2 orders moved on",
        "1 delivery was planned or changed",
        "2 entries were booked: Plant Kyiv, UAH",
        "1 claim went on",
        "1 answer",
        "1 piece of news",
    ]
    pages = {words: owner.get(url).content.decode() for words, url in told.items()}
    shown = pages["2 orders moved on"]
    assert [f">{order.number}</a>" in shown for order in orders] == [True, True, False]
    assert pages["1 delivery was planned or changed"].count('class="rows__row"') == 1
    assert pages["2 entries were booked: Plant Kyiv, UAH"].count('id="entry-') == 2
    assert pages["1 claim went on"].count('class="rows__row"') == 1
    assert "Your glass is here." in pages["1 answer"]
    assert pages["1 piece of news"].count('class="rows__row"') == 1


def test_without_money_rights_nothing_is_said_of_entries(employee, firm, orders, bob):
    look(employee, "/portal/home/")
    a_day_passes()
    all_changes(firm, orders, bob)

    page = look(employee, "/portal/home/")

    assert "2 orders moved on" in changes(page)
    assert not any("booked" in words for words in changes(page))
    assert LedgerEntry.objects.exists()
    assert "Balance" not in page


def test_lists_mark_and_count_what_is_new(owner, firm, orders, bob):
    lists = ["/portal/orders/", "/portal/deliveries/", "/portal/claims/", "/portal/news/", "/portal/finances/"]
    for address in [*lists, "/portal/messages/"]:
        look(owner, address)
    a_day_passes()
    all_changes(firm, orders, bob)

    for address, count in zip([*lists, "/portal/messages/"], (2, 1, 1, 1, 2, 1), strict=True):
        page = look(owner, address)
        assert page.count('class="rows__new"') == count, address
        assert f"New since your last visit ({count})" in " ".join(re.sub(r"<[^>]+>", "", page).split()), address


def test_what_is_kept_of_a_list_has_each_readers_own_marks(owner, employee, orders):
    """Both see the list without amounts the same way, but for what is new to them."""
    colleague = make_user("olena@example.com", "Olena", "dealer")
    into_portal(colleague, orders[0].dealer, role="employee")
    other = browser_of(colleague)
    look(employee, "/portal/orders/")
    a_day_passes()
    OrderState.objects.filter(order=orders[0]).update(changed_at=clock.now())

    first = look(employee, "/portal/orders/")
    second = look(other, "/portal/orders/")  # never there before

    assert first.count('class="rows__new"') == 1
    assert second.count('class="rows__new"') == 0
    assert look(employee, "/portal/orders/").count('class="rows__new"') == 1


def test_home_asks_few_questions(owner, firm, orders, bob, django_assert_max_num_queries):
    look(owner, "/portal/home/")
    a_day_passes()
    all_changes(firm, orders, bob)
    look(owner, "/portal/home/")

    with django_assert_max_num_queries(20):
        owner.get("/portal/home/")


def test_staff_who_look_in_leave_no_visit(client, firm, orders, alice):
    client.force_login(alice)
    client.post(f"/crm/dealers/{firm.pk}/view-as/")

    for address in ("/portal/home/", "/portal/orders/", "/portal/finances/", "/portal/messages/"):
        page = client.get(address).content.decode()
        assert "/visit" not in page, address
    assert not ListVisit.objects.exists()


def test_a_page_that_there_is_not_has_no_visit(owner):
    assert owner.post("/portal/visits/portal.elsewhere/").status_code == 404
