"""Staff who look into the portal as one dealer sees it: reading only, and audited when it begins."""

from __future__ import annotations

from django.http import HttpRequest

from apps.accounts.permissions import is_staff_member
from apps.crm.models import Dealer
from apps.crm.models.reach import PortalReader

SESSION_KEY = "portal_viewed_dealer"


def viewed_as(request: HttpRequest) -> PortalReader | None:
    """The dealer that a member of staff looks in on, as an owner of that firm without a user of their own."""
    dealer_id = request.session.get(SESSION_KEY)
    if dealer_id is None or not is_staff_member(request.user):
        return None
    dealer = Dealer.objects.visible_to(request.user).active().filter(pk=dealer_id).first()
    if dealer is None:
        return None
    return PortalReader(dealer.pk, dealer.entity_id, 0, True, True, tuple(dealer.plant_ids))
