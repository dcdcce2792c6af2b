"""The two plants that are played: what they say is understood by their mappings alone."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from apps.crm.feed.records import LedgerRecord
from apps.sync.mapping import TABLE, to_ours
from apps.sync.mapping_checks import check_mapping
from apps.sync.schemas import convert
from apps.sync.simulator.dialects import kyiv, lutsk
from apps.sync.simulator.dialects.base import Dialect, Said
from apps.sync.simulator.facts import MoneyFact, OrderFact, PieceFact
from apps.sync.simulator.memory import recall, remember
from apps.sync.simulator.mistakes import Mistakes
from apps.sync.simulator.playing import newest, past
from apps.sync.simulator.world import World

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
DIALECTS = [pytest.param(kyiv, id="kyiv"), pytest.param(lutsk, id="lutsk")]


def said(dialect: Dialect, orders: int = 40) -> list[Said]:
    world = World(dialect.plant, 1, 12)
    return [each for fact in past(world, orders=orders, until=NOW, days=30) for each in dialect.say(fact)]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_record_of_a_plant_becomes_one_of_ours_by_its_mapping(dialect):
    mappings = {setup.role: setup.mapping for setup in dialect.setups}
    found: Counter[str] = Counter()

    for each in said(dialect):
        wire = json.loads(json.dumps(each.record))
        if each.role == "books":
            wire[TABLE] = each.table
        table = "ціни" if dialect.plant == "lutsk" else "prices"
        record = convert(to_ours(wire, mappings[each.role], table))
        found[type(record).__name__] += 1

    assert {name for name, count in found.items() if count} == {
        "DealerRecord",
        "OrderRecord",
        "OrderStatusRecord",
        "ConstructionRecord",
        "ShipmentRecord",
        "PriceRecord",
        "LedgerRecord",
    }
    assert found["OrderRecord"] == 40


@pytest.mark.parametrize("dialect", DIALECTS)
def test_their_mappings_are_such_as_an_administrator_may_enter(dialect):
    assert [check_mapping(setup.mapping) for setup in dialect.setups] == [[], [], []]


def test_both_plants_owe_the_same_amounts_in_words_that_differ():
    """Kopecks there, hryvnias with the sign turned here."""
    world = World("lutsk", 1, 1)
    fact = next(fact for fact in world.introduce(NOW) if isinstance(fact, MoneyFact))
    amounts = []
    dialect: Dialect
    for dialect in (kyiv, lutsk):
        row = next(each for each in dialect.say(fact) if each.role == "books")
        mapping = next(setup.mapping for setup in dialect.setups if setup.role == "books")
        record = convert(to_ours({**row.record, TABLE: row.table}, mapping))
        assert isinstance(record, LedgerRecord)
        amounts.append(record.amount)

    assert amounts[0] == amounts[1] == fact.amount


def test_a_first_load_leaves_out_what_was_overtaken():
    whole = list(past(World("kyiv", 3, 5), orders=20, until=NOW, days=30))
    short = list(newest(past(World("kyiv", 3, 5), orders=20, until=NOW, days=30)))

    pieces = [(fact.number, fact.piece.position) for fact in short if isinstance(fact, PieceFact)]
    assert len(pieces) == len(set(pieces))
    assert set(map(type, whole)) == set(map(type, short))
    assert len(short) < len(whole)


def test_an_order_that_was_begun_goes_on_in_the_next_run(tmp_path: Path):
    world = World("kyiv", 3, 5)
    list(past(world, orders=20, until=NOW, days=10))
    remember(tmp_path / "kyiv.json", world)

    again = recall(tmp_path / "kyiv.json", plant="kyiv", pace=1.0)

    assert again is not None
    assert again.jobs == world.jobs
    assert again.dealers == world.dealers
    later = next(iter(again.take_order(NOW + timedelta(days=1))))
    assert isinstance(later, OrderFact)
    assert later.number == world.last_number + 1
    assert recall(tmp_path / "lutsk.json", plant="lutsk", pace=1.0) is None


def test_mistakes_keep_every_good_record_and_send_held_back_orders_in_the_end():
    records = [each.record for each in said(kyiv) if each.role == "production"]
    mistakes = Mistakes(0.3, random.Random(1))

    sent = [passed for record in records for passed in mistakes.pass_on(record)]
    held = mistakes.rest()

    assert held
    whole = [json.dumps(record) for record in sent + held]
    assert {json.dumps(record) for record in records} <= set(whole)
    assert set(mistakes.counts) == {"broken", "twice", "late", "early"}
    assert len(whole) == len(records) + mistakes.counts["broken"] + mistakes.counts["twice"] + mistakes.counts["late"]
