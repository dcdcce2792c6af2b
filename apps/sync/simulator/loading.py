"""The demo's dealers: two plants with four months behind them, taken in as any plant's data are."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

from apps.crm.models import Plant
from apps.sync.models import Source
from apps.sync.services.applying import apply_waiting
from apps.sync.services.receiving import receive_batch
from apps.sync.simulator.dialects import kyiv, lutsk
from apps.sync.simulator.dialects.base import Dialect, Raw
from apps.sync.simulator.facts import DealerFact, Fact, OrderFact
from apps.sync.simulator.memory import remember
from apps.sync.simulator.outlets import Books, Folder
from apps.sync.simulator.playing import newest, past
from apps.sync.simulator.setting_up import PRICES, books_of, code_of, drop_of, memory_of, set_up
from apps.sync.simulator.world import World

DIALECTS: tuple[Dialect, ...] = (kyiv, lutsk)
_BATCH = 500
_BUSIEST = 3  # firms of a plant that are there from the start


def load_plants(*, dealers: int, orders: int, seed: int, var: Path, now: datetime) -> bool:
    """Set up both plants and take in their past; False where they are there already.

    Only the busiest firms are applied at once, so that the demo is soon ready. The rest lies in the inbox, where the
    worker finds it, as books and price files lie where it reads them.
    """
    if Plant.objects.filter(key=kyiv.plant).exists():
        return False
    for position, dialect in enumerate(DIALECTS):
        set_up(dialect, position=position, var=var, now=now)
        world = World(dialect.plant, seed, max(1, dealers // len(DIALECTS)))
        facts = list(newest(past(world, orders=orders // len(DIALECTS), until=now)))
        remember(memory_of(var, dialect.plant), world)
        _keep_books(dialect, facts, var)
        first, rest = _busiest_first(world, facts)
        source = Source.objects.get(code=code_of(dialect.plant, "production"))
        _send(dialect, first, source, "first", now)
        apply_waiting(source_id=source.pk)
        _send(dialect, rest, source, "rest", now)
    return True


def _busiest_first(world: World, facts: Sequence[Fact]) -> tuple[list[Fact], list[Fact]]:
    """All dealers and the orders of those few for whom most is under way; everything else."""
    open_orders = Counter(job.firm.number for job in world.jobs.values())
    firms = {number for number, _count in open_orders.most_common(_BUSIEST)}
    theirs = {fact.number for fact in facts if isinstance(fact, OrderFact) and fact.firm.number in firms}

    def comes_first(fact: Fact) -> bool:
        return isinstance(fact, DealerFact) or getattr(fact, "number", None) in theirs

    return [fact for fact in facts if comes_first(fact)], [fact for fact in facts if not comes_first(fact)]


def _send(dialect: Dialect, facts: Iterable[Fact], source: Source, name: str, now: datetime) -> None:
    for number, records in enumerate(_portions(_of_production(dialect, facts))):
        body = json.dumps({"as_of": now.isoformat(), "records": records}, ensure_ascii=False).encode()
        key = f"{name}-{number}"
        receive_batch(source=source, key=key, content_type="application/json", body=body, now=now)


def _of_production(dialect: Dialect, facts: Iterable[Fact]) -> Iterable[Raw]:
    return (said.record for fact in facts for said in dialect.say(fact) if said.role == "production")


def _keep_books(dialect: Dialect, facts: Iterable[Fact], var: Path) -> None:
    books = Books(books_of(var, dialect.plant), dialect.tables)
    prices = Folder(drop_of(var, dialect.plant), PRICES[dialect.plant])
    for fact in facts:
        for said in dialect.say(fact):
            if said.role == "books":
                books.say(said.table, said.record)
            elif said.role == "prices":
                prices.say(said.record)
    books.flush()
    prices.flush()


def _portions(records: Iterable[Raw]) -> Iterable[list[Raw]]:
    rest = iter(records)
    while portion := list(islice(rest, _BATCH)):
        yield portion
