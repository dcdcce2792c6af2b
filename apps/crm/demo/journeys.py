"""Half a year of leads and customers: who came when, how far they got, who got stuck."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from apps.accounts.models import User
from apps.contacts.models import Entity
from apps.core.batch import portions
from apps.core.services.operations import operate
from apps.crm.models import JourneyStep, Persona, PipelineStage
from apps.crm.services.journey_sets import give_to, move_to, take_from

DOMAIN = "demo.rapport.example"
SEED = 20261128
_WEEKS = 26
_LEADS, _CUSTOMERS = 260, 240
# Of those that came to a stage: how many go on, to where, after how many days at least and at most, and why.
_WAYS = {
    "lead": [
        ("New", 0.8, "Contacted", 1, 6, "Reached by phone"),
        ("Contacted", 0.55, "Qualified", 4, 20, "Has a site and a budget"),
        ("Contacted", 0.2, "Not interested", 6, 30, "Buys elsewhere"),
    ],
    "customer": [
        ("First order", 0.7, "Regular", 15, 70, "Ordered again"),
        ("Regular", 0.25, "Resting", 60, 120, "No order for a while"),
        ("Resting", 0.3, "Lost", 20, 50, "Moved to another supplier"),
    ],
}


def load_journeys(*, now: datetime) -> int:
    """Give the demo's contacts personas and let them travel; 0 where anybody travels already."""
    actors = list(User.objects.filter(email__in=[f"{who}@{DOMAIN}" for who in ("sales", "manager")]).order_by("pk"))
    if not actors or JourneyStep.objects.exists():
        return 0
    dice = random.Random(SEED)  # noqa: S311  the demo is the same at every start
    chosen = Entity.objects.visible_to(actors[0]).live().filter(source="import").order_by("pk")
    ids = list(chosen.values_list("pk", flat=True)[: _LEADS + _CUSTOMERS + 60])
    dice.shuffle(ids)
    leads, customers, others = ids[:_LEADS], ids[_LEADS : _LEADS + _CUSTOMERS], ids[_LEADS + _CUSTOMERS :]
    for key, part in (("partner", others[:20]), ("supplier", others[20:40]), ("coworker", others[40:])):
        _give(actors[0], key, part, now - timedelta(days=200))
    for key, travellers in (("lead", leads), ("customer", customers)):
        for week, comers in enumerate(portions(travellers, -(-len(travellers) // _WEEKS) or 1)):
            began = now - timedelta(days=7 * (_WEEKS - week), hours=dice.randint(0, 90))
            _travel(dice, dice.choice(actors), key, comers, began, now)
    _convert(actors[0], dice, now)
    return len(ids)


def _travel(dice: random.Random, actor: User, key: str, ids: Sequence[int], began: datetime, now: datetime) -> None:
    """One week's comers, stage by stage; those of a stage go on together, a part of them, while time is left."""
    _give(actor, key, ids, began)
    there: dict[str, tuple[list[int], datetime]] = {_WAYS[key][0][0]: (list(ids), began)}
    for name, share, onward, least, most, reason in _WAYS[key]:
        standing, since = there.get(name) or ([], began)
        at = since + timedelta(days=dice.randint(least, most), hours=dice.randint(0, 8), minutes=dice.randint(0, 59))
        going = [pk for pk in standing if dice.random() < share]
        if not going or at >= now:
            continue
        stage = PipelineStage.objects.select_related("pipeline").get(pipeline__persona__key=key, name=onward)
        with operate(actor=actor, verb="journeys.moved", now=at) as recorder:
            move_to(going, stage, actor=actor, recorder=recorder, now=at, reason=reason)
        there[name] = ([pk for pk in standing if pk not in going], since)
        there[onward] = (going, at)


def _convert(actor: User, dice: random.Random, now: datetime) -> None:
    """Some of the qualified leads have bought meanwhile."""
    steps = JourneyStep.objects.current().filter(stage__name="Qualified", entered_at__lt=now - timedelta(days=10))
    ids = list(steps.order_by("pk").values_list("entity", flat=True))
    bought = dice.sample(ids, len(ids) // 3)
    at = now - timedelta(days=2)
    with operate(actor=actor, verb="persona.converted", now=at) as recorder:
        take_from(bought, Persona.objects.get(key="lead"), actor=actor, recorder=recorder, now=at)
        give_to(bought, Persona.objects.get(key="customer"), actor=actor, recorder=recorder, now=at)


def _give(actor: User, key: str, ids: Sequence[int], at: datetime) -> None:
    with operate(actor=actor, verb="personas.given", now=at) as recorder:
        give_to(ids, Persona.objects.get(key=key), actor=actor, recorder=recorder, now=at)
