"""The figures of duplicates: all contacts compared, one while it is typed, and what is found of what was planted."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator

from django.db import transaction
from django.db.models import Q

from apps.contacts.matching_keys import Subject
from apps.contacts.models import DuplicatePair, Entity
from apps.contacts.selectors.lookalikes import Typed, lookalikes
from apps.contacts.services.duplicates.finding import PORTION, check_waiting
from apps.contacts.services.duplicates.searching import search_all
from apps.contacts.services.entities import create_entity
from apps.core import clock
from bench.figures import Row, median, p95, say, times
from bench.house import House
from bench.twins import MISSES, WAYS, Planted, miss, twin

_SAMPLES = 200
_TWINS = 1000
_MISSES = 500


def measure(house: House) -> Iterator[Row]:
    began = time.perf_counter()
    compared = search_all(on_portion=lambda done: say(f"{done:,} compared after {time.perf_counter() - began:.0f} s"))
    took = time.perf_counter() - began
    yield Row("Duplicates: all contacts compared", round(took, 1), "s", 600)
    yield Row("Duplicates: contacts compared in a second", round(compared / took), "/s")
    yield Row("Duplicates: pairs found in made-up contacts", DuplicatePair.objects.open().count(), "pairs")
    taken = times(lambda typed: lookalikes(house.user, typed), _typed(house))
    yield Row("Duplicates: one contact while it is typed, p95", p95(taken), "ms", 50)
    yield Row("Duplicates: one contact while it is typed, median", median(taken), "ms")
    yield from _planted(house)


def _some(house: House, count: int, dice: random.Random) -> list[Entity]:
    ids = [dice.randrange(1, house.count + 1) for _ in range(count * 8)]
    seen = Entity.objects.visible_to(house.user).live()
    rows = seen.filter(
        Q(organisation_entity=None) | Q(organisation_entity__in=seen.order_by().values("pk")), pk__in=ids
    )
    return list(rows.order_by("uid"))[:count]


def _typed(house: House) -> list[Typed]:
    found = [
        Typed(
            Subject(one.kind, one.first_name, one.last_name, one.name, one.organisation, one.city),
            tuple(filter(None, [one.primary_email])),
            tuple(filter(None, [one.primary_phone])),
        )
        for one in _some(house, _SAMPLES, random.Random(5))
    ]
    for typed in found[:20]:
        lookalikes(house.user, typed)
    return found


def _planted(house: House) -> Iterator[Row]:
    """Recall and precision of what is added, compared, and taken away again."""
    dice = random.Random(6)
    with transaction.atomic():
        planted = [
            twin(one, WAYS[number % len(WAYS)], dice) for number, one in enumerate(_some(house, _TWINS, dice))
        ] + [miss(one, MISSES[number % 3], dice) for number, one in enumerate(_some(house, _MISSES, dice))]
        made = {create_entity(actor=house.user, data=one.data, now=clock.now()).pk: one for one in planted}
        while check_waiting(now=clock.now()) == PORTION:
            pass
        pairs = DuplicatePair.objects.open().filter(Q(left__in=made) | Q(right__in=made))
        rows = list(pairs.values_list("left", "right"))
        transaction.set_rollback(True)
    yield from _judged(made, {frozenset(row) for row in rows})


def _judged(made: dict[int, Planted], pairs: set[frozenset[int]]) -> Iterator[Row]:
    wanted = {frozenset((pk, one.twin_of)): one.way for pk, one in made.items() if one.twin_of is not None}
    found = wanted.keys() & pairs
    # Two twins of one contact, or a twin of one who is here twice, are no mistakes.
    right = sum(1 for pair in pairs if pair in wanted or all(pk in made and made[pk].twin_of for pk in pair))
    yield Row("Duplicates: recall of planted ones", round(100 * len(found) / len(wanted), 1), "%", 90, at_least=True)
    yield Row("Duplicates: precision among them", round(100 * right / max(1, len(pairs)), 1), "%", 90, at_least=True)
    total, hit = Counter(wanted.values()), Counter(wanted[pair] for pair in found)
    for way in WAYS:
        if total[way]:
            yield Row(f"Duplicates: recall, {way}", round(100 * hit[way] / total[way], 1), "%")
