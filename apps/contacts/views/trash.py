from __future__ import annotations

from django.http import Http404, HttpResponse

from apps.accounts.decorators import staff_required
from apps.core.htmx import Request


@staff_required
def trash_list(request: Request, **named: int) -> HttpResponse:
    raise Http404


@staff_required
def trash_restore(request: Request, **named: int) -> HttpResponse:
    raise Http404
