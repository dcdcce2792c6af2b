"""Mail on a contact's page, and the report of who got what, when."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.timezone import get_current_timezone
from django.views.decorators.http import require_GET

from apps.accounts.decorators import staff_required
from apps.accounts.models import User
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.streaming import streamed
from apps.messaging.addresses import address_of
from apps.messaging.forms.reading import ReportForm
from apps.messaging.selectors.contact_mail import Sent, Wanted, all_lines, mails_of, report_of

TAB = "messaging/contact_tab.html"
HEAD = ("when", "from", "to", "subject", "documents", "state", "server", "answer", "opened")


def mail_panel(request: HttpRequest, entity: Entity) -> str:
    """The tab of a contact's page."""
    user = cast(User, request.user)  # pages of contacts are for staff alone
    return render_to_string("messaging/_contact_mails.html", _context(user, entity, ""), request=request)


@staff_required
@require_GET
def mail_of(request: Request, entity_id: int) -> HttpResponse:
    """A further page of it."""
    entity = get_object_or_404(Entity.objects.visible_to(request.user), pk=entity_id)
    after = request.GET.get("after", "")
    context = _context(request.user, entity, after)
    return render_page(request, TAB, context, fragment="contact-mails-page" if after else "contact-mails")


def _context(user: User, entity: Entity, after: str) -> dict[str, Any]:
    compose = address_of("messaging:compose")
    return {
        "entity": entity,
        "mails": mails_of(entity, user=user, after=after),
        "compose_url": f"{compose}?entity={entity.pk}" if compose else "",
    }


@staff_required
@require_GET
def report(request: Request) -> HttpResponse:
    form = ReportForm(request.GET or None, user=request.user)
    wanted = _wanted(request, form)
    after = request.GET.get("after", "")
    zone: Any = get_current_timezone()
    asked = request.GET.copy()
    asked.pop("after", None)
    context = {
        "form": form,
        "report": report_of(request.user, wanted, zone=zone, after=after),
        "entity": wanted.entity,
        "narrowed": bool(wanted),
        "asked": asked.urlencode(),
    }
    return render_page(request, "messaging/report.html", context, fragment="report-page" if after else "report")


@staff_required
@require_GET
def report_csv(request: Request) -> StreamingHttpResponse:
    """What the page shows, all of it."""
    zone: Any = get_current_timezone()
    wanted = _wanted(request, ReportForm(request.GET or None, user=request.user))
    lines = _csv(all_lines(request.user, wanted, zone=zone))
    response = StreamingHttpResponse(streamed(request, lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="mail-{clock.now():%Y-%m-%d}.csv"'
    return response


def _wanted(request: Request, form: ReportForm) -> Wanted:
    """What is asked for; what can't be read narrows nothing."""
    form.is_valid()
    given = form.cleaned_data if form.is_bound else {}
    asked = request.GET.get("entity", "")
    seen = Entity.objects.visible_to(request.user)
    entity = get_object_or_404(seen, pk=int(asked)) if asked.isdecimal() and len(asked) < 19 else None
    return Wanted(
        contact=given.get("contact", ""),
        entity=entity,
        template=given.get("template"),
        since=given.get("since"),
        until=given.get("until"),
        state=given.get("state", ""),
    )


def _csv(lines: Iterator[Sent]) -> Iterator[bytes]:
    yield "\ufeff".encode() + _line(HEAD)
    for sent in lines:
        message, envelope = sent.message, sent.envelope
        row = (
            message.happened_at.isoformat(timespec="seconds"),
            message.sender_address,
            "; ".join(sent.recipients),
            message.subject,
            "; ".join(sent.documents),
            message.state,
            envelope.server if envelope else "",
            envelope.last_error if envelope else "",
            message.opened_at.isoformat(timespec="seconds") if message.opened_at else "",
        )
        yield _line(map(_harmless, row))


def _line(row: Iterable[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(row)
    return buffer.getvalue().encode()


def _harmless(text: str) -> str:
    """Spreadsheets take some beginnings for formulas."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
