"""The fitter's link: one delivery and nothing else, until that evening."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client

from apps.core import clock
from apps.core.database_roles import as_portal
from apps.crm.models import DeliveryLink, DeliveryLinkVisit, OrderMoney, Shipment, ShipmentStop, UnloadingAct
from apps.crm.selectors.delivery_days import delivery_days
from apps.crm.services.delivery_links import MOST_LINKS, coarse_agent, make_link, orders_of, reader_of
from apps.crm.services.unloading import Hand, take_acts
from tests.conftest import make_user
from tests.crm.deliveries import MORNING, a_signature, a_truck, an_act, between, goods, posted
from tests.crm.factories import a_dealer, an_order, into_portal

pytestmark = pytest.mark.django_db
PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"
FOREIGN = ("Promin", "A-OTHER", "12345.67", "12 345")


@pytest.fixture(autouse=True)
def at(monkeypatch):
    """Sets the clock of the house."""

    def set_clock(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    set_clock(MORNING)
    return set_clock


@pytest.fixture
def firm(dora):
    firm = a_dealer("Svitlo Windows")
    into_portal(dora, firm)
    return firm


@pytest.fixture
def truck(firm):
    """And another order of the firm's, with money, that is not on board."""
    shipment = between(firm)
    OrderMoney.objects.create(
        order_id=goods(shipment, firm)["order"],
        dealer=firm,
        amount=Decimal("12345.67"),
        currency="UAH",
        version=1,
        as_of=MORNING,
    )
    an_order(firm, "A-OTHER", amount=Decimal("12345.67"))
    return shipment


@pytest.fixture
def owner(client, dora, firm):
    client.force_login(dora)
    return client


@pytest.fixture
def link(owner, truck):
    """Made by the button, as the sheet shows it: its path."""
    page = owner.post(f"/portal/deliveries/{truck.pk}/links/", {"label": "Ihor Fitter"}).content.decode()
    (path,) = re.findall(r'value="http://testserver(/d/[\w-]{43}/)"', page)
    return path


@pytest.fixture
def fitter():
    return Client(headers={"user-agent": PHONE})


def test_the_link_shows_this_delivery_without_prices(link, fitter, truck):
    answer = fitter.get(link)
    page = answer.content.decode()

    assert answer.status_code == 200
    for words in (
        "S-7",
        "Window of Svitlo Windows",
        "AA 1234 BB",
        'href="tel:',
        "Svitlo Windows street 1",
        "Ihor Fitter",
    ):
        assert words in page, words
    assert [words for words in FOREIGN if words in page] == []
    assert "/portal/" not in page
    assert answer["X-Robots-Tag"].startswith("noindex")
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "no-store"
    assert 'name="robots" content="noindex' in page


def test_only_a_digest_of_it_is_kept(link):
    token = link.split("/")[2]

    assert token not in str(DeliveryLink.objects.values().get())
    assert len(DeliveryLink.objects.get().digest) == 64


def test_the_fitter_ticks_and_signs_and_both_sides_see_who(link, fitter, truck, firm, owner, bob, everyone_folder):
    acts = [an_act("tick", count=4, **goods(truck, firm)), an_act("signature", name="Petro Client")]

    answer = fitter.post(f"{link}acts/", posted(*acts, signature=a_signature()))

    assert [each["state"] for each in answer.json()["answers"]] == ["kept", "kept"]
    assert ShipmentStop.objects.get(dealer=firm).signed_by == "Petro Client"
    assert fitter.get(f"{link}pictures/{acts[1]['key']}/").status_code == 200
    page = owner.get(f"/portal/deliveries/{truck.pk}/").content.decode()
    assert "by the link for Ihor Fitter" in page
    bob_browser = Client()
    bob_browser.force_login(bob)
    assert "by the link for Ihor Fitter" in bob_browser.get(f"/crm/shipments/{truck.pk}/").content.decode()


def test_each_use_is_written_down_for_the_dealer(link, fitter, owner, truck):
    fitter.get(link)
    fitter.get(link, headers={"hx-request": "true"})  # the page asking for itself is no use of its own
    fitter.post(f"{link}acts/", posted(an_act("arrived")))

    stored = DeliveryLink.objects.get()
    assert (stored.visits, stored.agent, stored.used_at) == (2, "Chrome, Android", MORNING)
    assert list(DeliveryLinkVisit.objects.order_by("pk").values_list("has_written", flat=True)) == [False, True]
    page = owner.get(f"/portal/deliveries/{truck.pk}/").content.decode()
    assert "used 2 times" in page
    assert "Chrome, Android" in page


def test_it_is_dead_once_the_day_is_over_in_kyiv(link, fitter, at):
    at(datetime(2026, 11, 2, 21, 59, 59, tzinfo=UTC))
    assert fitter.get(link).status_code == 200
    at(datetime(2026, 11, 2, 22, 0, tzinfo=UTC))  # midnight there
    assert fitter.get(link).status_code == 404
    assert fitter.post(f"{link}acts/", posted(an_act("arrived"))).status_code == 404
    assert not UnloadingAct.objects.exists()


def test_it_dies_by_the_clock_of_the_house_when_that_changes_to_winter_time(owner, truck, fitter, at):
    at(datetime(2026, 10, 25, 5, 0, tzinfo=UTC))  # that night was an hour longer
    Shipment.objects.update(planned_on="2026-10-25")
    ShipmentStop.objects.update(window_from=None, window_to=None)
    page = owner.post(f"/portal/deliveries/{truck.pk}/links/", {"label": "Ihor"}).content.decode()
    (path,) = re.findall(r"(/d/[\w-]{43}/)", page)

    at(datetime(2026, 10, 25, 21, 59, tzinfo=UTC))
    assert fitter.get(path).status_code == 200
    at(datetime(2026, 10, 25, 22, 1, tzinfo=UTC))
    assert fitter.get(path).status_code == 404


def test_a_delivery_that_is_moved_says_so_and_the_link_does_not_live_longer(link, fitter, owner, truck, firm, at):
    ShipmentStop.objects.filter(dealer=firm).update(
        window_from=MORNING + timedelta(days=1), window_to=MORNING + timedelta(days=1, hours=2)
    )

    assert "This link still ends on its own evening" in fitter.get(link).content.decode()
    assert "moved since" in owner.get(f"/portal/deliveries/{truck.pk}/").content.decode()
    at(MORNING + timedelta(days=1))
    assert fitter.get(link).status_code == 404


def test_unknown_dead_and_revoked_links_are_one_answer(link, fitter, owner, truck, at):
    unknown = fitter.get(f"/d/{'x' * 43}/")
    short = fitter.get("/d/x/")
    owner.post(f"/portal/deliveries/{truck.pk}/links/{DeliveryLink.objects.get().pk}/end/")
    revoked = fitter.get(link)
    DeliveryLink.objects.update(revoked_at=None)
    at(MORNING + timedelta(days=3))
    dead = fitter.get(link)
    somebody = owner.get(link)

    answers = [unknown, short, revoked, dead, somebody]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({answer["X-Robots-Tag"] + answer["Referrer-Policy"] for answer in answers}) == 1


def test_it_opens_nothing_once_the_truck_stops_there_no_more(link, fitter, truck):
    Shipment.objects.filter(pk=truck.pk).update(dealer_ids=[])

    assert fitter.get(link).status_code == 404


def test_the_fitter_stands_before_every_other_door(link, fitter, truck, firm):
    fitter.get(link)
    order = goods(truck, firm)["order"]
    for path in ("/portal/orders/", f"/portal/orders/{order}/", f"/portal/deliveries/{truck.pk}/", "/crm/orders/", "/"):
        assert fitter.get(path).status_code == 302, path


def test_staff_who_open_it_are_nobody_there(link, ada):
    browser = Client()
    browser.force_login(ada)
    page = browser.get(link).content.decode()

    assert "Ada Admin" not in page
    assert "/crm/" not in page


def test_another_dealers_people_neither_make_nor_end_links(link, truck):
    stranger = make_user("olha@example.com", "Olha Other", "dealer")
    into_portal(stranger, a_dealer("Third"))
    browser = Client()
    browser.force_login(stranger)

    assert browser.post(f"/portal/deliveries/{truck.pk}/links/", {"label": "x"}).status_code == 404
    address = f"/portal/deliveries/{truck.pk}/links/{DeliveryLink.objects.get().pk}/end/"
    assert browser.post(address).status_code == 404
    assert DeliveryLink.objects.live(MORNING).count() == 1


def test_behind_the_link_no_other_row_is_there_though_the_first_wall_is_down(link, fitter, truck, firm, monkeypatch):
    """With `visible_to` letting everything through."""
    later = a_truck(firm, number="S-LATER")
    for model in apps.get_app_config("crm").get_models():
        queryset = type(model._default_manager.all())
        if hasattr(queryset, "visible_to"):
            monkeypatch.setattr(queryset, "visible_to", lambda self, _user: self.filter())

    page = fitter.get(link).content.decode()
    assert [words for words in (*FOREIGN, "S-LATER") if words in page] == []

    stored = DeliveryLink.objects.select_related("dealer", "shipment").get()
    reader, mine = reader_of(stored), set(orders_of(stored))
    with as_portal(
        dealer_id=reader.dealer_id,
        entity_id=reader.entity_id,
        plant_ids=reader.plant_ids,
        shipment_id=truck.pk,
        order_ids=tuple(mine),
    ):
        seen = _rows_seen()
    assert later.pk != truck.pk
    assert {name for name, rows in seen.items() if rows} == {
        "crm_plant",
        "crm_dealer",
        "crm_shipment",
        "crm_shipmentstop",
        "crm_shipmentitem",
        "crm_order",
        "crm_construction",
    }
    assert {name: rows for name, rows in seen.items() if rows > 1} == {}


def _rows_seen() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_policies WHERE schemaname = 'public' AND policyname = 'portal'")
        tables = [name for (name,) in cursor.fetchall()]
        counts = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
            counts[table] = cursor.fetchone()[0]
    return counts


def test_every_wall_of_the_portal_is_narrowed_for_links():
    """But that of files sent from an unloading, which asks for the act's own row, and those that only guests pass."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename, policyname FROM pg_policies WHERE 'rapport_portal' = ANY (roles)"
            " AND qual NOT LIKE '%%app.shipment_id%%'"
            " AND tablename NOT LIKE 'projects\\_%%' AND policyname <> 'portal_guests'"
        )
        assert cursor.fetchall() == [("core_file", "portal_unloading")]


def test_links_are_not_made_without_end(dora, truck, firm):
    stop = ShipmentStop.objects.get(dealer=firm)
    for number in range(MOST_LINKS):
        make_link(actor=dora, shipment=truck, stop=stop, label=f"Fitter {number}", now=MORNING)

    with pytest.raises(ValidationError):
        make_link(actor=dora, shipment=truck, stop=stop, label="One more", now=MORNING)


def test_too_many_requests_are_turned_away(link, fitter, monkeypatch):
    monkeypatch.setattr("apps.crm.link_door.MOST", 2)
    answers = [fitter.get("/d/nothing/", REMOTE_ADDR="192.0.2.77").status_code for _number in range(4)]

    assert answers == [404, 404, 429, 429]


@pytest.mark.parametrize(
    ("agent", "coarse"),
    [
        (PHONE, "Chrome, Android"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox, Windows"),
        ("curl/8.5", ""),
    ],
)
def test_of_a_browser_only_name_and_system_are_kept(agent, coarse):
    assert coarse_agent(agent) == coarse


def test_a_link_of_one_dealer_does_not_act_for_another(truck, firm, dora, link):
    stranger = make_user("olha@example.com", "Olha Other", "dealer")
    other = ShipmentStop.objects.get(shipment=truck, position=1).dealer
    into_portal(stranger, other)
    (theirs,) = delivery_days(truck, user=stranger, now=MORNING)

    with pytest.raises(PermissionDenied):
        take_acts(hand=Hand(link=DeliveryLink.objects.get()), delivery=theirs, acts=[], uploads={}, now=MORNING)
