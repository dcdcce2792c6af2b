"""Whom one may write to, for the pickers of the sheet."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from apps.accounts.decorators import staff_required
from apps.core.htmx import Request
from apps.core.pickers import picker_response
from apps.messaging.selectors.recipients import recipient_options


@staff_required
@require_GET
def recipient_pick(request: Request) -> HttpResponse:
    number = request.GET.get("page", "1")
    page = int(number) if number.isdecimal() and len(number) < 6 and int(number) > 0 else 1
    options, more = recipient_options(request.user, request.GET.get("q", "").strip()[:200], page=page)
    return picker_response(options, more=more)
