"""The security audit, to be read."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET

from apps.accounts.decorators import audit_required
from apps.accounts.models import User
from apps.accounts.selectors import audit_events_for
from apps.accounts.verbs import TITLES, lines_of, title_of
from apps.core import clock
from apps.core.htmx import Request, render_page

USERS = User._meta.label_lower
_PAGE = 50


@audit_required
@require_GET
def audit(request: Request) -> HttpResponse:
    today = localdate(clock.now())
    found = audit_events_for(request.user, on=today).select_related("actor").order_by("-occurred_at", "-pk")
    verb = request.GET.get("verb", "")
    if verb:
        found = found.filter(verb=verb)
    actor = request.GET.get("actor", "")
    if actor.isdecimal():
        found = found.filter(actor=int(actor))
    page = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    concerned = {event.record_id or 0 for event in page if event.record_type == USERS}
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=concerned)}
    rows = [
        (
            event,
            title_of(event.verb),
            names.get(event.record_id or 0, "") if event.record_type == USERS else "",
            lines_of(event.details),
        )
        for event in page
    ]
    return render_page(
        request,
        "accounts/audit.html",
        {
            "page": page,
            "rows": rows,
            "verb": verb,
            "actor": actor,
            "verbs": sorted(TITLES.items(), key=lambda i: str(i[1])),
        },
        fragment="events",
    )
