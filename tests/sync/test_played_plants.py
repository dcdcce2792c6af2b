"""A plant that is played, from its database, its folder and its posts to what orders cost and dealers owe."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Sum

from apps.core import clock
from apps.crm.models import ConstructionPrice, Dealer, LedgerEntry, OrderMoney
from apps.sync.models import Batch, Source
from apps.sync.services.applying import apply_waiting
from apps.sync.services.polling import poll
from apps.sync.services.receiving import receive_batch
from apps.sync.simulator.dialects import kyiv, lutsk
from apps.sync.simulator.dialects.base import Dialect
from apps.sync.simulator.facts import Fact, MoneyFact, OrderFact, PriceFact
from apps.sync.simulator.outlets import Books, Folder
from apps.sync.simulator.playing import past
from apps.sync.simulator.setting_up import PRICES, books_of, code_of, drop_of, set_up
from apps.sync.simulator.world import World

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def played(dialect: Dialect, var: Path) -> list[Fact]:
    """A month of a plant: in its books and its folder; its production's records are posted last."""
    set_up(dialect, position=0, var=var, now=NOW)
    facts = list(past(World(dialect.plant, 7, 5), orders=15, until=NOW, days=30))
    books = Books(books_of(var, dialect.plant), dialect.tables)
    prices = Folder(drop_of(var, dialect.plant), PRICES[dialect.plant])
    posted = []
    for said in (each for fact in facts for each in dialect.say(fact)):
        if said.role == "books":
            books.say(said.table, said.record)
        elif said.role == "prices":
            prices.say(said.record)
        else:
            posted.append(said.record)
    books.flush()
    prices.flush()
    for role in ("prices", "books"):
        source = Source.objects.get(code=code_of(dialect.plant, role))
        poll(source_id=source.pk, at=lambda: clock.now() + timedelta(seconds=2))
        apply_waiting(source_id=source.pk)
    production = Source.objects.get(code=code_of(dialect.plant, "production"))
    body = json.dumps(posted).encode()
    receive_batch(source=production, key="", content_type="application/json", body=body, now=clock.now())
    apply_waiting(source_id=production.pk)
    return facts


@pytest.mark.parametrize("dialect", [pytest.param(kyiv, id="kyiv"), pytest.param(lutsk, id="lutsk")])
def test_what_is_pulled_and_dropped_becomes_money_of_orders_and_ledger(dialect, tmp_path, settings, everyone_folder):
    settings.RAPPORT_FEED_FOLDERS = [str(tmp_path / "simulator")]

    facts = played(dialect, tmp_path)

    assert not Source.objects.exclude(poll_error="").exists()
    assert set(Batch.objects.values_list("state", flat=True)) == {"applied"}
    for source in Source.objects.all():
        assert source.read == source.applied + source.unchanged + source.stale
        assert (source.rejected, source.read > 0) == (0, True)
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for fact in {fact.entry: fact for fact in facts if isinstance(fact, MoneyFact)}.values():  # corrected ones count
        owed[fact.firm.code] += fact.amount
    assert owed == dict(
        Dealer.objects.annotate(owed=Sum("entries__amount")).exclude(owed=None).values_list("code", "owed")
    )
    costs = {fact.number: fact.amount for fact in facts if isinstance(fact, PriceFact) and not fact.position}
    assert sorted(costs.values()) == sorted(OrderMoney.objects.values_list("amount", flat=True))
    pieces = [fact.amount for fact in facts if isinstance(fact, PriceFact) and fact.position]
    assert sorted(pieces) == sorted(ConstructionPrice.objects.values_list("amount", flat=True))
    assert sum(isinstance(fact, OrderFact) for fact in facts) == 15
    assert LedgerEntry.objects.filter(kind="charge", order=None).count() == 0


def test_books_that_are_away_leave_orders_without_money_until_they_are_back(tmp_path, settings, everyone_folder):
    settings.RAPPORT_FEED_FOLDERS = [str(tmp_path / "simulator")]
    played(kyiv, tmp_path)
    books = books_of(tmp_path, "kyiv")
    source = Source.objects.get(code="kyiv-books")
    world = World("kyiv", 7, 5)
    firm = world.dealers[0]
    before = LedgerEntry.objects.count()
    accounts = Books(books, kyiv.tables)
    for said in kyiv.say(MoneyFact(NOW, 999_999, firm, "payment", Decimal("-12.34"))):
        accounts.say(said.table, said.record)
    accounts.flush()

    books.rename(books.with_suffix(".away"))
    poll(source_id=source.pk)
    apply_waiting(source_id=source.pk)
    source.refresh_from_db()
    assert ("in the folders" in source.poll_error, LedgerEntry.objects.count()) == (True, before)
    books.with_suffix(".away").rename(books)
    poll(source_id=source.pk)
    apply_waiting(source_id=source.pk)

    source.refresh_from_db()
    assert (source.poll_error, LedgerEntry.objects.count()) == ("", before + 1)
    assert LedgerEntry.objects.get(key="op-999999").amount == Decimal("-12.34")
