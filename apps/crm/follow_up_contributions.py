"""What follow-up adds to the frame, and its list to the dialogs of lists."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import is_staff_member
from apps.core import clock
from apps.core.contributions import MenuItem, menu
from apps.core.listing import Listing, ListingEntry, listings
from apps.crm.follow_up_listing import KEY, follow_up_listing
from apps.crm.selectors.follow_up import MINE, OVERDUE


def register() -> None:
    """Called once, when the app is ready."""
    listings.register(KEY, ListingEntry(_listing))
    item = MenuItem("main", _("Follow-up"), "crm:follow_ups", "calendar-check", is_staff_member, "/crm/follow-up/")
    menu.register("crm.follow_up", item, position=31)


def _listing(request: HttpRequest) -> Listing | None:
    if not is_staff_member(request.user):
        return None
    return follow_up_listing(request.user, whose=MINE, state=OVERDUE, now=clock.now())
