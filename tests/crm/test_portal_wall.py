"""The second wall: what the portal's database role reads, whatever the application forgets."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import ProgrammingError, connection, transaction

from apps.core.database_roles import as_house, as_portal
from apps.crm.models import Construction, Dealer, Order, OrderMoney, OrderState, Stage
from tests.crm.factories import a_construction, a_dealer, an_order

pytestmark = pytest.mark.django_db

# Tables that the portal's role reads whole, each with its reason.
WITHOUT_A_WALL: dict[str, str] = {}


@pytest.fixture
def mine():
    return a_dealer("Mine")


@pytest.fixture
def theirs():
    return a_dealer("Theirs")


def behind_the_wall(dealer: Dealer, **rights):
    return as_portal(dealer_id=dealer.pk, entity_id=dealer.entity_id, plant_ids=tuple(dealer.plant_ids), **rights)


def test_only_rows_of_ones_own_are_there(mine, theirs):
    order = an_order(mine, "A-1")
    an_order(theirs, "A-2")
    piece = a_construction(order)
    a_construction(Order.objects.get(number="A-2"))

    with behind_the_wall(mine):
        seen = list(Order.objects.values_list("number", flat=True))
        pieces = list(Construction.objects.values_list("pk", flat=True))
        dealers = list(Dealer.objects.values_list("name", flat=True))

    assert (seen, pieces, dealers) == (["A-1"], [piece.pk], ["Mine"])
    assert Order.objects.count() == 2  # afterwards the house sees all again


def test_an_order_that_the_plant_has_not_approved_is_not_there_and_neither_are_its_parts(mine):
    order = an_order(mine, "A-1", stage=Stage.RECEIVED, amount=Decimal(100))
    a_construction(order)

    with behind_the_wall(mine, sees_money=True):
        found = [model.objects.count() for model in (Order, OrderState, OrderMoney, Construction)]

    assert found == [0, 0, 0, 0]


def test_amounts_are_there_for_readers_of_money_alone(mine):
    an_order(mine, "A-1", amount=Decimal(100))

    with behind_the_wall(mine):
        without = OrderMoney.objects.count()
    with behind_the_wall(mine, sees_money=True):
        with_money = OrderMoney.objects.count()

    assert (without, with_money) == (0, 1)


def test_the_role_writes_nothing_unless_a_service_acts_for_the_house(mine):
    order = an_order(mine, "A-1")

    with behind_the_wall(mine):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Order.objects.filter(pk=order.pk).update(reference="x")
        with as_house():
            Order.objects.filter(pk=order.pk).update(reference="y")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Order.objects.filter(pk=order.pk).update(reference="z")

    order.refresh_from_db()
    assert order.reference == "y"


def test_an_error_gives_the_role_back(mine):
    with pytest.raises(ZeroDivisionError), behind_the_wall(mine):
        raise ZeroDivisionError

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('app.dealer_id', true)")
        role, dealer = cursor.fetchone()
    assert role == "rapport_web"
    assert not dealer


def test_users_changes_and_the_inbox_are_no_business_of_the_portal(mine):
    with behind_the_wall(mine):
        for table in ("accounts_user", "core_change", "accounts_auditevent", "sync_batch", "sync_batchbody"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                connection.cursor().execute(f"SELECT 1 FROM {table}")  # noqa: S608


def test_each_table_that_the_role_reads_has_a_wall():
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
            WHERE c.relkind IN ('r', 'p', 'v', 'm') AND has_table_privilege('rapport_portal', c.oid, 'SELECT')
              AND NOT (c.relrowsecurity AND EXISTS (
                  SELECT 1 FROM pg_policy p
                  WHERE p.polrelid = c.oid AND p.polroles @> ARRAY['rapport_portal'::regrole::oid]
              ))
            """
        )
        open_tables = {name for (name,) in cursor.fetchall()}
        cursor.execute(
            """
            SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
            WHERE c.relkind IN ('r', 'p') AND (has_table_privilege('rapport_portal', c.oid, 'INSERT')
                OR has_table_privilege('rapport_portal', c.oid, 'UPDATE')
                OR has_table_privilege('rapport_portal', c.oid, 'DELETE'))
            """
        )
        written = {name for (name,) in cursor.fetchall()}
        cursor.execute("SELECT rolsuper, rolbypassrls, rolcanlogin FROM pg_roles WHERE rolname = 'rapport_portal'")
        assert cursor.fetchone() == (False, False, False)

    assert open_tables == set(WITHOUT_A_WALL)
    assert written == set()
