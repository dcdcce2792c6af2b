"""The portal's Home: what changed since the reader's last visit, and how things stand."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET, require_POST

from apps.core import clock
from apps.core.database_roles import as_house
from apps.core.htmx import Request, render_page, wants_fragment
from apps.core.visits import seen_at
from apps.crm.drawing.since import line_of
from apps.crm.list_news import HOME_KEY
from apps.crm.models import Order, Shipment
from apps.crm.models.reach import portal_reader
from apps.crm.order_listing import OPEN_STATUSES
from apps.crm.portal.doors import portal_required
from apps.crm.portal.late import sources_for
from apps.crm.selectors.delivery_days import near_days
from apps.crm.selectors.settlements import accounts_of
from apps.crm.selectors.since import changes_for
from apps.crm.services.visits import note_visit

_NEXT = 3  # deliveries


@portal_required
@require_GET
def home(request: Request) -> HttpResponse:
    reader, now = portal_reader(request.user), clock.now()
    if reader is None:
        raise Http404
    changes = changes_for(request.user, now=now) if reader.user_id else None
    coming = Shipment.objects.visible_to(request.user).filter(planned_on__gte=localdate(now))
    context = {
        "changes": None if changes is None else [line_of(each) for each in changes],
        "is_visit": bool(reader.user_id),
        "home_key": HOME_KEY,
        "seen": now.isoformat(),
        "open_orders": Order.objects.visible_to(request.user).filter(state__status__in=OPEN_STATUSES).count(),
        "coming": coming.exclude(state="cancelled").order_by("planned_on", "pk")[:_NEXT],
        "accounts": accounts_of(reader.dealer_id) if reader.sees_money else [],
        "sees_money": reader.sees_money,
        "sources": sources_for(request),
        "channel": f"dealer:{reader.dealer_id}",
        "days": [] if wants_fragment(request) else near_days(user=request.user, now=now),
    }
    return render_page(request, "portal/home.html", context, fragment="home")


@portal_required
@require_POST
def visit(request: Request, key: str) -> HttpResponse:
    """A page was seen as it was at `?seen=`: what comes later is new at the next visit."""
    try:
        with as_house():
            note_visit(actor=request.user, key=key, seen_at=seen_at(request.GET.get("seen", ""), clock.now()))
    except KeyError as error:
        raise Http404 from error
    return HttpResponse(status=204)
