"""Beside each figure stands how fresh it is, and a stale one never looks like a current one."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.test import Client

from apps.core import clock
from apps.crm.models import FeedStatus, Shipment
from tests.conftest import make_user
from tests.crm.factories import NOW, a_dealer, a_plant, an_order, into_portal
from tests.crm.feeding import ACCOUNTS, PRODUCTION, a_fed_plant, an_entry, feed, known_as

pytestmark = pytest.mark.django_db
STALE_STATUS = f'data-fed="{PRODUCTION}" data-stale="not current"'


@pytest.fixture
def firm(everyone_folder):
    cache.clear()
    plant = a_fed_plant()
    for source, title in ((PRODUCTION, "Production"), (ACCOUNTS, "Books")):
        FeedStatus.objects.create(
            source=source, title=title, plant=plant, as_of=clock.now(), late_after=timedelta(minutes=30)
        )
    return known_as(a_dealer("Svitlo Windows", plant=plant), "1001")


@pytest.fixture
def order(firm):
    feed(an_entry(), source=ACCOUNTS)
    order = an_order(firm, "A-1001", amount=Decimal("12400.50"))
    Shipment.objects.create(
        plant=order.plant,
        plant_key="S-1",
        number="S-1",
        planned_on=NOW.date(),
        dealer_ids=[firm.pk],
        as_of=NOW,
        changed_at=NOW,
        version=1,
    )
    return order


def browser_of(user) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture
def owner(dora, firm):
    into_portal(dora, firm)
    return browser_of(dora)


def fall_behind(source: str, **time: int) -> None:
    FeedStatus.objects.filter(source=source).update(as_of=clock.now() - timedelta(**time))


def text(browser, address: str) -> str:
    return str(browser.get(address).content.decode())


PAGES = {
    "/portal/home/": (PRODUCTION, ACCOUNTS),
    "/portal/orders/": (PRODUCTION, ACCOUNTS),
    "/portal/orders/{order}/": (PRODUCTION, ACCOUNTS),
    "/portal/deliveries/": (PRODUCTION,),
    "/portal/deliveries/{shipment}/": (PRODUCTION,),
    "/portal/finances/": (ACCOUNTS,),
    "/portal/reports/": (PRODUCTION, ACCOUNTS),
}
STAFF_PAGES = {
    "/crm/orders/": (PRODUCTION, ACCOUNTS),
    "/crm/orders/{order}/": (PRODUCTION, ACCOUNTS),
    "/crm/shipments/": (PRODUCTION,),
    "/crm/shipments/{shipment}/": (PRODUCTION,),
    "/crm/settlements/": (ACCOUNTS,),
    "/crm/settlements/{dealer}/": (ACCOUNTS,),
    "/crm/dealers/{dealer}/": (PRODUCTION, ACCOUNTS),
    "/contacts/{contact}/orders/": (PRODUCTION, ACCOUNTS),
}


@pytest.mark.parametrize("page", [*PAGES, *STAFF_PAGES])
def test_each_page_with_figures_has_the_light_of_their_sources(owner, order, bob, page):
    browser = owner if page in PAGES else browser_of(bob)
    dealer = order.dealer
    address = page.format(
        order=order.pk, shipment=Shipment.objects.get().pk, dealer=dealer.pk, contact=dealer.entity_id
    )

    for source in PAGES.get(page) or STAFF_PAGES[page]:
        assert f'data-source="{source}" data-state="fresh"' in text(browser, address)
        fall_behind(source, hours=1)
        late = text(browser, address)
        assert f'data-source="{source}" data-state="late"' in late
        assert "older than it should be" in late
        assert "What is older than 30 minutes counts as late." in late


def test_a_kept_list_never_holds_on_to_fresh(owner, order):
    assert STALE_STATUS not in text(owner, "/portal/orders/")
    assert STALE_STATUS not in text(owner, "/portal/orders/")  # kept by now

    fall_behind(PRODUCTION, minutes=31)

    assert STALE_STATUS in text(owner, "/portal/orders/")
    assert STALE_STATUS in text(owner, f"/portal/orders/{order.pk}/")
    fall_behind(PRODUCTION, minutes=1)
    assert STALE_STATUS not in text(owner, "/portal/orders/")


def test_only_the_figures_of_the_late_source_are_stale(owner, order):
    fall_behind(ACCOUNTS, hours=1)

    page = text(owner, "/portal/orders/")

    assert f'data-fed="{ACCOUNTS}" data-stale="not current"><span class="money">12,400.50' in page
    assert STALE_STATUS not in page


def test_a_source_that_stands_still_says_so_at_once(owner, order):
    FeedStatus.objects.filter(source=PRODUCTION).update(state=FeedStatus.State.STOPPED)

    page = text(owner, "/portal/orders/")

    assert f'data-source="{PRODUCTION}" data-state="stopped"' in page
    assert "the source stands still" in page
    assert "nothing new comes until" in page


def test_whoever_sees_no_money_has_no_light_of_the_books(firm, order):
    user = make_user("emil@example.com", "Emil Employee", "dealer")
    into_portal(user, firm, role="employee")

    for page in ("/portal/home/", "/portal/orders/", f"/portal/orders/{order.pk}/", "/portal/reports/"):
        assert ACCOUNTS not in text(browser_of(user), page)


def test_open_pages_ask_how_their_sources_stand(owner, firm, bob):
    FeedStatus.objects.create(source="far", title="Far away", plant=a_plant("far"), as_of=clock.now())

    told = owner.get("/crm/as-of/").json()

    assert told.keys() == {PRODUCTION, ACCOUNTS}
    assert told[PRODUCTION]["state"] == "fresh"
    assert "Data as of" in told[PRODUCTION]["text"]
    fall_behind(PRODUCTION, hours=1)
    assert owner.get("/crm/as-of/").json()[PRODUCTION]["state"] == "late"
    assert "far" in browser_of(bob).get("/crm/as-of/").json()
