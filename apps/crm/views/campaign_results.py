"""Whom a campaign went to and whom it left out; and of one contact, what it was sent when."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.accounts.decorators import staff_required
from apps.accounts.preferences import preferences_of
from apps.contacts.models import Entity
from apps.core.htmx import Request, render_page
from apps.crm.campaign_listing import recipient_listing
from apps.crm.models import CampaignRecipient
from apps.crm.permissions.campaigns import reads_campaigns
from apps.crm.selectors.campaign_audience import Reason, left_out_of
from apps.crm.selectors.campaign_results import recipients_seen
from apps.crm.views.campaigns import find_campaign, page_of
from apps.crm.views.segments import readers_required, senders_required

_SHOWN = 100
_MAILINGS = 20


@readers_required
@require_GET
def campaign_recipients(request: Request, campaign_id: int) -> HttpResponse:
    found = find_campaign(request, campaign_id)
    listing = recipient_listing(found)
    page = listing.page(request, recipients_seen(found, request.user), page_size=preferences_of(request.user).page_size)
    return page.render(request, "crm/campaign_recipients.html", {"campaign": found})


@senders_required
@require_GET
def campaign_left_out(request: Request, campaign_id: int, reason: str) -> HttpResponse:
    """The first of those who would get nothing now for this reason."""
    found = find_campaign(request, campaign_id)
    if reason not in Reason.values or found.segment is None or found.is_started:
        raise Http404
    people = left_out_of(found.segment, reason, user=request.user, scope=found.scope, limit=_SHOWN)
    context = {"campaign": found, "title": Reason(reason).label, "entities": people, "back": page_of(found)}
    return render_page(request, "crm/campaign_left_out.html", context, fragment="sheet")


@staff_required
@require_GET
def contact_mailings(request: Request, entity_id: int) -> HttpResponse:
    """What one contact was sent, a part of its page."""
    entity = get_object_or_404(Entity.objects.visible_to(request.user), pk=entity_id)
    sent = CampaignRecipient.objects.filter(entity=entity, made_at__isnull=False).select_related("campaign")
    context = {
        "entity": entity,
        "rows": sent.order_by("-made_at", "-pk")[:_MAILINGS],
        "may_open": reads_campaigns(request.user),
        "title": _("Mailings"),
    }
    return render_page(request, "crm/contact_mailings.html", context, fragment="panel")
