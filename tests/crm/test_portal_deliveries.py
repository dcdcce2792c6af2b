"""A dealer follows a truck: the way, the time, the driver, and what is on board for this firm alone."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.crm.drawing.routes import draw_route
from apps.crm.drawing.schemes import draw_scheme
from apps.crm.models import Shipment, ShipmentItem, ShipmentStop
from tests.conftest import make_user
from tests.crm.factories import NOW, a_construction, a_dealer, a_plant, an_order, into_portal

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return a_dealer("Svitlo Windows")


@pytest.fixture
def owner(client, dora, firm):
    into_portal(dora, firm)
    client.force_login(dora)
    return client


@pytest.fixture
def truck(firm):
    """It stops at another dealer's first."""
    other = a_dealer("Promin")
    shipment = Shipment.objects.create(
        plant=a_plant(geo=[50.45, 30.52]),
        plant_key="S-7",
        number="S-7",
        planned_on=NOW.date(),
        state="on_the_way",
        truck="AA 1234 BB",
        driver_name="Stepan Driver",
        driver_phone="+380441234567",
        route=[
            {"position": 1, "city": "Zhytomyr", "geo": [50.25, 28.66]},
            {"position": 2, "city": "Lutsk", "geo": [50.75, 25.34]},
        ],
        dealer_ids=[other.pk, firm.pk],
        as_of=NOW,
        changed_at=NOW,
    )
    for position, dealer, number in ((1, other, "B-1"), (2, firm, "A-1")):
        address = f"{dealer.name} street 1"
        stop = ShipmentStop.objects.create(
            shipment=shipment, position=position, dealer=dealer, address=address, window_from=NOW
        )
        order = an_order(dealer, number)
        ShipmentItem.objects.create(
            shipment=shipment, stop=stop, order=order, construction=a_construction(order), dealer=dealer, quantity=4
        )
    return shipment


def test_the_page_shows_way_time_driver_and_only_ones_own_goods(owner, truck):
    page = owner.get(f"/portal/deliveries/{truck.pk}/").content.decode()

    assert "Zhytomyr" in page
    assert page.count("route__stop--own") == 1
    assert "AA 1234 BB" in page
    assert 'href="tel:' in page
    assert "A-1" in page
    assert "Svitlo Windows street 1" in page
    assert "B-1" not in page
    assert "Promin" not in page


def test_the_list_has_the_trucks_that_stop_here(owner, truck, firm):
    Shipment.objects.create(
        plant=a_plant(), plant_key="S-8", number="S-8", planned_on=NOW.date(), as_of=NOW, changed_at=NOW
    )

    page = owner.get("/portal/deliveries/").content.decode()

    assert "S-7" in page
    assert "S-8" not in page


def test_a_truck_that_does_not_stop_at_a_dealers_is_not_there_for_them(truck):
    stranger = make_user("olha@example.com", "Olha Other", "dealer")
    into_portal(stranger, a_dealer("Third"))
    browser = Client()
    browser.force_login(stranger)

    assert browser.get(f"/portal/deliveries/{truck.pk}/").status_code == 404


@pytest.mark.parametrize(
    "route",
    [
        [],
        None,
        "x",
        [{"position": 1}],
        [{"position": 1, "city": "<script>", "geo": ["x", 1]}, {"position": 2, "geo": [float("nan"), 1]}],
        [{"position": 1, "geo": [50, 25]}, {"position": 2}, {"position": 3, "geo": [51, 26]}],
    ],
)
def test_a_route_of_whatever_shape_is_drawn_safely(route):
    drawn = draw_route(route, own={1}, plant="Kyiv", start=[50.45, 30.52])

    assert "<script" not in drawn
    assert "nan" not in drawn


@pytest.mark.parametrize(
    "scheme",
    [
        None,
        {},
        {"width": "1400", "height": 1300},
        {"width": 1400, "height": 1300, "parts": "x"},
        {
            "width": 1400,
            "height": 1300,
            "parts": [
                {"id": '"><script>', "kind": "frame", "x": 0, "y": 0, "width": 1, "height": 1},
                {"id": "a", "kind": "<b>", "x": 0, "y": 0, "width": 1, "height": 1},
                {"id": "b", "kind": "pane", "x": "<", "y": 0, "width": 1, "height": 1, "label": "<script>"},
                {"id": "c", "kind": "sash", "x": 0, "y": 0, "width": -1, "height": 1, "opening": ["x"]},
            ],
        },
    ],
)
def test_a_scheme_of_whatever_shape_is_drawn_safely(scheme):
    drawn = draw_scheme(scheme)

    assert "<script" not in drawn
    assert "<b>" not in drawn
