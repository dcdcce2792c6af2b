"""What web analytics may hear of customers: that something happened, of which kind, never to whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.contacts.models import Entity
from apps.contacts.signals import entities_created
from apps.core.contributions import AnalyticsFact, Occurrence, analytics_facts
from apps.crm.models import Order, PipelineStage
from apps.crm.signals import claim_filed, journey_moved, opportunity_changed, orders_changed

Facts = Mapping[str, Any]


def register() -> None:
    """Called once, when the app is ready."""
    analytics_facts.register("contact_made", AnalyticsFact(_("A contact was made"), entities_created, _contacts))
    moved = AnalyticsFact(_("A contact stands in another stage"), journey_moved, _moves)
    analytics_facts.register("stage_changed", moved)
    for kind, title in _ORDERS.items():
        analytics_facts.register(f"order_{kind}", AnalyticsFact(title, orders_changed, _orders(kind)))
    analytics_facts.register("claim_made", AnalyticsFact(_("A claim was made"), claim_filed, _claims))
    for outcome, title in _OUTCOMES.items():
        fact = AnalyticsFact(title, opportunity_changed, _opportunities(outcome))
        analytics_facts.register(f"opportunity_{outcome}", fact)


_ORDERS = {
    "accepted": _("An order was accepted"),
    "shipped": _("An order was shipped"),
    "delivered": _("An order was delivered"),
    "held": _("An order is held"),
    "cancelled": _("An order was cancelled"),
}
_OUTCOMES = {
    PipelineStage.Outcome.WON.value: _("An opportunity was won"),
    PipelineStage.Outcome.LOST.value: _("An opportunity was lost"),
}


def _contacts(facts: Facts) -> list[Occurrence]:
    rows = Entity.objects.filter(pk__in=facts["ids"]).order_by("pk").values_list("pk", "kind", "source")
    return [Occurrence(facts["now"], {"kind": kind, "from": source}, pk) for pk, kind, source in rows]


def _moves(facts: Facts) -> list[Occurrence]:
    stage, left = facts["stage"], facts["left"]
    params = {"pipeline": stage.pipeline.name, "stage": stage.name, "left": left.name if left else ""}
    return [Occurrence(facts["now"], params, entity.pk) for entity in facts["entities"]]


def _orders(kind: str) -> Callable[[Facts], Sequence[Occurrence]]:
    def read(facts: Facts) -> list[Occurrence]:
        told = [each for each in facts.get("happenings") or () if each.kind == kind]
        orders = Order.objects.filter(pk__in=[each.order_id for each in told])
        known = {pk: (plant, entity) for pk, plant, entity in orders.values_list("pk", "plant__key", "dealer__entity")}
        return [
            Occurrence(each.at, {"plant": known[each.order_id][0]}, known[each.order_id][1])
            for each in told
            if each.order_id in known
        ]

    return read


def _claims(facts: Facts) -> list[Occurrence]:
    claim = facts["claim"]
    return [Occurrence(facts["now"], {"kind": claim.kind, "plant": claim.plant.key}, claim.dealer.entity_id)]


def _opportunities(outcome: str) -> Callable[[Facts], Sequence[Occurrence]]:
    def read(facts: Facts) -> list[Occurrence]:
        opportunity, left = facts["opportunity"], facts["left"]
        if left is None or opportunity.stage.outcome != outcome or left.outcome == outcome:
            return []
        contact = opportunity.contacts.filter(is_primary=True).values_list("entity", flat=True).first()
        worth = None if opportunity.revenue is None else (opportunity.revenue, opportunity.currency)
        params = {"pipeline": opportunity.pipeline.name, "stage": opportunity.stage.name}
        return [Occurrence(facts["now"], params, contact, worth)]

    return read
