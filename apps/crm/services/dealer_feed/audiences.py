"""Who hears events of orders, settlements and claims: a dealer's receivers, and the house's own.

An event is rendered when it goes out, by the rights that its receiver has then, behind the wall.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.accounts.services.receiver_mails import mail_of_trouble
from apps.core.database_roles import as_portal
from apps.core.services.webhooks.events import Fact, announce
from apps.crm.models import Claim, Compensation, Dealer, DealerFeedMark, DealerUser
from apps.crm.models.reach import PortalReader, program_of
from apps.crm.selectors.dealer_feed import Kind, numbered, rows_of
from apps.crm.selectors.decisions import decision_values
from apps.crm.services import opportunity_events

if TYPE_CHECKING:
    from apps.core.models import WebhookEndpoint, WebhookEvent

HOUSE = "house"
DECIDED, DECISION = "claim.decided", "decision.announced"
_CLAIMS = "claims"

# Kind of a row of the feed -> the event that its change is.
EVENTS: Mapping[str, str] = {
    Kind.ORDERS: "order.changed",
    Kind.STAGES: "order.stage_changed",
    Kind.SHIPMENTS: "shipment.changed",
    Kind.LEDGER: "ledger.entry_booked",
}
DEALER_TYPES: Mapping[str, Any] = {
    "order.stage_changed": gettext_lazy("The stage of an order changed"),
    "order.changed": gettext_lazy("An order changed"),
    "shipment.changed": gettext_lazy("A delivery changed"),
    "ledger.entry_booked": gettext_lazy("Something was booked"),
    DECIDED: gettext_lazy("A claim was decided"),
}
HOUSE_TYPES: Mapping[str, Any] = {DECISION: gettext_lazy("A claim was decided"), **opportunity_events.TYPES}


def audience_of(dealer_id: int) -> str:
    return f"dealer:{dealer_id}"


def dealer_of(audience: str) -> int | None:
    word, _colon, key = audience.partition(":")
    return int(key) if word == "dealer" and key.isdecimal() else None


def announce_decision(claim: Claim, *, now: datetime) -> None:
    """In the transaction that decides: accounting and the dealer's programs hear of it."""
    own = Fact(audience_of(claim.dealer_id), DECIDED, {"kind": _CLAIMS, "id": claim.pk})
    announce([Fact(HOUSE, DECISION, {"id": claim.pk}), own], now=now)


def render_for_dealer(endpoint: WebhookEndpoint, event: WebhookEvent) -> dict[str, Any] | None:
    dealer = Dealer.objects.active().filter(pk=dealer_of(endpoint.audience) or 0).first()
    if dealer is None:
        return None
    reader = PortalReader(
        dealer.pk,
        dealer.entity_id,
        0,
        is_owner=False,
        sees_money=endpoint.sees_money,
        plant_ids=tuple(dealer.plant_ids),
    )
    kind, pk = event.subject["kind"], int(event.subject["id"])
    with as_portal(
        dealer_id=dealer.pk,
        entity_id=dealer.entity_id,
        sees_money=reader.sees_money,
        plant_ids=reader.plant_ids,
    ):
        user = program_of(reader)
        return _decided(pk, user) if kind == _CLAIMS else _row(kind, pk, user)


def render_for_house(_endpoint: WebhookEndpoint, event: WebhookEvent) -> dict[str, Any] | None:
    if event.type in opportunity_events.TYPES:
        return opportunity_events.render(event)
    claim = Claim.objects.select_related("dealer", "plant", "order", "entry").filter(pk=event.subject["id"]).first()
    if claim is None or claim.decided_at is None:
        return None
    return decision_values(claim, Compensation.objects.filter(claim=claim).first())


def tell_dealer_owners(endpoint: WebhookEndpoint, now: datetime) -> None:
    people = DealerUser.objects.current().filter(dealer=dealer_of(endpoint.audience), role=DealerUser.Role.OWNER)
    owners = User.objects.filter(pk__in=people.values("user"), is_active=True)
    page = reverse("portal:feed_receiver", args=[endpoint.pk])
    mail_of_trouble(endpoint, owners.select_related("preferences"), page, now)


def tell_admins(endpoint: WebhookEndpoint, now: datetime) -> None:
    admins = User.objects.filter(groups__name="admin", is_active=True)
    mail_of_trouble(endpoint, admins.select_related("preferences"), reverse("crm:receiver", args=[endpoint.pk]), now)


def _row(kind: str, pk: int, user: User) -> dict[str, Any] | None:
    """As in the feed, under the revision that it has now."""
    mark = DealerFeedMark.objects.visible_to(user).filter(kind=kind, object_id=pk).first()
    if mark is None:
        return None
    row = rows_of(kind, [pk], user=user).get(pk)
    return None if row is None and kind == Kind.LEDGER else numbered(kind, pk, mark.revision, row)


def _decided(pk: int, user: User) -> dict[str, Any] | None:
    claim = Claim.objects.visible_to(user).select_related("dealer", "plant", "order", "entry").filter(pk=pk).first()
    if claim is None or claim.decided_at is None:
        return None
    return decision_values(claim, Compensation.objects.visible_to(user).filter(claim=claim).first())
