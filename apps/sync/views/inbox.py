"""What a source sent: batches, rejections, and what is done about these."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.decorators import settings_required
from apps.accounts.preferences import preferences_of
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.sheets import way_back
from apps.core.toasts import toast
from apps.sync.drawing import rejection_badge
from apps.sync.listing import batch_listing, rejection_listing
from apps.sync.models import Batch, Rejection, Source
from apps.sync.services.rejections import Replay, dismiss_rejections, replay_rejections, start_replay

_INLINE = 1000  # so many are replayed while one waits; more of them in the background


@settings_required
@require_GET
def batches(request: Request, code: str) -> HttpResponse:
    source = _source(code)
    size = preferences_of(request.user).page_size
    page = batch_listing(source).page(request, Batch.objects.filter(source=source), page_size=size)
    return page.render(request, "sync/batches.html", {"source": source})


@settings_required
@require_GET
def rejections(request: Request, code: str) -> HttpResponse:
    source = _source(code)
    size = preferences_of(request.user).page_size
    page = rejection_listing(source).page(request, Rejection.objects.filter(source=source), page_size=size)
    return page.render(request, "sync/rejections.html", {"source": source})


@settings_required
@require_GET
def rejection(request: Request, code: str, rejection_id: int) -> HttpResponse:
    """The record as it came, and why it couldn't be applied."""
    source = _source(code)
    rows = Rejection.objects.filter(source=source).select_related("batch")
    found = get_object_or_404(rows, pk=rejection_id)
    context = {"source": source, "rejection": found, "badge": rejection_badge(found)}
    return render_page(request, "sync/rejection.html", context, fragment="sheet")


@settings_required
@require_POST
def rejections_bulk(request: Request, code: str, act: str) -> HttpResponse:
    """Replay or dismiss the chosen ones."""
    source = _source(code)
    scope = Rejection.objects.filter(source=source)
    chosen = rejection_listing(source).selection(request, scope).queryset
    ids = list(chosen.filter(state=Rejection.State.OPEN).order_by("pk").values_list("pk", flat=True)[: _INLINE + 1])
    now = clock.now()
    if act == "dismiss":
        count = dismiss_rejections(actor=request.user, source=source, only=ids[:_INLINE], now=now)
        toast(request, ngettext("%(count)s dismissed", "%(count)s dismissed", count) % {"count": count})
    elif act == "replay" and len(ids) > _INLINE:
        start_replay(actor=request.user, source=source, now=now)
        toast(request, _("All open ones are replayed in the background."))
    elif act == "replay":
        _say(request, replay_rejections(actor=request.user, source=source, now=now, only=ids))
    else:
        raise Http404
    return redirect(way_back(request, reverse("sync:rejections", args=[source.code])))


@settings_required
@require_POST
def rejections_replay(request: Request, code: str) -> HttpResponse:
    """Replay all that are open."""
    source = _source(code)
    now = clock.now()
    if source.rejections.filter(state=Rejection.State.OPEN).count() > _INLINE:
        start_replay(actor=request.user, source=source, now=now)
        toast(request, _("All open ones are replayed in the background."))
    else:
        _say(request, replay_rejections(actor=request.user, source=source, now=now))
    return redirect("sync:source", code=source.code)


def _say(request: Request, replay: Replay) -> None:
    figures = {"settled": replay.settled, "rejected": replay.rejected}
    toast(request, _("%(settled)s applied, %(rejected)s still rejected") % figures)


def _source(code: str) -> Source:
    return get_object_or_404(Source.objects.select_related("plant"), code=code)
