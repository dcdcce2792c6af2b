"""What segments and campaigns add to the frame, to contacts, to the history and to undo."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.contributions import RecordAction, Undoer, record_actions, undoers, verbs
from apps.core.listing import Listing, ListingEntry, listings
from apps.crm import segment_listing
from apps.crm.models import Segment
from apps.crm.permissions.campaigns import can_change_segment, reads_campaigns, sends_campaigns

if TYPE_CHECKING:
    from apps.accounts.models import User

VERBS = {
    "segment.made": _("Segment saved"),
    "segment.changed": _("Segment renamed or shared"),
    "segment.removed": _("Segment removed"),
}


def register() -> None:
    """Called once, when the app is ready."""
    for verb, title in VERBS.items():
        verbs.register(verb, title)
    undoers.register("crm.segment", Undoer(Segment, editable=_editable))
    listings.register(segment_listing.KEY, ListingEntry(_segments))
    save = RecordAction(
        "contacts.list",
        _("Save as segment"),
        "users-group",
        lambda _id: reverse("crm:segment_add"),
        may_see=sends_campaigns,
    )
    record_actions.register("crm.segment", save)


def _segments(request: HttpRequest) -> Listing | None:
    return segment_listing.segment_listing() if reads_campaigns(request.user) else None


def _editable(actor: User, ids: Collection[int]) -> set[int]:
    return {each.pk for each in Segment.objects.filter(pk__in=ids) if can_change_segment(actor, each)}
