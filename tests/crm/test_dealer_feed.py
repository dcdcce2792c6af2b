"""A dealer's program downloads by a cursor, and holds in the end what the portal shows; no more than its key may."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction

from apps.crm.models import DealerFeedKey, DealerFeedMark, Order, OrderEvent, OrderMoney, Stage
from apps.crm.services.dealer_feed import keys
from apps.crm.services.dealer_feed.noting import note_changes
from apps.crm.services.dealer_feed.numbering import number_changes
from apps.crm.services.feed.applying import announce
from tests.crm.factories import NOW, a_construction, a_dealer, an_order, into_portal
from tests.crm.feeding import (
    ACCOUNTS,
    a_fed_plant,
    a_price,
    a_status,
    an_entry,
    an_order_record,
    feed,
    known_as,
)
from tests.crm.programs import Program, a_key, ask, rows_of_csv

pytestmark = pytest.mark.django_db


@pytest.fixture
def dealer(everyone_folder):
    a_fed_plant()
    return known_as(a_dealer("Svitlo Windows"), "1001")


@pytest.fixture
def other(everyone_folder):
    return known_as(a_dealer("Promin Windows"), "1002")


def come(*records, source="kyiv-production"):
    outcome = feed(*records, source=source)
    assert outcome.refused == []
    announce(outcome)
    number_changes(now=NOW)


# --- the cursor -------------------------------------------------------------------------------------------------------
def test_the_first_download_has_all_and_later_ones_only_what_changed(dealer):
    an_order(dealer, "A-0")
    come(an_order_record(), a_status(stage="accepted"))
    program = Program(a_key(dealer))
    number_changes(now=NOW)
    program.catch_up()
    assert [row["number"] for row in program.seen("orders").values()] == ["A-0", "A-1"]
    before = dict(program.cursors)

    come(a_status(version=2, stage="production"))
    response = ask(program.key, "stages", after=before["stages"])

    assert [json.loads(line)["status"] for line in response.content.splitlines()] == ["production"]
    assert ask(program.key, "orders", after=before["orders"]).content == b""
    assert response["Feed-More"] == "no"


def test_what_an_amount_is_corrected_to_comes_as_reversal_and_entry(dealer):
    program = Program(a_key(dealer))
    come(an_entry(amount="100.00"), source=ACCOUNTS)
    program.catch_up()
    come(an_entry(version=2, amount="80.00"), source=ACCOUNTS)
    program.catch_up()

    lines = program.seen("ledger")
    assert [row["amount"] for row in lines.values()] == ["100.00", "-100.00", "80.00"]
    first, reversal, _new = lines
    assert lines[reversal]["reverses"] == first


def test_an_order_that_becomes_another_dealer_s_is_gone(dealer, other):
    mine, theirs = Program(a_key(dealer)), Program(a_key(other))
    come(an_order_record(), a_status(stage="accepted"))
    mine.catch_up()
    come(an_order_record(version=2, dealer="1002"))
    mine.catch_up()
    theirs.catch_up()

    assert mine.seen("orders") == mine.seen("stages") == {}
    assert [row["number"] for row in theirs.seen("orders").values()] == ["A-1"]
    (gone,) = mine.copies["orders"].values()
    assert set(gone) == {"id", "revision", "gone"}


def test_nothing_is_passed_by_that_was_noted_first_and_committed_last(dealer):
    """The trap of cursors over numbers that are drawn early: revisions are given to what has committed."""
    first, second = an_order(dealer, "A-1"), an_order(dealer, "A-2")
    program = Program(a_key(dealer))
    number_changes(now=NOW)
    program.catch_up()

    note_changes(now=NOW, orders=[second.pk])
    Order.objects.filter(pk__in=[first.pk, second.pk]).update(reference="new")
    number_changes(now=NOW)
    program.catch_up()
    assert [row["reference"] for row in program.seen("orders").values()] == ["", "new"]
    note_changes(now=NOW, orders=[first.pk])
    number_changes(now=NOW)
    program.catch_up()

    assert [row["reference"] for row in program.seen("orders").values()] == ["new", "new"]


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_is_open_for_long_is_numbered_when_it_commits(everyone_folder):
    a_fed_plant()
    dealer = a_dealer("Svitlo Windows")
    slow, quick = an_order(dealer, "A-1"), an_order(dealer, "A-2")
    program = Program(a_key(dealer))
    number_changes(now=NOW)
    program.catch_up()
    is_noted, may_commit = threading.Event(), threading.Event()

    def take_long():
        try:
            with transaction.atomic():
                Order.objects.filter(pk=slow.pk).update(reference="slow")
                note_changes(now=NOW, orders=[slow.pk])
                is_noted.set()
                may_commit.wait(20)
        finally:
            connection.close()

    other = threading.Thread(target=take_long)
    other.start()
    is_noted.wait(20)
    Order.objects.filter(pk=quick.pk).update(reference="quick")
    note_changes(now=NOW, orders=[quick.pk])
    number_changes(now=NOW)
    program.catch_up()
    assert [row["reference"] for row in program.seen("orders").values()] == ["", "quick"]
    may_commit.set()
    other.join(20)
    number_changes(now=NOW)
    program.catch_up()

    assert [row["reference"] for row in program.seen("orders").values()] == ["slow", "quick"]


def test_a_download_begins_at_a_moment_too(dealer):
    an_order(dealer, "A-1")
    key = a_key(dealer)
    number_changes(now=NOW)
    late = an_order(dealer, "A-2")
    note_changes(now=NOW, orders=[late.pk])
    number_changes(now=NOW + timedelta(hours=1))

    later = ask(key, "orders", since=(NOW + timedelta(minutes=1)).isoformat())
    assert [json.loads(line)["number"] for line in later.content.splitlines()] == ["A-2"]
    never = ask(key, "orders", since=(NOW + timedelta(days=1)).isoformat())
    assert never.content == b""
    note_changes(now=NOW, orders=[an_order(dealer, "A-3").pk])
    number_changes(now=NOW)
    on = ask(key, "orders", after=never["Feed-Cursor"])
    assert [json.loads(line)["number"] for line in on.content.splitlines()] == ["A-3"]


def test_what_says_nothing_new_gets_no_revision(dealer):
    order = an_order(dealer, "A-1")
    a_key(dealer)
    assert number_changes(now=NOW) == 2  # the order and its stage
    note_changes(now=NOW, orders=[order.pk])

    assert number_changes(now=NOW) == 0
    assert number_changes(now=NOW) == 0


# --- formats ----------------------------------------------------------------------------------------------------------
def test_a_file_for_spreadsheets_holds_no_formula_of_others(dealer):
    a_construction(an_order(dealer, "A-1", reference="=HYPERLINK(1)", amount=Decimal("1200.50")))
    key = a_key(dealer)
    number_changes(now=NOW)

    (row,) = rows_of_csv(ask(key, "orders", format="csv"))

    assert (row["reference"], row["amount"], row["gone"]) == ("'=HYPERLINK(1)", "1200.50", "")
    assert json.loads(row["constructions"])[0]["title"] == "Window, two sashes"


@pytest.mark.parametrize("cursor", ["x", "MTpzdGFnZXM6MQ", "MTpvcmRlcnM6LTE", "%00", "é"])
def test_a_cursor_that_is_none_of_this_feed_is_refused(dealer, cursor):
    response = ask(a_key(dealer), "orders", after=cursor)

    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"


# --- keys and rights --------------------------------------------------------------------------------------------------
def test_without_rights_for_money_there_is_none(dealer):
    a_construction(an_order(dealer, "A-1", amount=Decimal("1234.56")))
    come(an_entry(amount="1234.56"), a_price("A-1", amount="1234.56"), source=ACCOUNTS)
    blind, seeing = a_key(dealer, sees_money=False), a_key(dealer)
    number_changes(now=NOW)
    assert b"1234.56" in ask(seeing, "orders").content
    assert b"1234.56" in ask(seeing, "ledger").content

    for kind in ("orders", "stages", "shipments"):
        for form in ("jsonl", "csv"):
            response = ask(blind, kind, format=form)
            assert response.status_code == 200
            assert b"1234" not in response.content
    assert ask(blind, "ledger").status_code == 403


def test_a_key_reads_its_own_dealer_and_nothing_else_of_the_house(dealer, other, client):
    an_order(dealer, "A-1")
    an_order(other, "B-1")
    an_order(dealer, "A-2", stage=Stage.RECEIVED)
    key = a_key(dealer)
    a_key(other)
    number_changes(now=NOW)

    assert [json.loads(line)["number"] for line in ask(key, "orders").content.splitlines()] == ["A-1"]
    for path in ("/api/v1/orders", "/api/v1/feed", "/portal/orders/", "/"):
        found = client.get(path, headers={"Authorization": f"Bearer {key}"})
        assert found.status_code in (302, 401, 404), path


def test_a_key_is_kept_as_a_digest_and_ends_at_once(dealer, dora, client):
    into_portal(dora, dealer)
    raw = a_key(dealer, owner=dora)
    key = DealerFeedKey.objects.get()
    assert raw not in str(key.__dict__)
    assert ask(raw, "orders").status_code == 200
    key.refresh_from_db()
    assert key.last_used_at is not None

    keys.revoke_key(actor=dora, key=key, now=NOW)

    assert ask(raw, "orders").status_code == 401
    assert client.get("/api/v1/feed/orders").status_code == 401
    assert ask(raw[:-1], "orders").status_code == 401


def test_a_dealer_who_buys_no_more_reads_no_more(dealer):
    key = a_key(dealer)
    dealer.is_active = False
    dealer.save()

    assert ask(key, "orders").status_code == 401


def test_a_program_that_asks_too_often_waits(dealer, settings):
    settings.RAPPORT_API_RATE = 2
    key = a_key(dealer)

    assert [ask(key, "orders").status_code for _time in range(3)] == [200, 200, 429]


def test_a_page_of_the_feed_takes_few_queries(dealer, django_assert_max_num_queries):
    for number in range(30):
        a_construction(an_order(dealer, f"A-{number}", amount=Decimal(1)))
    key = a_key(dealer)
    number_changes(now=NOW)

    with django_assert_max_num_queries(20):
        response = ask(key, "orders", limit=30)
    assert len(response.content.splitlines()) == 30
    assert (DealerFeedMark.objects.count(), OrderMoney.objects.count(), OrderEvent.objects.count()) == (60, 30, 0)
