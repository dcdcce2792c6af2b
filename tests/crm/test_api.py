"""Programs of the house read dealers, orders, accounts, claims and shipments."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.services.tokens import create_token
from apps.contacts.models import Folder
from apps.contacts.models.rights import forget_rights
from apps.crm.models import Order, OrderEvent, OrderState, Shipment, ShipmentItem, ShipmentStop, Stage
from tests.conftest import make_user
from tests.crm.accounts import an_entry
from tests.crm.claims import a_claim
from tests.crm.factories import NOW, a_construction, a_dealer, a_plant, an_order, into_portal

pytestmark = pytest.mark.django_db
SCOPES = ["orders:read", "ledger:read", "claims:read"]


class Reader:
    """Asks with a token of `user`."""

    def __init__(self, client, user, scopes=SCOPES) -> None:
        _token, raw = create_token(actor=user, user=user, name="1C", scopes=list(scopes), expires_at=None, now=NOW)
        self.client, self.headers = client, {"Authorization": f"Bearer {raw}"}

    def ask(self, path: str, **headers: str):
        return self.client.get(f"/api/v1/{path}", headers={**self.headers, **headers})

    def read(self, path: str):
        answer = self.ask(path)
        assert answer.status_code == 200, answer.content
        return answer.json()


@pytest.fixture
def program(client, bob) -> Reader:
    return Reader(client, bob)


@pytest.fixture
def firm():
    return a_dealer("Svitlo Windows", code="SVITLO")


@pytest.fixture
def order(firm):
    order = an_order(firm, "A-1001", reference="Kitchen", amount=Decimal("12400.50"))
    a_construction(order, colour="white")
    for version, (kind, what, money) in enumerate(
        [("stage", {"stage": 10}, False), ("money", {"amount": "12400.50", "currency": "UAH"}, True)], 1
    ):
        OrderEvent.objects.create(
            order=order,
            dealer=firm,
            source="kyiv",
            record=f"{kind}:A-1001",
            version=version,
            kind=kind,
            what=what,
            is_money=money,
            happened_at=NOW,
            received_at=NOW,
        )
    return order


def numbers(page) -> list[str]:
    return [each["number"] for each in page["items"]]


def test_orders_come_page_by_page_without_gaps_or_doubles(program, firm):
    for number in range(7):
        an_order(firm, f"A-{number}", received_at=NOW + timedelta(minutes=number // 2))

    seen, after = [], ""
    while after is not None:
        page = program.read(f"orders?limit=2&after={after}")
        seen += numbers(page)
        after = page["next"]

    assert seen == [f"A-{number}" for number in (6, 5, 4, 3, 2, 1, 0)]
    assert program.ask("orders?after=nonsense").status_code == 422


def test_orders_are_narrowed_by_dealer_plant_and_status(program, firm, order):
    other = a_dealer("Promin", code="PROMIN")
    an_order(other, "B-1", stage=Stage.SHIPPED, plant=a_plant("lviv"))

    assert numbers(program.read("orders?dealer=PROMIN")) == ["B-1"]
    assert numbers(program.read("orders?plant=kyiv")) == ["A-1001"]
    assert numbers(program.read("orders?status=shipped")) == ["B-1"]
    problem = program.ask("orders?status=lost")
    assert problem.status_code == 422
    assert problem["Content-Type"] == "application/problem+json"


def test_a_copy_is_kept_by_what_changed_after(program, firm):
    for number in range(3):
        order = an_order(firm, f"A-{number}")
        OrderState.objects.filter(order=order).update(changed_at=NOW + timedelta(minutes=10 - number))

    first = program.read(f"orders?changed_after={(NOW + timedelta(minutes=8)).strftime('%Y-%m-%dT%H:%M:%SZ')}&limit=1")
    since = (NOW + timedelta(minutes=8)).strftime("%Y-%m-%dT%H:%M:%SZ")
    second = program.read(f"orders?changed_after={since}&limit=1&after={first['next']}")

    assert (numbers(first), numbers(second), second["next"]) == (["A-1"], ["A-0"], None)


def test_an_order_is_read_with_constructions_and_events_and_spared_where_known(program, order):
    answer = program.ask(f"orders/{order.pk}")
    found = answer.json()

    assert (found["number"], found["status"], found["amount"]) == ("A-1001", "accepted", "12400.50")
    assert [each["colour"] for each in found["constructions"]] == ["white"]
    assert {each["kind"] for each in found["events"]} == {"stage", "money"}
    again = program.ask(f"orders/{order.pk}", **{"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    order.reference = "Bathroom"
    order.save()
    assert program.ask(f"orders/{order.pk}", **{"If-None-Match": answer["ETag"]}).status_code == 200


def test_staff_without_money_read_no_amount(client, order):
    clara = Reader(client, make_user("clara@example.com", "Clara Claims", "claims"))

    found = clara.ask(f"orders/{order.pk}")

    assert found.json()["amount"] is None
    assert b"12400" not in found.content
    assert b"12400" not in clara.ask("orders").content
    assert clara.ask("ledger?dealer=SVITLO").status_code == 404


def test_what_was_not_told_is_null_never_zero(program, firm):
    order = an_order(firm, "A-2")
    OrderState.objects.filter(order=order).update(stage_version=0)

    [found] = program.read("orders")["items"]

    assert (found["status"], found["amount"], found["planned_on"]) == (None, None, None)


def test_dealers_whose_contact_one_does_not_see_are_not_there(client, bob, alice, charlie, firm, order, dora):
    into_portal(dora, firm)
    a_claim(order, dora)
    an_entry(firm, date(2026, 10, 1), "10.00")
    firm.entity.folder = Folder.objects.create(name="Board", kind="personal", owner=alice)
    firm.entity.save()
    forget_rights()

    for outsider in (bob, charlie):
        program = Reader(client, outsider)
        for path in ("orders", "dealers", "claims"):
            assert program.read(path)["items"] == []
        assert program.ask(f"orders/{order.pk}").status_code == 404
        assert program.ask("ledger?dealer=SVITLO").status_code == 404
    assert numbers(Reader(client, alice).read("orders")) == ["A-1001"]


def test_tokens_open_only_what_they_were_made_for(client, bob, dora, firm, order):
    narrow = Reader(client, bob, scopes=["contacts:read"])

    for path in ("orders", f"orders/{order.pk}", "dealers", "shipments", "claims", "ledger?dealer=SVITLO"):
        assert narrow.ask(path).status_code == 403
        assert client.get(f"/api/v1/{path}").status_code == 401


def test_the_ledger_has_lines_and_the_balances_of_the_page(program, firm, order):
    an_entry(firm, date(2026, 9, 10), "2400.50", order=order)
    an_entry(firm, date(2026, 10, 5), "-1000.00", "payment", client="Koval")
    an_entry(a_dealer("Promin"), date(2026, 10, 5), "777.00")

    first = program.read("ledger?dealer=SVITLO&limit=1")
    second = program.read(f"ledger?dealer=SVITLO&limit=1&after={first['next']}")
    october = program.read("ledger?dealer=SVITLO&booked_from=2026-10-01")

    assert [each["balance"] for each in first["accounts"]] == ["1400.50"]
    assert [(each["amount"], each["order_number"]) for each in first["items"]] == [("2400.50", "A-1001")]
    assert [(each["amount"], each["client"]) for each in second["items"]] == [("-1000.00", "Koval")]
    assert second["next"] is None
    assert [each["amount"] for each in october["items"]] == ["-1000.00"]
    assert program.ask("ledger").status_code == 422


def test_claims_and_dealers_are_listed(program, firm, order, dora):
    into_portal(dora, firm)
    claim = a_claim(order, dora)

    [found] = program.read("claims?dealer=SVITLO&state=new")["items"]
    [dealer] = program.read("dealers?q=svit")["items"]

    assert (found["number"], found["order_number"], found["compensation"]) == (claim.number, "A-1001", None)
    assert program.read("claims?state=closed")["items"] == []
    assert (dealer["code"], dealer["plants"]) == ("SVITLO", ["kyiv"])


def test_shipments_have_their_stops_and_what_is_on_board(program, firm, order):
    shipment = Shipment.objects.create(
        plant=a_plant(),
        plant_key="S-1",
        number="S-1",
        planned_on=date(2026, 11, 5),
        dealer_ids=[firm.pk],
        as_of=NOW,
        changed_at=NOW,
    )
    stop = ShipmentStop.objects.create(shipment=shipment, position=1, dealer=firm, city="Lutsk")
    ShipmentItem.objects.create(shipment=shipment, stop=stop, order=order, dealer=firm, quantity=3)

    [found] = program.read("shipments?dealer=SVITLO")["items"]

    assert [(each["dealer"], each["city"]) for each in found["stops"]] == [("SVITLO", "Lutsk")]
    assert [(each["order_number"], each["quantity"]) for each in found["stops"][0]["items"]] == [("A-1001", 3)]
    assert program.read("shipments?planned_to=2026-11-04")["items"] == []


def test_lists_ask_the_database_as_often_for_many_as_for_few(program, firm, order, django_assert_max_num_queries):
    for number in range(20):
        a_construction(an_order(firm, f"B-{number}", amount=Decimal(1)))

    with django_assert_max_num_queries(12):
        assert len(program.read("orders")["items"]) == 21


def test_what_changed_lately_of_all_dealers_is_found_by_an_index(program, order):
    many_orders(order, 20_000)

    with CaptureQueriesContext(connection) as asked:
        found = numbers(program.read("orders?changed_after=2026-11-02T09:00:00Z"))

    assert found == [*(f"M-{number}" for number in range(19_971, 20_000)), "A-1001", "M-20000"]
    (query,) = [each["sql"] for each in asked if "changed_at" in each["sql"] and "ORDER BY" in each["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {query}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "order_state_changed" in plan


def many_orders(like: Order, count: int) -> None:
    """One changed each minute, the last of them now."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(
            "INSERT INTO crm_order (dealer_id, plant_id, plant_key, number, reference, client, product, comment,"
            " received_at, approved_at, identity_version, created_at)"
            " SELECT %s, %s, 'M-' || n, 'M-' || n, '', '', '', '', %s, %s, 1, %s FROM generate_series(1, %s) n",
            [like.dealer_id, like.plant_id, NOW, NOW, NOW, count],
        )
        cursor.execute(
            "INSERT INTO crm_orderstate (order_id, dealer_id, plant_id, stage, status, is_on_hold, is_cancelled,"
            " quantity, made, shipped, stage_version, delivery_version, changed_at)"
            " SELECT id, dealer_id, plant_id, 10, 10, false, false, 0, 0, 0, 1, 0, %s - (%s - substr(number, 3)::int)"
            " * interval '1 minute' FROM crm_order WHERE number LIKE 'M-%%' ORDER BY id",
            [NOW, count],
        )
        cursor.execute("ANALYZE crm_order, crm_orderstate")
        cursor.execute(f"SET ROLE {settings.DATABASE_WEB_ROLE}")
