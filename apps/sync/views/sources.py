"""The dashboard of sources, a source's page, its settings, its state and its tokens."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import settings_required
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.setting_sheets import saved, show_sheet
from apps.core.toasts import toast
from apps.sync.drawing import lag_chart, rate_chart, source_badge
from apps.sync.forms.sources import SourceForm
from apps.sync.models import Connection, Rejection, Source, SourceMinute, SourceToken
from apps.sync.selectors.standing import standing_of, standings
from apps.sync.services import sources as services
from apps.sync.services.cursors import tables_of
from apps.sync.services.tokens import grant_token, revoke_token

_CHARTED = timedelta(hours=3)


@settings_required
@never_cache
@require_GET
def dashboard(request: Request) -> HttpResponse:
    """All sources: state, last batch, lag, rate of the last minutes, rejections, freshness; connections that fail."""
    now = clock.now()
    sources = {source.pk: source for source in Source.objects.select_related("plant")}
    minutes = list(SourceMinute.objects.filter(minute__gte=now - timedelta(minutes=5)))
    open_ones = _open_rejections()
    rows = []
    for standing in standings(now=now):
        lately = sum(row.read for row in minutes if row.source_id == standing.source_id)
        source = sources[standing.source_id]
        rows.append(
            {
                "source": source,
                "standing": standing,
                "badge": source_badge(source.state),
                "rate": round(lately / 300, 1),
                "open": open_ones.get(source.pk, 0),
                "is_late": standing.as_of is not None and now - standing.as_of > source.late_after,
            }
        )
    troubled = Connection.objects.exclude(trouble="").exclude(state=Connection.State.OFF).order_by("name", "pk")
    return render_page(request, "sync/dashboard.html", {"rows": rows, "troubled": troubled})


def _open_rejections() -> dict[int, int]:
    counts: dict[int, int] = {}
    for source_id in Rejection.objects.filter(state=Rejection.State.OPEN).values_list("source", flat=True)[:100_000]:
        counts[source_id] = counts.get(source_id, 0) + 1
    return counts


@settings_required
@never_cache
@require_GET
def source_page(request: Request, code: str) -> HttpResponse:
    """How one source does: figures, charts of the last hours, tokens."""
    source = _source(code)
    now = clock.now()
    minutes = list(SourceMinute.objects.filter(source=source, minute__gte=now - _CHARTED).order_by("minute"))
    context = {
        "source": source,
        "standing": standing_of(source.pk, now=now),
        "badge": source_badge(source.state),
        "rate": rate_chart(minutes),
        "lag": lag_chart(minutes),
        "minutes": minutes[::-1][:30],
        "read_up_to": [(name, source.cursor.get(name)) for name in tables_of(source)],
        "tokens": source.tokens.order_by("-pk")[:50],
        "open": source.rejections.filter(state=Rejection.State.OPEN).count(),
        "address": request.build_absolute_uri(f"/api/v1/feeds/{source.code}/batches"),
    }
    return render_page(request, "sync/source.html", context)


@settings_required
@require_http_methods(["GET", "POST"])
def source_create(request: Request) -> HttpResponse:
    form = SourceForm(request.POST or None)
    back = reverse("sync:sources")
    if request.method == "POST" and form.is_valid():
        try:
            source = services.create_source(actor=request.user, data=form.to_input(), now=clock.now())
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, reverse("sync:source", args=[source.code]))
    return show_sheet(request, form, title=_("New source"), back=back)


@settings_required
@require_http_methods(["GET", "POST"])
def source_edit(request: Request, code: str) -> HttpResponse:
    source = _source(code)
    form = SourceForm(request.POST or None, source=source)
    back = reverse("sync:source", args=[source.code])
    if request.method == "POST" and form.is_valid():
        try:
            services.change_source(actor=request.user, source=source, data=form.to_input(), now=clock.now())
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, back)
    return show_sheet(request, form, title=source.title, back=back)


@settings_required
@require_POST
def source_pause(request: Request, code: str) -> HttpResponse:
    source = _source(code)
    services.pause_source(actor=request.user, source=source, now=clock.now())
    toast(request, _("Paused: what it sends is kept and waits."))
    return redirect("sync:source", code=source.code)


@settings_required
@require_POST
def source_resume(request: Request, code: str) -> HttpResponse:
    source = _source(code)
    services.resume_source(actor=request.user, source=source, now=clock.now())
    toast(request, _("It goes on with what waits."))
    return redirect("sync:source", code=source.code)


@settings_required
@never_cache
@require_POST
def token_grant(request: Request, code: str) -> HttpResponse:
    """Make a token and show its text, this once."""
    source = _source(code)
    _token, raw = grant_token(actor=request.user, source=source, now=clock.now())
    return render_page(request, "sync/token.html", {"source": source, "raw": raw})


@settings_required
@require_POST
def token_revoke(request: Request, code: str, source_token_id: int) -> HttpResponse:
    source = _source(code)
    token = get_object_or_404(SourceToken.objects.filter(source=source).select_related("source"), pk=source_token_id)
    revoke_token(actor=request.user, token=token, now=clock.now())
    toast(request, _("The token is revoked."))
    return redirect("sync:source", code=source.code)


def _source(code: str) -> Source:
    return get_object_or_404(Source.objects.select_related("plant"), code=code)
