"""What programs of dealers and of the house add: menus, banner, audiences of events. See contributions.py."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import can_change_settings
from apps.core.contributions import MenuItem, WebhookAudience, banners, menu, verbs, webhook_audiences
from apps.core.models import WebhookEndpoint
from apps.core.prepared import Prepared, blank_text
from apps.crm.models.reach import portal_reader
from apps.crm.portal.doors import is_owner
from apps.crm.services import contact_events
from apps.crm.services.dealer_feed import audiences

_AUDIENCE = blank_text()
_VERBS = {
    "feed_key.created": _("Key of a dealer's program made"),
    "feed_key.revoked": _("Key of a dealer's program revoked"),
    "webhook.created": _("Receiver of events made"),
    "webhook.changed": _("Receiver of events changed"),
    "webhook.secret_renewed": _("Secret of a receiver renewed"),
    "webhook.removed": _("Receiver of events removed"),
}


def register() -> None:
    """Called once, when the app is ready."""
    own = MenuItem("user", _("Feed and keys"), "portal:feed", "api", is_owner)
    menu.register("portal.feed", own, position=8)
    house = MenuItem(
        "settings", _("Receivers of events"), "crm:receivers", "webhook", can_change_settings, "/crm/receivers/"
    )
    menu.register("crm.receivers", house, position=91)
    webhook_audiences.register(
        "dealer",
        WebhookAudience(audiences.DEALER_TYPES, audiences.render_for_dealer, audiences.tell_dealer_owners),
    )
    webhook_audiences.register(
        audiences.HOUSE, WebhookAudience(contact_events.HOUSE_TYPES, contact_events.render, audiences.tell_admins)
    )
    banners.register("portal.receivers", _failing)
    for verb, title in _VERBS.items():
        verbs.register(verb, title)


def _failing(request: HttpRequest) -> str:
    """An owner sees on each page which of the firm's receivers take nothing."""
    if not request.path.startswith("/portal/") or not is_owner(request.user):
        return ""
    reader = portal_reader(request.user)
    if reader is None:
        return ""
    told = _told.ask({_AUDIENCE: audiences.audience_of(reader.dealer_id)})
    failing = [(each, reverse("portal:feed_receiver", args=[each.pk])) for each in told]
    return render_to_string("portal/_receivers_failing.html", {"failing": failing}, request) if failing else ""


@Prepared
def _told() -> QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.of(_AUDIENCE).filter(told_at__isnull=False).order_by("pk")
