"""Links for the fitter on site: made by the dealer's people, dead by the evening, every use noted."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from apps.activities.services.recording import clean_subject
from apps.core.database_roles import as_house
from apps.core.services.operations import operate, snapshot
from apps.crm.models import DeliveryLink, DeliveryLinkVisit, Shipment, ShipmentItem, ShipmentStop
from apps.crm.models.reach import PortalReader
from apps.crm.permissions.claims import may_speak_for
from apps.crm.selectors.delivery_days import day_of, evening, today

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_LINKS = 20  # that open one delivery at the same time
LONGEST = 64  # signs of a token that may be one
_BROWSERS = (("Edg", "Edge"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"))
_SYSTEMS = (
    *(("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad")),
    *(("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux")),
)


def make_link(
    *, actor: User, shipment: Shipment, stop: ShipmentStop, label: str, now: datetime
) -> tuple[DeliveryLink, str]:
    """A link to this delivery of the stop's dealer, and its token, which is told this once.

    It is dead from the evening of the delivery's day on, as that day is planned now; of one that is overdue, from this
    evening on. Raises PermissionDenied, ValidationError under "label".
    """
    if not may_speak_for(actor, stop.dealer_id):
        raise PermissionDenied
    name = clean_subject(label, required=True)[:120]
    day = max(day_of(shipment, stop), today(now))
    token = secrets.token_urlsafe(32)
    with as_house(), operate(actor=actor, verb="delivery_link.made", now=now, undoable=False) as recorder:
        Shipment.objects.select_for_update(no_key=True).get(pk=shipment.pk)
        there = DeliveryLink.objects.live(now).filter(shipment=shipment, dealer=stop.dealer_id)
        if there.count() >= MOST_LINKS:
            raise ValidationError(
                {"label": _("There are %(most)s links already. End one first.") % {"most": MOST_LINKS}}
            )
        link = DeliveryLink.objects.create(
            shipment=shipment,
            dealer_id=stop.dealer_id,
            digest=digest(token),
            label=name,
            made_for_on=day,
            ends_at=evening(day),
            made_at=now,
            made_by=actor,
            made_by_name=str(actor),
        )
        recorder.created(link)
    return link, token


def end_link(*, actor: User, link: DeliveryLink, now: datetime) -> None:
    """It opens nothing from now on; a second call changes nothing. Raises PermissionDenied."""
    if not may_speak_for(actor, link.dealer_id):
        raise PermissionDenied
    with as_house(), operate(actor=actor, verb="delivery_link.ended", now=now, undoable=False) as recorder:
        before = snapshot(link)
        if DeliveryLink.objects.filter(pk=link.pk, revoked_at__isnull=True).update(revoked_at=now):
            link.revoked_at = now
            recorder.updated(link, before)


def link_of(token: str, *, now: datetime) -> DeliveryLink | None:
    """The link that this token opens; None for what is unknown, over or revoked, and where nothing stops any more."""
    if not 20 <= len(token) <= LONGEST:
        return None
    found = (
        DeliveryLink.objects.live(now)
        .filter(digest=digest(token), dealer__is_active=True)
        .select_related("shipment", "dealer")
        .first()
    )
    if found is None or found.dealer_id not in found.shipment.dealer_ids:
        return None
    return found


def reader_of(link: DeliveryLink) -> PortalReader:
    """Its holder: of that dealer, without a user, without money."""
    dealer = link.dealer
    return PortalReader(dealer.pk, dealer.entity_id, 0, False, False, (link.shipment.plant_id,))


def orders_of(link: DeliveryLink) -> tuple[int, ...]:
    """Ids of the dealer's orders on board."""
    items = ShipmentItem.objects.filter(shipment=link.shipment_id, dealer=link.dealer_id)
    return tuple(items.values_list("order_id", flat=True).distinct())


@transaction.atomic
def note_use(link: DeliveryLink, *, has_written: bool, user_agent: str, now: datetime) -> None:
    """Count one use and remember it for the dealer; called by the house's role."""
    agent = coarse_agent(user_agent)
    DeliveryLinkVisit.objects.create(link=link, dealer_id=link.dealer_id, at=now, has_written=has_written, agent=agent)
    DeliveryLink.objects.filter(pk=link.pk).update(visits=F("visits") + 1, used_at=now, agent=agent)


def coarse_agent(user_agent: str) -> str:
    """Browser and system, no more: "Chrome, Android"."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "")
    if not browser and "Safari" in user_agent:
        browser = "Safari"
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    return ", ".join(filter(None, (browser, system)))


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
