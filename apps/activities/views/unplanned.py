"""Contacts with whom nothing is planned."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.accounts.decorators import staff_required
from apps.accounts.preferences import preferences_of
from apps.activities.selectors.unplanned import unplanned
from apps.activities.unplanned_listing import unplanned_listing
from apps.core import clock
from apps.core.htmx import Request


@staff_required
@require_GET
def unplanned_list(request: Request, whose: str = "mine") -> HttpResponse:
    """One's own contacts, or all that one sees, without a next step; each row plans one."""
    found = unplanned(request.user, mine=whose == "mine", now=clock.now())
    listing = unplanned_listing(request.user, whose)
    page = listing.page(request, found, page_size=preferences_of(request.user).page_size)
    switch = [
        ("mine", _("My contacts"), reverse("activities:unplanned")),
        ("all", _("All contacts"), reverse("activities:unplanned_all")),
    ]
    return page.render(request, "activities/unplanned.html", {"whose": whose, "switch": switch})
