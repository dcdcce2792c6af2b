"""The action log: of everything for administrators, of one contact for managers who see it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.decorators import audit_required, settings_required
from apps.accounts.permissions import can_read_audit
from apps.accounts.services.audit import record_event
from apps.activities.forms.log import LogForm
from apps.activities.selectors.log import log_of_all, log_of_entity, rows_of
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.streaming import streamed


@settings_required
@require_GET
def log(request: Request) -> HttpResponse:
    form = LogForm(request.GET, user=request.user)
    narrowing = form.narrowing()
    after = request.GET.get("after", "")
    asked = request.GET.copy()
    asked.pop("after", None)
    context = {
        "form": form,
        "log": log_of_all(request.user, narrowing=narrowing, after=after),
        "asked": asked.urlencode(),
        "narrowed": bool(narrowing),
    }
    return render_page(request, "activities/log.html", context, fragment="log-page" if after else "log")


@settings_required
@require_POST
def log_export(request: Request) -> StreamingHttpResponse:
    """What the page shows, all of it, as CSV; the audit keeps who took it along."""
    now = clock.now()
    narrowing = LogForm(request.GET, user=request.user).narrowing()
    record_event(actor=request.user, verb="log.exported", now=now, details={"format": "csv"})
    lines = streamed(request, (line.encode() for line in _csv(rows_of(request.user, narrowing))))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="log-{now:%Y-%m-%d}.csv"'
    return response


@audit_required
@require_GET
def log_of_contact(request: Request, entity_id: int) -> HttpResponse:
    entity = get_object_or_404(Entity.objects.visible_to(request.user), pk=entity_id)
    after = request.GET.get("after", "")
    context = {"entity": entity, "log": log_of_entity(request.user, entity, after=after), "asked": ""}
    return render_page(request, "activities/log_of_contact.html", context, fragment="log-page" if after else "")


def log_action(request: HttpRequest, entity: Entity) -> str:
    """The way there from the contact's page, for whoever may go it."""
    if not can_read_audit(request.user):
        return ""
    return render_to_string("activities/log_action.html", {"entity": entity}, request)


def _csv(rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    head = ("at", "by", "email", "ip", "verb", "record", "id", "contact", "change", "field", "before", "after")
    yield "\ufeff" + _line(head)
    for row in rows:
        yield _line(tuple(map(_harmless, row)))


def _line(row: tuple[str, ...]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(row)
    return buffer.getvalue()


def _harmless(text: str) -> str:
    """Spreadsheets take some beginnings for formulas."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
