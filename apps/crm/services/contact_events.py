"""Events of contacts for the house's own receivers: moved on a journey, handed over, back again, a rule's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy

from apps.contacts.models import Entity
from apps.core.services.webhooks.events import Fact, announce
from apps.crm.models import HandOver, PipelineStage
from apps.crm.services.dealer_feed import audiences
from apps.crm.services.house_events import CONTACT_TYPES, contacts_of

if TYPE_CHECKING:
    from apps.core.models import WebhookEndpoint, WebhookEvent

STAGE_CHANGED, HANDED_OVER, RETURNED = "contact.stage_changed", "contact.handed_over", "contact.returned"
RULE_ACTED = "contact.rule_acted"
HOUSE_TYPES: Mapping[str, Any] = {
    **audiences.HOUSE_TYPES,
    **CONTACT_TYPES,
    STAGE_CHANGED: gettext_lazy("A contact stands in another stage"),
    HANDED_OVER: gettext_lazy("A contact was handed over"),
    RETURNED: gettext_lazy("A contact is back"),
    RULE_ACTED: gettext_lazy("A rule tells of a contact"),
}


def announce_stage(ids: Sequence[int], left: PipelineStage | None, stage: PipelineStage, now: datetime) -> None:
    moved = {"left": left.pk if left else None, "stage": stage.pk}
    announce([Fact(audiences.HOUSE, STAGE_CHANGED, {"id": pk, **moved}) for pk in ids], now=now)


def announce_handed_over(ids: Sequence[int], hand_over: HandOver, now: datetime, **_facts: object) -> None:
    facts = [Fact(audiences.HOUSE, HANDED_OVER, {"id": pk, "hand_over": hand_over.pk}) for pk in ids]
    announce(facts, now=now)


def announce_returned(hand_over: HandOver, *, now: datetime) -> None:
    """In the transaction that notes the return."""
    items = hand_over.items.order_by("pk").values_list("entity", flat=True)
    announce([Fact(audiences.HOUSE, RETURNED, {"id": pk, "hand_over": hand_over.pk}) for pk in items], now=now)


def render(endpoint: WebhookEndpoint, event: WebhookEvent) -> dict[str, Any] | None:
    """What the house's receivers hear. Nothing of contacts that are gone or stand in a personal folder by now."""
    if event.type in audiences.HOUSE_TYPES:
        return audiences.render_for_house(endpoint, event)
    if event.type in CONTACT_TYPES:
        return contacts_of(event)
    subject = event.subject
    seen = Entity.objects.live().exclude(folder__kind="personal")
    entity = seen.filter(pk=subject["id"]).only("pk", "uid", "display_name").first()
    if entity is None:
        return None
    contact = {"id": entity.pk, "uid": str(entity.uid), "name": entity.display_name}
    if event.type == STAGE_CHANGED:
        return _stage_values(contact, subject)
    if event.type in (HANDED_OVER, RETURNED):
        return _hand_over_values(contact, subject)
    return {"contact": contact, "rule": subject["rule"], "name": subject["name"]}


def _stage_values(contact: dict[str, Any], subject: dict[str, Any]) -> dict[str, Any] | None:
    stages = PipelineStage.objects.select_related("pipeline").in_bulk([subject["stage"], subject["left"] or 0])
    stage, left = stages.get(subject["stage"]), stages.get(subject["left"])
    if stage is None:
        return None
    return {
        "contact": contact,
        "pipeline": {"id": stage.pipeline_id, "name": stage.pipeline.name},
        "stage": {"id": stage.pk, "name": stage.name},
        "left": {"id": left.pk, "name": left.name} if left else None,
    }


def _hand_over_values(contact: dict[str, Any], subject: dict[str, Any]) -> dict[str, Any] | None:
    made = HandOver.objects.filter(pk=subject["hand_over"]).select_related("from_user", "to_user", "to_team").first()
    if made is None:
        return None
    return {
        "contact": contact,
        "hand_over_id": made.pk,
        "from": str(made.from_user) if made.from_user else None,
        "to": str(made.to_user or made.to_team),
        "starts_on": made.starts_on.isoformat(),
        "until": made.until.isoformat() if made.until else None,
    }
