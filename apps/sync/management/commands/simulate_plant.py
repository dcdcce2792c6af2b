"""`manage.py simulate_plant`: two plants and their accounting systems, played against the running house."""

from __future__ import annotations

import random
import signal
from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError
from django.core.management.base import BaseCommand

from apps.core import clock
from apps.sync.simulator.decisions import Decisions
from apps.sync.simulator.dialects.base import Dialect
from apps.sync.simulator.loading import DIALECTS
from apps.sync.simulator.memory import recall, remember
from apps.sync.simulator.mistakes import Mistakes
from apps.sync.simulator.outlets import Books, Folder, GaveUp, Push
from apps.sync.simulator.playing import Plant, newest, past, play
from apps.sync.simulator.setting_up import PRICES, books_of, code_of, drop_of, memory_of, set_up
from apps.sync.simulator.world import World

PACE = 1 / 300  # of live play: a week of the plant goes by in half an hour


class Command(BaseCommand):
    help = "Play two plants that send orders, states, shipments, prices and settlements to the running house."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the house is reached")
        parser.add_argument("--rate", type=_positive, default=4.0, help="changes a second over all sources")
        parser.add_argument("--seconds", type=_positive, help="how long; without it until Ctrl-C")
        parser.add_argument("--dealers", type=int, default=200, help="over both plants, at the first start")
        parser.add_argument("--orders", type=int, default=0, help="of the past four months, told at the first start")
        parser.add_argument("--errors", type=_share, default=0.0, help="share of records that something is wrong with")
        parser.add_argument("--source", default="", help="let only this one speak: kyiv-production, lutsk-books ...")
        parser.add_argument("--seed", type=int, default=20261102)

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        dice = random.Random(options["seed"] + int(now.timestamp()))  # noqa: S311  a play, not a secret
        plants = [self._plant(place, dialect, options, dice, now) for place, dialect in enumerate(DIALECTS)]
        plants = [plant for plant in plants if plant.only]
        if not plants:
            raise CommandError(f"There is no source {options['source']}. The plants have {', '.join(_codes())}.")

        def keep() -> None:
            for plant in plants:
                remember(memory_of(Path(settings.VAR), plant.world.plant), plant.world)

        signal.signal(signal.SIGTERM, signal.default_int_handler)  # the demo's way to stop us keeps the worlds too
        try:
            for plant in plants:
                plant.deliver(clock.now())
            keep()
            told = play(plants, rate=options["rate"], seconds=options["seconds"], clock=clock.now, dice=dice, keep=keep)
        except GaveUp as trouble:
            keep()
            raise CommandError(str(trouble)) from trouble
        except KeyboardInterrupt:
            keep()
            return
        mistakes = {kind: sum(plant.mistakes.counts.get(kind, 0) for plant in plants) for kind in _kinds(plants)}
        self.stdout.write(f"Told {told} records in {options['seconds']:g} s; mistakes: {mistakes or 'none'}.")

    def _plant(
        self, place: int, dialect: Dialect, options: dict[str, Any], dice: random.Random, now: datetime
    ) -> Plant:
        roles = {setup.role for setup in dialect.setups}
        if options["source"]:
            roles = {role for role in roles if code_of(dialect.plant, role) == options["source"]}
        tokens = set_up(dialect, position=place, var=Path(settings.VAR), now=now)
        world = recall(memory_of(Path(settings.VAR), dialect.plant), plant=dialect.plant, pace=PACE)
        is_new = world is None
        if world is None:
            world = World(dialect.plant, options["seed"], max(1, options["dealers"] // len(DIALECTS)))
        plant = Plant(
            world=world,
            dialect=dialect,
            push=Push(options["url"], code_of(dialect.plant, "production"), tokens["production"]),
            books=Books(books_of(Path(settings.VAR), dialect.plant), dialect.tables),
            prices=Folder(drop_of(Path(settings.VAR), dialect.plant), PRICES[dialect.plant]),
            mistakes=Mistakes(options["errors"], dice),
            decisions=Decisions(options["url"], dialect.plant, tokens["books"]),
            only=frozenset(roles),
        )
        if is_new:
            plant.tell(newest(past(world, orders=options["orders"] // len(DIALECTS), until=now)))
            world.pace = PACE
        return plant


def _codes() -> list[str]:
    return [code_of(dialect.plant, setup.role) for dialect in DIALECTS for setup in dialect.setups]


def _kinds(plants: list[Plant]) -> list[str]:
    return sorted({kind for plant in plants for kind in plant.mistakes.counts})


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < 1e6:
        raise ArgumentTypeError("a number above zero")
    return number


def _share(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise ArgumentTypeError("a share between 0 and 1")
    return number
