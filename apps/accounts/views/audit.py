"""The security audit, to be read."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET

from apps.accounts.decorators import audit_required
from apps.accounts.preferences import preferences_of
from apps.accounts.selectors import audit_events_for
from apps.accounts.views.lists import audit_listing
from apps.core import clock
from apps.core.htmx import Request


@audit_required
@require_GET
def audit(request: Request) -> HttpResponse:
    """Events the reader may see: all for administrators, their team's for managers."""
    listing = audit_listing(request)
    if listing is None:
        raise PermissionDenied
    events = audit_events_for(request.user, on=localdate(clock.now()))
    page = listing.page(request, events, page_size=preferences_of(request.user).page_size)
    return page.render(request, "accounts/audit.html")
