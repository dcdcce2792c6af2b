"""A year and a half of opportunities: what was asked, offered, won and lost, and what is open still."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal

from apps.accounts.models import User
from apps.contacts.models import Entity
from apps.core.batch import give_keys, insert_rows
from apps.core.clock import company_day
from apps.crm.models import LostReason, Opportunity, OpportunityContact, OpportunityStep, PipelineStage

DOMAIN = "demo.rapport.example"
SEED = 20261129
_NUMBER = 300
_DAYS = 540
_WHAT = ("Windows for {}", "Facade of {}", "Balcony doors for {}", "Shop front of {}", "Winter garden, {}")
_SOURCES = ("Fair", "Web site", "Recommendation", "Phone call", "Old customer")
_RIVALS = ("Vikna Plus", "Glasbau Nord", "Okna Pol", "Fensterwerk")


def load_opportunities(*, now: datetime) -> int:
    """How many were made; 0 where there are any, or the demo company isn't there."""
    logins = ("sales", "sales2", "sales3", "manager")
    owners = list(User.objects.filter(email__in=[f"{who}@{DOMAIN}" for who in logins]).order_by("pk"))
    if not owners or Opportunity.objects.exists():
        return 0
    dice = random.Random(SEED)  # noqa: S311  the demo is the same at every start
    chosen = Entity.objects.visible_to(owners[0]).live().order_by("pk")
    people = list(chosen.values_list("pk", "display_name")[:900])
    stages = list(
        PipelineStage.objects.select_related("pipeline").filter(pipeline__purpose="opportunity", pipeline__name="Sales")
    )
    if not people or not stages:
        return 0
    reasons = list(LostReason.objects.order_by("position"))
    made: list[Opportunity] = []
    ways: list[list[tuple[PipelineStage, datetime]]] = []
    parties: list[list[tuple[int, str]]] = []
    for place in range(_NUMBER):
        began = now - timedelta(days=_DAYS * (_NUMBER - place) / _NUMBER, hours=dice.randint(1, 9))
        way = _way(dice, stages, began, now)
        party = dice.sample(people, min(len(people), dice.choice((1, 1, 2))))
        made.append(_made(dice, place, way, party[0][1], dice.choice(owners), reasons, now))
        ways.append(way)
        parties.append(party)
    give_keys(made)
    insert_rows(made)
    links, steps = [], []
    for opportunity, way, (first, *others) in zip(made, ways, parties, strict=True):
        links.append(OpportunityContact(opportunity=opportunity, entity_id=first[0], is_primary=True))
        links += [OpportunityContact(opportunity=opportunity, entity_id=pk, role="Architect") for pk, _name in others]
        for place, (stage, at) in enumerate(way):
            left = way[place + 1][1] if place + 1 < len(way) else None
            steps.append(
                OpportunityStep(
                    opportunity=opportunity, stage=stage, entered_at=at, left_at=left, moved_by_id=opportunity.owner_id
                )
            )
    insert_rows(links)
    insert_rows(steps)
    return len(made)


def _way(
    dice: random.Random, stages: list[PipelineStage], began: datetime, now: datetime
) -> list[tuple[PipelineStage, datetime]]:
    """The stages that it has been in, each with the moment at which it came there."""
    by_name = {stage.name: stage for stage in stages}
    way = [(by_name["Enquiry"], began)]
    at = began
    for name, share in (("Offer sent", 0.85), ("Negotiation", 0.7), ("Won", 0.55)):
        at += timedelta(days=dice.randint(5, 40), hours=dice.randint(0, 8))
        if at >= now:
            return way
        if dice.random() > share:
            return [*way, (by_name["Lost"], at)]
        way.append((by_name[name], at))
    return way


def _made(
    dice: random.Random,
    place: int,
    way: list[tuple[PipelineStage, datetime]],
    name: str,
    owner: User,
    reasons: list[LostReason],
    now: datetime,
) -> Opportunity:
    stage, entered = way[-1]
    is_open = stage.outcome == PipelineStage.Outcome.OPEN
    revenue = Decimal(dice.randint(20, 900) * 1000)
    expected = company_day(way[0][1]) + timedelta(days=dice.randint(30, 120))
    if is_open:  # some are past their day
        days = dice.randint(2, 150) if place % 5 else -dice.randint(1, 20)
        expected = company_day(now) + timedelta(days=days)
    return Opportunity(
        title=dice.choice(_WHAT).format(name)[:200],
        pipeline=stage.pipeline,
        stage=stage,
        owner=owner,
        expected_on=None if place % 37 == 0 else expected,
        revenue=None if place % 41 == 0 else revenue,
        margin=revenue * dice.randint(8, 30) / 100,
        currency="EUR" if place % 6 == 0 else "UAH",
        source=dice.choice(_SOURCES),
        competitors=dice.sample(_RIVALS, dice.choice((0, 0, 1, 2))),
        lost_reason=dice.choice(reasons) if stage.outcome == PipelineStage.Outcome.LOST and reasons else None,
        entered_at=entered,
        closed_at=None if is_open else entered,
        created_by=owner,
        created_at=way[0][1],
        changed_at=entered,
    )
