"""The door of public links to one delivery, below `/d/`: the portal's database role, narrowed to that delivery.

Unknown, dead and revoked links are one answer. Nobody is told where they came from, nothing is kept or indexed, and
the token stands in no log of ours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.accounts.models import User
from apps.core import clock
from apps.core.database_roles import as_portal
from apps.core.middleware import current_origin
from apps.core.ratelimit import allow, seconds_left
from apps.crm.models import DeliveryLink
from apps.crm.models.reach import visitor_of
from apps.crm.services.delivery_links import link_of, note_use, orders_of, reader_of

LINKS = "/d/"
MOST, SECONDS = 300, 60  # requests of one address


class LinkRequest(HttpRequest):
    """The request of a view behind a link, as type checkers see it."""

    user: User  # nobody, who reaches the link's dealer
    day_link: DeliveryLink


def answer_by_link(request: HttpRequest, get_response: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    response = _answer(request, get_response)
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django's own mark: it would log the path
    return response


def over(request: HttpRequest, *, status: int = 404) -> HttpResponse:
    """What every link that opens nothing answers."""
    return render(request, "portal/day_link_over.html", status=status)


def _answer(request: HttpRequest, get_response: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    address = current_origin().ip or ""
    if not allow(f"day-link:{address}", limit=MOST, seconds=SECONDS):
        response = over(request, status=429)
        response["Retry-After"] = str(seconds_left(f"day-link:{address}", seconds=SECONDS))
        return response
    now = clock.now()
    link = link_of(request.path.removeprefix(LINKS).split("/")[0], now=now)
    if link is None:
        return over(request)
    reader = reader_of(link)
    if request.method == "POST" or (request.path.count("/") == 3 and not request.headers.get("HX-Request")):
        note_use(link, has_written=request.method == "POST", user_agent=current_origin().user_agent, now=now)
    request.user = visitor_of(reader)
    cast(LinkRequest, request).day_link = link
    with as_portal(
        dealer_id=reader.dealer_id,
        entity_id=reader.entity_id,
        plant_ids=reader.plant_ids,
        shipment_id=link.shipment_id,
        order_ids=orders_of(link),
    ):
        response = get_response(request)
        if response.status_code >= 500:
            transaction.set_rollback(True)
    return over(request) if response.status_code == 404 else response
