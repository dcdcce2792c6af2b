"""Connections to services outside, for administrators: made, tried, switched on and off, watched."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import settings_required
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.models import Operation
from apps.core.selectors import describe
from apps.core.setting_sheets import saved, show_sheet
from apps.core.toasts import toast
from apps.sync.connection_drawing import connection_badge
from apps.sync.connectors.asking import OutsideTrouble
from apps.sync.forms.connections import FORMS
from apps.sync.models import Connection
from apps.sync.selectors.connections import standings
from apps.sync.services.connections import asking_by_hand, setup
from apps.sync.services.connections.previewing import preview

_RUNS = 50


@settings_required
@never_cache
@require_GET
def connection_list(request: Request) -> HttpResponse:
    now = clock.now()
    rows = [
        {"standing": standing, "connection": standing.connection, "badge": connection_badge(standing.connection, now)}
        for standing in standings(list(Connection.objects.order_by("name", "pk")))
    ]
    return render_page(request, "sync/connections.html", {"rows": rows})


@settings_required
@require_GET
def connection_choose(request: Request) -> HttpResponse:
    return render_page(request, "sync/connection_choose.html", {"kinds": Connection.Kind.choices}, fragment="sheet")


@settings_required
@require_http_methods(["GET", "POST"])
def connection_add(request: Request, kind: str) -> HttpResponse:
    return _sheet(request, kind, None)


@settings_required
@require_http_methods(["GET", "POST"])
def connection_edit(request: Request, connection_id: int) -> HttpResponse:
    connection = get_object_or_404(Connection, pk=connection_id)
    return _sheet(request, connection.kind, connection)


@settings_required
@never_cache
@require_GET
def connection_page(request: Request, connection_id: int) -> HttpResponse:
    """How it stands, what its last rounds did, and what can be asked of it."""
    connection = get_object_or_404(Connection.objects.select_related("owner"), pk=connection_id)
    now = clock.now()
    context = {
        "connection": connection,
        "badge": connection_badge(connection, now),
        "standing": standings([connection])[0],
        "is_audience": connection.kind == Connection.Kind.MAILCHIMP,
        "runs": connection.runs.order_by("-pk")[:_RUNS],
        "running": _running(request, connection),
    }
    return render_page(request, "sync/connection.html", context)


@settings_required
@require_POST
def connection_switch(request: Request, connection_id: int) -> HttpResponse:
    connection = get_object_or_404(Connection, pk=connection_id)
    if request.POST.get("to") == "on":
        setup.switch_on(actor=request.user, connection=connection, now=clock.now())
        toast(request, _("Switched on"))
    else:
        setup.switch_off(actor=request.user, connection=connection, now=clock.now())
        toast(request, _("Switched off: nothing leaves any more."))
    return redirect("sync:connection", connection_id=connection.pk)


@settings_required
@require_POST
def connection_test(request: Request, connection_id: int) -> HttpResponse:
    connection = get_object_or_404(Connection, pk=connection_id)
    found = asking_by_hand.test(actor=request.user, connection=connection, now=clock.now())
    toast(request, found.words, kind="success" if found.is_good else "danger")
    return redirect("sync:connection", connection_id=connection.pk)


@settings_required
@require_POST
def connection_run(request: Request, connection_id: int) -> HttpResponse:
    connection = get_object_or_404(Connection, pk=connection_id)
    if connection.state == Connection.State.ON and _running(request, connection) is None:
        asking_by_hand.start_run(actor=request.user, connection=connection, now=clock.now())
    return redirect("sync:connection", connection_id=connection.pk)


@settings_required
@require_GET
def connection_preview(request: Request, connection_id: int) -> HttpResponse:
    """What would leave the house now: counts, and some contacts to the letter. Nothing does."""
    connection = get_object_or_404(Connection.objects.select_related("owner"), pk=connection_id)
    if connection.kind != Connection.Kind.MAILCHIMP:
        raise Http404
    context: dict[str, object] = {"connection": connection}
    try:
        context["preview"] = preview(connection)
    except OutsideTrouble as trouble:
        context["trouble"] = str(trouble)
    return render_page(request, "sync/connection_preview.html", context, fragment="sheet")


@settings_required
@require_POST
def connection_remove(request: Request, connection_id: int) -> HttpResponse:
    connection = get_object_or_404(Connection, pk=connection_id)
    setup.remove_connection(actor=request.user, connection=connection, now=clock.now())
    return saved(request, reverse("sync:connections"), _("Removed. At the other side all stays as it is."))


def _sheet(request: Request, kind: str, connection: Connection | None) -> HttpResponse:
    if kind not in FORMS:
        raise Http404
    form = FORMS[kind](request.POST or None, user=request.user, connection=connection)
    back = reverse("sync:connection", args=[connection.pk]) if connection else reverse("sync:connections")
    if request.method == "POST" and form.is_valid():
        try:
            data = form.to_input()
            if connection is None:
                made = setup.make_connection(actor=request.user, data=data, now=clock.now())
            else:
                made = setup.change_connection(actor=request.user, connection=connection, data=data, now=clock.now())
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, reverse("sync:connection", args=[made.pk]))
    remove = reverse("sync:connection_remove", args=[connection.pk]) if connection else ""
    title = connection.name if connection else Connection.Kind(kind).label
    return show_sheet(request, form, title=title, back=back, remove_url=remove)


def _running(request: Request, connection: Connection) -> object:
    """The reader's own full round, while it lasts."""
    mine = Operation.objects.unfinished().filter(actor=request.user, verb=asking_by_hand.RUN)
    operation = mine.filter(parameters__connection=connection.pk).order_by("-pk").first()
    return describe(operation, now=clock.now()) if operation else None
