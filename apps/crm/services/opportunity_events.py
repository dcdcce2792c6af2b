"""What the house's receivers hear of opportunities, written in the transaction that makes it true."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy

from apps.core.services.webhooks.events import Fact, announce
from apps.crm.models import Opportunity, PipelineStage

if TYPE_CHECKING:
    from apps.core.models import WebhookEvent

HOUSE = "house"
CREATED, MOVED, WON, LOST = (
    "opportunity.created",
    "opportunity.stage_changed",
    "opportunity.won",
    "opportunity.lost",
)
TYPES: Mapping[str, Any] = {
    CREATED: gettext_lazy("An opportunity was made"),
    MOVED: gettext_lazy("The stage of an opportunity changed"),
    WON: gettext_lazy("An opportunity was won"),
    LOST: gettext_lazy("An opportunity was lost"),
}
_CLOSING = {PipelineStage.Outcome.WON: WON, PipelineStage.Outcome.LOST: LOST}


def tell_made(opportunity: Opportunity, *, now: datetime) -> None:
    announce([Fact(HOUSE, CREATED, _subject(opportunity, None))], now=now)


def tell_moved(opportunity: Opportunity, left: PipelineStage, *, now: datetime) -> None:
    """Won and lost are told beside the change of stage: who waits for one of them needs to hear no other."""
    subject = _subject(opportunity, left)
    closing = _CLOSING.get(PipelineStage.Outcome(opportunity.stage.outcome))
    types = [MOVED, *([closing] if closing else [])]
    announce([Fact(HOUSE, each, subject) for each in types], now=now)


def render(event: WebhookEvent) -> dict[str, Any] | None:
    """As it was told, with what it is worth now; None where it is no more."""
    subject = event.subject
    found = Opportunity.objects.filter(pk=subject["id"]).first()
    if found is None:
        return None
    contact = found.contacts.filter(is_primary=True).values_list("entity", flat=True).first()
    return {
        **subject,
        "title": found.title,
        "contact_id": contact,
        "owner_id": found.owner_id,
        "revenue": None if found.revenue is None else str(found.revenue),
        "currency": found.currency,
    }


def _subject(opportunity: Opportunity, left: PipelineStage | None) -> dict[str, Any]:
    return {
        "id": opportunity.pk,
        "pipeline_id": opportunity.pipeline_id,
        "stage_id": opportunity.stage_id,
        "from_stage_id": left.pk if left else None,
    }
