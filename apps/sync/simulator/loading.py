"""The demo's dealers: two plants with four months behind them, taken in as any plant's data are."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from pathlib import Path

from apps.crm.models import Plant
from apps.sync.models import Batch, Source
from apps.sync.services.applying import apply_waiting
from apps.sync.services.receiving import receive_batch
from apps.sync.simulator.dialects import kyiv, lutsk
from apps.sync.simulator.dialects.base import Dialect, Raw
from apps.sync.simulator.facts import Fact
from apps.sync.simulator.memory import remember
from apps.sync.simulator.outlets import Books, Folder
from apps.sync.simulator.playing import newest, past
from apps.sync.simulator.setting_up import PRICES, books_of, code_of, drop_of, memory_of, set_up
from apps.sync.simulator.world import World

DIALECTS: tuple[Dialect, ...] = (kyiv, lutsk)
_BATCH = 500


def load_plants(*, dealers: int, orders: int, seed: int, var: Path, now: datetime) -> bool:
    """Set up both plants and take in their past; False where they are there already.

    Books and price files are written and left to the worker, which reads them as it will from then on.
    """
    if Plant.objects.filter(key=kyiv.plant).exists():
        return False
    for position, dialect in enumerate(DIALECTS):
        set_up(dialect, position=position, var=var, now=now)
        world = World(dialect.plant, seed, max(1, dealers // len(DIALECTS)))
        facts = list(newest(past(world, orders=orders // len(DIALECTS), until=now)))
        remember(memory_of(var, dialect.plant), world)
        _keep_books(dialect, facts, var)
        source = Source.objects.get(code=code_of(dialect.plant, "production"))
        for number, records in enumerate(_portions(_of_production(dialect, facts))):
            body = json.dumps({"as_of": now.isoformat(), "records": records}, ensure_ascii=False).encode()
            receive_batch(source=source, key=f"past-{number}", content_type="application/json", body=body, now=now)
        while Batch.objects.filter(source=source, state=Batch.State.WAITING).exists():
            apply_waiting(source_id=source.pk)
    return True


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
