"""What a connection keeps or has told, as a list, and what is done about refused rows."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.decorators import settings_required
from apps.accounts.preferences import preferences_of
from apps.core import clock
from apps.core.htmx import Request
from apps.core.sheets import way_back
from apps.core.toasts import toast
from apps.sync.connection_listing import listing_of
from apps.sync.models import AnalyticsEvent, AudienceMember, Connection
from apps.sync.services.connections import asking_by_hand

_MOST = 10_000


@settings_required
@require_GET
def rows(request: Request, connection_id: int) -> HttpResponse:
    connection = get_object_or_404(Connection, pk=connection_id)
    size = preferences_of(request.user).page_size
    page = listing_of(connection).page(request, _scope(connection), page_size=size)
    return page.render(request, "sync/connection_rows.html", {"connection": connection})


@settings_required
@require_POST
def rows_bulk(request: Request, connection_id: int, act: str) -> HttpResponse:
    """Replay or dismiss the chosen ones; such as weren't refused are left alone."""
    connection = get_object_or_404(Connection, pk=connection_id)
    chosen = listing_of(connection).selection(request, _scope(connection)).queryset
    ids = list(chosen.filter(state="refused").order_by("pk").values_list("pk", flat=True)[:_MOST])
    if act == "replay":
        count = asking_by_hand.replay(actor=request.user, connection=connection, ids=ids, now=clock.now())
        toast(request, ngettext("%(count)s is tried again", "%(count)s are tried again", count) % {"count": count})
    elif act == "dismiss":
        count = asking_by_hand.dismiss(actor=request.user, connection=connection, ids=ids)
        toast(request, ngettext("%(count)s dismissed", "%(count)s dismissed", count) % {"count": count})
    else:
        raise Http404
    return redirect(way_back(request, reverse("sync:connection_rows", args=[connection.pk])))


def _scope(connection: Connection) -> QuerySet[AudienceMember] | QuerySet[AnalyticsEvent]:
    if connection.kind == Connection.Kind.MAILCHIMP:
        return AudienceMember.objects.filter(connection=connection)
    return AnalyticsEvent.objects.filter(connection=connection)
