"""The wall around the portal: its requests run as a database role that sees one dealer's rows (docs/adr/0015)."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from apps.accounts.permissions import is_staff_member, roles_of
from apps.core import clock
from apps.core.database_roles import as_portal
from apps.crm.link_door import LINKS, answer_by_link
from apps.crm.models.reach import PortalReader, guest_of, portal_reader, program_of
from apps.crm.selectors.viewing import viewed_as
from apps.crm.services.dealer_feed.keys import reader_of_key

PREFIX = "/portal/"
FEED = "/api/v1/feed/"  # for programs of dealers, which bring a key instead of a session
_BEARER = "bearer "


def portal_role(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer `/portal/` as the role of the portal; staff enter it only as a dealer they look in on, reading. Public
    links below `/d/` have the same role, narrowed to one delivery (link_door.py).

    What a page needs of the user beside its dealer's rows is read before: the role reads no users.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(LINKS):
            return answer_by_link(request, get_response)
        if request.path.startswith(FEED):
            reader = _reader_of_program(request)
            if reader is None:
                return get_response(request)  # which asks for a key
            return behind_the_wall(request, reader)
        if not request.path.startswith(PREFIX) or not request.user.is_authenticated:
            return get_response(request)
        roles_of(request.user)
        reader = portal_reader(request.user)
        if reader is None and is_staff_member(request.user) and (reader := viewed_as(request)) is not None:
            if request.method not in ("GET", "HEAD"):
                return render(request, "portal/looking_only.html", status=403)
            request.user = guest_of(request.user, reader)
        if reader is None:
            raise Http404
        return behind_the_wall(request, reader)

    def behind_the_wall(request: HttpRequest, reader: PortalReader) -> HttpResponse:
        with as_portal(
            dealer_id=reader.dealer_id,
            entity_id=reader.entity_id,
            user_id=reader.user_id,
            sees_money=reader.sees_money,
            plant_ids=reader.plant_ids,
        ):
            response = get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            return response

    return middleware


def _reader_of_program(request: HttpRequest) -> PortalReader | None:
    """Whom the request's key reads for; it becomes its user, whoever else was signed in."""
    given = request.headers.get("Authorization", "")
    if given[: len(_BEARER)].lower() != _BEARER:
        return None
    found = reader_of_key(given[len(_BEARER) :].strip(), clock.now())
    if found is None:
        return None
    request.feed_key_id, reader = found  # type: ignore[attr-defined]  # for the API's authentication
    request.user = program_of(reader)
    return reader
