"""How far the worlds are, kept between two runs, so that an order that was begun goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from apps.sync.simulator.facts import ShipmentFact
from apps.sync.simulator.world import Job, World


@dataclass
class _Kept:
    seed: int
    firms: int
    first_number: int
    jobs: list[Job]
    ready: list[Job]
    voyages: list[tuple[datetime, str, ShipmentFact, list[Job]]]
    last_entry: int = 0
    last_trip: int = 0


def remember(path: Path, world: World) -> None:
    """Write it down, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    jobs, numbers = list(world.jobs.values()), (world.last_entry, world.last_trip)
    kept = _Kept(world.seed, world.firms, world.last_number, jobs, world.ready, world.voyages, *numbers)
    draft = path.with_suffix(".part")
    draft.write_bytes(msgspec.json.encode(kept))
    draft.rename(path)


def recall(path: Path, *, plant: str, pace: float) -> World | None:
    """The world as it was left; None where there was none."""
    if not path.exists():
        return None
    kept = msgspec.json.decode(path.read_bytes(), type=_Kept)
    world = World(plant, kept.seed, kept.firms, pace, kept.first_number, kept.last_entry, kept.last_trip)
    world.jobs = {job.number: job for job in kept.jobs}
    world.ready = kept.ready
    world.voyages = kept.voyages
    return world
