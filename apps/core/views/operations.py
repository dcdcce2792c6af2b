"""What one did: progress of background work, and undo for 30 days."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.models import Operation
from apps.core.selectors import OperationRow, describe
from apps.core.services import operations as services
from apps.core.sheets import page_before
from apps.core.toasts import toast

_PAGE_SIZE = 50
_MOST_PAGES = 200


@login_required
@require_GET
def operations(request: Request) -> HttpResponse:
    """One's own operations, the newest first."""
    rows = Operation.objects.of(request.user).select_related("undone_by").order_by("-created_at", "-pk")
    page = Paginator(rows[: _PAGE_SIZE * _MOST_PAGES], _PAGE_SIZE).get_page(request.GET.get("page"))
    now = clock.now()
    context = {"page": page, "operations": [describe(each, now=now) for each in page]}
    return render_page(request, "core/operations.html", context, fragment="operations")


@login_required
@never_cache
@require_GET
def operation(request: Request, operation_id: int) -> HttpResponse:
    """One operation: a page, or JSON for the bar that heals itself after a reconnect."""
    row = describe(_own(request, operation_id), now=clock.now())
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return JsonResponse(_as_json(row))
    return render_page(request, "core/operation.html", {"operation": row}, fragment="operation")


@login_required
@require_POST
def operation_undo(request: Request, operation_id: int) -> HttpResponse:
    found = _own(request, operation_id)
    try:
        undoing = services.begin_undo(actor=request.user, operation=found, now=clock.now())
    except services.NotUndoable as reason:
        toast(request, str(reason), kind="warning")
        return _back(request, _page_before(request))
    if undoing.finished_at is None:
        return _back(request, reverse("core:operation", args=[undoing.pk]))
    conflicts = undoing.result["conflict_count"]
    if conflicts:
        text = ngettext(
            "Undone, but %(count)d record was changed since and stays as it is.",
            "Undone, but %(count)d records were changed since and stay as they are.",
            conflicts,
        ) % {"count": conflicts}
        toast(request, text, kind="warning")
        return _back(request, reverse("core:operation", args=[undoing.pk]))
    toast(request, _("Undone."))
    return _back(request, _page_before(request))


@login_required
@require_POST
def operation_cancel(request: Request, operation_id: int) -> HttpResponse:
    services.request_cancel(actor=request.user, operation=_own(request, operation_id), now=clock.now())
    return redirect("core:operation", operation_id)


def _own(request: Request, operation_id: int) -> Operation:
    if operation_id >= 2**63:
        raise Http404
    return get_object_or_404(Operation.objects.of(request.user).select_related("undone_by"), pk=operation_id)


def _page_before(request: Request) -> str:
    return page_before(request, reverse("core:operations"))


def _back(request: Request, url: str) -> HttpResponse:
    """Show a page anew: what undo changed may stand anywhere on it."""
    return HttpResponse(headers={"HX-Redirect": url}) if request.htmx else HttpResponseRedirect(url)


def _as_json(row: OperationRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": row.state,
        "done": row.done,
        "total": row.total,
        "message": row.message,
        "result": row.result,
    }
