"""Hot pages of dealers are kept until an order changes: never stale, never another reader's, never needed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from apps.accounts.models import Preferences
from apps.crm.kept_pages import hit_rate
from apps.crm.models import Construction, OrderState, Stage, Status
from apps.crm.services.announcing import announce_orders
from tests.conftest import make_user
from tests.crm.factories import a_construction, a_dealer, an_order, into_portal

pytestmark = pytest.mark.django_db

NOWHERE = "redis://127.0.0.1:1/0"
GONE = {
    "default": {"BACKEND": "apps.core.caches.RedisCache", "LOCATION": NOWHERE},
    "sessions": {"BACKEND": "apps.core.caches.SessionCache", "LOCATION": NOWHERE},
}


@pytest.fixture(autouse=True)
def _empty():
    cache.clear()


@pytest.fixture
def firm():
    return a_dealer("Svitlo Windows")


@pytest.fixture
def order(firm):
    order = an_order(firm, "A-1001", amount=Decimal("12400.50"))
    a_construction(order, quantity=3)
    return order


@pytest.fixture
def owner(client, dora, firm):
    into_portal(dora, firm)
    client.force_login(dora)
    return client


def texts(response) -> str:
    return str(response.content.decode())


def asked(browser, path: str) -> str:
    """All that the page asked of the database."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert browser.get(path).status_code == 200
    return "\n".join(query["sql"] for query in captured)


def test_a_page_that_was_shown_is_not_asked_for_again(owner, order):
    for path, table in (("/portal/orders/", "crm_orderstate"), (f"/portal/orders/{order.pk}/", "crm_construction")):
        assert f'JOIN "{table}"' in (first := asked(owner, path)) or f'FROM "{table}"' in first
        again = asked(owner, path)
        assert f'FROM "{table}"' not in again
        assert f'JOIN "{table}"' not in again
    hits, misses = hit_rate()
    assert (hits, misses) == (2, 2)


def test_a_change_is_shown_at_once(owner, order, firm, django_capture_on_commit_callbacks):
    owner.get("/portal/orders/")
    owner.get(f"/portal/orders/{order.pk}/")

    with django_capture_on_commit_callbacks(execute=True):
        OrderState.objects.filter(order=order).update(status=Status.MADE, stage=Stage.MADE)
        Construction.objects.filter(order=order).update(made=3)
        announce_orders(dealer_id=firm.pk, statuses={order.pk: Status.MADE.value})

    assert "order-status--made" in texts(owner.get("/portal/orders/"))
    assert "3 of 3 made" in texts(owner.get(f"/portal/orders/{order.pk}/"))


def test_what_is_kept_for_the_owner_is_not_shown_to_whoever_sees_no_money(owner, order, firm):
    owner.get("/portal/orders/")
    employee = make_user("emil@example.com", "Emil Employee", "dealer")
    into_portal(employee, firm, role="employee")
    browser = Client()
    browser.force_login(employee)

    assert "12,400.50" not in texts(browser.get("/portal/orders/"))
    assert "12,400.50" in texts(owner.get("/portal/orders/"))


def test_what_is_kept_for_one_dealer_is_not_shown_to_another(owner, order):
    owner.get("/portal/orders/")
    stranger = make_user("olha@example.com", "Olha Other", "dealer")
    into_portal(stranger, a_dealer("Promin"))
    browser = Client()
    browser.force_login(stranger)

    assert "A-1001" not in texts(browser.get("/portal/orders/"))


def test_another_language_is_another_page(owner, order, dora):
    owner.get("/portal/orders/")

    Preferences.objects.update_or_create(user=dora, defaults={"language": "uk"})

    page = texts(owner.get("/portal/orders/"))
    assert "12,400.50" not in page  # written the reader's way
    assert "400,50" in page


def test_without_redis_pages_come_from_the_database(owner, order):
    owner.get("/portal/orders/")
    OrderState.objects.filter(order=order).update(status=Status.MADE)

    with override_settings(CACHES=GONE):
        page = texts(owner.get("/portal/orders/"))
        one = owner.get(f"/portal/orders/{order.pk}/")

    assert "order-status--made" in page
    assert one.status_code == 200
