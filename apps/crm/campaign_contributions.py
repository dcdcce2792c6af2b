"""What segments and campaigns add to the frame, to contacts, to the history and to undo."""

from __future__ import annotations

from collections.abc import Collection

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import User
from apps.accounts.permissions import is_staff_member
from apps.contacts.models import Entity
from apps.core.contributions import (
    ContactChoice,
    Kind,
    MenuItem,
    Panel,
    RecordAction,
    Undoer,
    contact_choices,
    kinds,
    menu,
    panels,
    record_actions,
    settled,
    transports,
    undoers,
    verbs,
)
from apps.core.listing import Listing, ListingEntry, listings
from apps.crm import campaign_listing, campaign_report, segment_choices, segment_listing
from apps.crm.models import Campaign, Segment
from apps.crm.permissions.campaigns import can_change_segment, reads_campaigns, sends_campaigns
from apps.crm.services.campaigns.mails import TRANSPORT
from apps.crm.services.campaigns.noting import KIND
from apps.crm.services.campaigns.settling import campaign_line, settle

VERBS = {
    "segment.made": _("Segment saved"),
    "segment.changed": _("Segment renamed or shared"),
    "segment.removed": _("Segment removed"),
    "campaign.made": _("Campaign added"),
    "campaign.changed": _("Campaign changed"),
    "campaign.scheduled": _("Campaign planned"),
    "campaign.unscheduled": _("Campaign no longer planned"),
    "campaign.started": _("Campaign started"),
    "campaign.paused": _("Campaign paused"),
    "campaign.resumed": _("Campaign goes on"),
    "campaign.cancelled": _("Campaign stopped"),
}


def register() -> None:
    """Called once, when the app is ready."""
    for verb, title in VERBS.items():
        verbs.register(verb, title)
    undoers.register("crm.segment", Undoer(Segment, editable=_editable))
    campaign_report.register()
    by_segment = ContactChoice(_("Segment"), segment_choices.offered, segment_choices.chosen)
    contact_choices.register("segment", by_segment)
    transports.register(TRANSPORT, campaign_line)
    settled.register(TRANSPORT, settle)
    kinds.register(KIND, Kind(pgettext_lazy("activity", "Mailing"), "speakerphone"))
    listings.register(segment_listing.KEY, ListingEntry(_segments))
    listings.register(campaign_listing.KEY, ListingEntry(_campaigns))
    listings.register(campaign_listing.RECIPIENTS, ListingEntry(_recipients))
    undoers.register("crm.campaign", Undoer(Campaign, editable=_drafts, ignore=frozenset({"version", "changed_at"})))
    item = MenuItem("main", _("Campaigns"), "crm:campaigns", "speakerphone", reads_campaigns, "/crm/campaigns/")
    menu.register("crm.campaigns", item, position=27)
    new = MenuItem("new", _("Campaign"), "crm:campaign_add", "speakerphone", sends_campaigns, in_sheet=True)
    menu.register("crm.campaigns.new", new, position=25)
    panels.register("crm.mailings", Panel("contact", "head", _("Mailings"), _card, "speakerphone"), position=14)
    save = RecordAction(
        "contacts.list",
        _("Save as segment"),
        "users-group",
        lambda _id: reverse("crm:segment_add"),
        may_see=sends_campaigns,
    )
    record_actions.register("crm.segment", save)


def _card(request: HttpRequest, entity: Entity) -> str:
    """Where it comes to stand: it is asked for when the page is there."""
    if not is_staff_member(request.user):
        return ""
    return render_to_string("crm/_contact_mailings.html", {"entity": entity}, request)


def _campaigns(request: HttpRequest) -> Listing | None:
    user = request.user
    return campaign_listing.campaign_listing(user) if isinstance(user, User) and reads_campaigns(user) else None


def _recipients(request: HttpRequest) -> Listing | None:
    return campaign_listing.recipient_listing(None) if reads_campaigns(request.user) else None


def _drafts(actor: User, ids: Collection[int]) -> set[int]:
    """What is on its way, or was sent, isn't put back."""
    if not sends_campaigns(actor):
        return set()
    return set(Campaign.objects.filter(pk__in=ids, state=Campaign.State.DRAFT).values_list("pk", flat=True))


def _segments(request: HttpRequest) -> Listing | None:
    return segment_listing.segment_listing() if reads_campaigns(request.user) else None


def _editable(actor: User, ids: Collection[int]) -> set[int]:
    return {each.pk for each in Segment.objects.filter(pk__in=ids) if can_change_segment(actor, each)}
