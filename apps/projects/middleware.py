"""The guests' door: its requests run as a database role that sees chosen tabs of one project (docs/adr/0027)."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse

from apps.accounts.permissions import roles_of
from apps.core import clock
from apps.core.database_roles import as_guest
from apps.projects.models.guest_reach import read_as_guest
from apps.projects.selectors.guests import reader_of

PREFIX = "/guest/"
GUEST = frozenset({"guest"})
_PROJECT = re.compile(r"^/guest/(\d{1,18})/")


def guest_role(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer `/guest/` as the portal's role, for guests alone; a project that isn't theirs is not there.

    What a page needs of the user beside the project's rows is read before: the role reads no users.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PREFIX) or not request.user.is_authenticated:
            return get_response(request)
        if roles_of(request.user) != GUEST:
            raise Http404
        asked = _PROJECT.match(request.path)
        group_id = int(asked[1]) if asked else 0
        reader = reader_of(request.user, group_id, now=clock.now())
        if asked and reader.place is None:
            raise Http404
        read_as_guest(request.user, reader)
        with as_guest(
            user_id=reader.user_id,
            entity_id=reader.entity_id,
            group_id=reader.group_id,
            from_seq=reader.from_seq,
            tabs=reader.tabs,
        ):
            response = get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            return response

    return middleware
