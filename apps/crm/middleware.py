"""The wall around the portal: its requests run as a database role that sees one dealer's rows (docs/adr/0015)."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from apps.accounts.permissions import is_staff_member, roles_of
from apps.core.database_roles import as_portal
from apps.crm.link_door import LINKS, answer_by_link
from apps.crm.models.reach import guest_of, portal_reader
from apps.crm.selectors.viewing import viewed_as

PREFIX = "/portal/"


def portal_role(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer `/portal/` as the role of the portal; staff enter it only as a dealer they look in on, reading. Public
    links below `/d/` have the same role, narrowed to one delivery (link_door.py).

    What a page needs of the user beside its dealer's rows is read before: the role reads no users.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(LINKS):
            return answer_by_link(request, get_response)
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
