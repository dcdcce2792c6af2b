"""A dealer looks at the orders of the firm: the list, one order, files, and what others must not see."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from zipfile import ZipFile

import pytest
from django.test import Client

from apps.crm.models import (
    ConstructionPrice,
    DealerUser,
    FeedStatus,
    OrderEvent,
    OrderState,
    Stage,
    Status,
)
from tests.conftest import make_user
from tests.crm.factories import NOW, a_construction, a_dealer, a_plant, an_order, into_portal

pytestmark = pytest.mark.django_db

SCHEME = {
    "width": 1400,
    "height": 1300,
    "parts": [
        {"id": "f", "kind": "frame", "x": 0, "y": 0, "width": 1400, "height": 1300},
        {"id": "s-1", "kind": "sash", "x": 50, "y": 50, "width": 600, "height": 1200, "opening": "tilt_turn_left"},
    ],
}


@pytest.fixture
def firm():
    return a_dealer("Svitlo Windows")


@pytest.fixture
def owner(client, dora, firm):
    """Dora's browser; she owns the firm."""
    into_portal(dora, firm)
    client.force_login(dora)
    return client


@pytest.fixture
def employee(firm):
    """The browser of somebody who sees no amounts."""
    user = make_user("emil@example.com", "Emil Employee", "dealer")
    into_portal(user, firm, role=DealerUser.Role.EMPLOYEE)
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture
def order(firm):
    order = an_order(firm, "A-1001", reference="Kitchen of Koval", amount=Decimal("12400.50"))
    piece = a_construction(order, title="Window, two sashes", glass="4-16-4", scheme=SCHEME, quantity=3, made=1)
    ConstructionPrice.objects.create(
        construction=piece,
        order=order,
        dealer=firm,
        amount=Decimal("4133.50"),
        currency="UAH",
        version=1,
        as_of=NOW,
    )
    told = {"order": order, "dealer": firm, "happened_at": NOW, "received_at": NOW, "version": 1}
    OrderEvent.objects.create(
        **told, source="plant-a", record="status:A-1001", kind="stage", what={"stage": Stage.ACCEPTED.value}
    )
    OrderEvent.objects.create(
        **told,
        source="accounts-a",
        record="price:A-1001",
        kind="money",
        what={"amount": "12400.50", "currency": "UAH"},
        is_money=True,
    )
    return order


def texts(response) -> str:
    return str(response.content.decode())


def test_a_dealer_begins_at_home(owner):
    response = owner.get("/")

    assert response.status_code == 302
    assert response["Location"] == "/portal/home/"


def test_the_list_shows_the_firms_orders_with_status_and_amount(owner, order, firm):
    an_order(a_dealer("Another"), "B-2002")

    page = texts(owner.get("/portal/orders/"))

    assert "A-1001" in page
    assert "Kitchen of Koval" in page
    assert "order-status--accepted" in page
    assert "12,400.50 UAH" in page
    assert "B-2002" not in page


def test_what_has_not_come_yet_is_awaited_and_no_zero(owner, firm):
    an_order(firm, "A-1")

    page = texts(owner.get("/portal/orders/"))

    assert page.count('class="awaited"') == 2  # the day of delivery and the amount
    assert "0.00" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=koval", ["A-1001"]),
        ("?q=1002", ["A-1002"]),
        ("?q=100%25", []),
        ("?f.status=40", ["A-1002"]),
        ("?f.status=40&f.status=10", ["A-1002", "A-1001"]),
        ("?f.open=yes", ["A-1002", "A-1001"]),
        ("?f.planned=2026-12-01&f.planned=", ["A-1002"]),
        ("?sort=number", ["A-1001", "A-1002", "A-1003"]),
    ],
)
def test_orders_are_searched_filtered_and_sorted(owner, order, firm, query, found):
    made = an_order(firm, "A-1002", stage=Stage.MADE)
    OrderState.objects.filter(order=made).update(planned_on=date(2026, 12, 4))
    an_order(firm, "A-1003", stage=Stage.DELIVERED)

    page = texts(owner.get(f"/portal/orders/{query}"))

    shown = [number for number in ("A-1003", "A-1002", "A-1001") if f">{number}</a>" in page]
    assert sorted(shown) == sorted(found)


def test_an_order_that_is_not_approved_is_not_there_for_its_dealer(owner, firm):
    hidden = an_order(firm, "A-0001", stage=Stage.RECEIVED)

    assert owner.get(f"/portal/orders/{hidden.pk}/").status_code == 404
    assert "A-0001" not in texts(owner.get("/portal/orders/"))


def test_an_order_shows_constructions_history_and_money_with_how_fresh_they_are(owner, order):
    FeedStatus.objects.create(source="plant-a", title="Production A", plant=a_plant(), as_of=NOW)

    page = texts(owner.get(f"/portal/orders/{order.pk}/"))

    assert "Window, two sashes" in page
    assert 'data-part="s-1"' in page
    assert "1 of 3 made" in page
    assert "4,133.50 UAH" in page
    assert "12,400.50 UAH" in page
    assert "Data as of" in page
    assert "Production A" in page


@pytest.mark.parametrize("page", ["/portal/orders/", "/portal/deliveries/"])
def test_a_list_says_how_old_it_is_and_when_a_source_of_the_plant_stands(owner, order, firm, page):
    FeedStatus.objects.create(source="plant-a", title="Production A", plant=a_plant(), as_of=NOW)
    FeedStatus.objects.create(source="far", title="Far away", plant=a_plant("far"), as_of=NOW, state="stopped")
    assert 'data-source="plant-a" data-state="fresh"' in owner.get(page).content.decode()

    FeedStatus.objects.filter(source="plant-a").update(state="stopped")

    text = owner.get(page).content.decode()
    assert "Data as of" in text
    assert "Production A" in text
    assert 'data-source="plant-a" data-state="stopped"' in text
    assert "Far away" not in text


def test_another_dealer_finds_nothing_at_that_address(order):
    stranger = make_user("olha@example.com", "Olha Other", "dealer")
    into_portal(stranger, a_dealer("Promin"))
    browser = Client()
    browser.force_login(stranger)

    assert browser.get(f"/portal/orders/{order.pk}/").status_code == 404
    assert b"A-1001" not in browser.get("/portal/orders/").content


def test_an_employee_without_money_sees_no_amount_on_any_page_or_file(employee, order):
    pages = ["/portal/orders/", f"/portal/orders/{order.pk}/", "/portal/orders/download/csv/", "/portal/reports/"]
    answers = [texts(employee.get(page)) for page in pages]
    with ZipFile(io.BytesIO(employee.get("/portal/orders/download/xlsx/").content)) as book:
        answers += [book.read(name).decode() for name in book.namelist() if name.endswith(".xml")]

    for answer in answers:
        assert "12400" not in answer
        assert "12,400" not in answer
        assert "4,133" not in answer
    assert "A-1001" in answers[0]
    assert employee.get("/portal/finances/").status_code == 403
    assert employee.get("/portal/finances/download/csv/").status_code == 403


def test_the_files_hold_what_the_list_shows(owner, order, firm):
    an_order(firm, "A-1002", reference="=1+1")

    csv = texts(owner.get("/portal/orders/download/csv/?q=A-100"))
    only = texts(owner.get("/portal/orders/download/csv/?q=Koval"))
    with ZipFile(io.BytesIO(owner.get("/portal/orders/download/xlsx/").content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()

    assert "A-1001,Kitchen of Koval" in csv
    assert "12400.50,UAH" in csv
    assert "A-1002,'=1+1" in csv
    assert "A-1002" not in only
    assert "12400.5" in sheet


def test_each_status_has_a_colour_of_its_own():
    from apps.crm.drawing.figures import status_badge

    drawn = {status_badge(status.value).split('"')[1] for status in Status}

    assert len(drawn) == len(Status)


def test_the_pages_of_errors_stand_behind_the_wall(owner, employee):
    missing = owner.get("/portal/nowhere/")
    forbidden = employee.get("/portal/finances/")

    assert (missing.status_code, forbidden.status_code) == (404, 403)
    assert "Orders" in texts(missing)
    assert "Finances" in texts(missing)
    assert "Finances" not in texts(forbidden)


def test_a_view_of_the_list_is_kept_for_oneself_alone(owner, dora, order):
    kept = owner.post("/lists/portal.orders/views/", {"name": "Made", "is_shared": "on", "back": "/portal/orders/"})

    stranger = make_user("olha@example.com", "Olha Other", "dealer")
    into_portal(stranger, a_dealer("Promin"))
    other = Client()
    other.force_login(stranger)
    assert kept.status_code in (204, 302)
    assert "Made" in texts(owner.get("/portal/orders/"))
    assert "Everybody may use it" not in texts(owner.get("/lists/portal.orders/views/"))
    assert "Made" not in texts(other.get("/lists/portal.orders/views/"))


def test_pages_ask_few_questions(owner, order, firm, django_assert_max_num_queries):
    for number in range(30):
        each = an_order(firm, f"A-2{number:03}", amount=Decimal(5))
        a_construction(each)
    owner.get("/portal/orders/")

    # Of these four take on the portal's role and leave it, and one asks whether the firm's receivers are in trouble.
    with django_assert_max_num_queries(12):
        owner.get("/portal/orders/")
    with django_assert_max_num_queries(16):
        owner.get(f"/portal/orders/{order.pk}/")
