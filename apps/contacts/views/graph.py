from __future__ import annotations

from django.http import Http404, HttpResponse

from apps.accounts.decorators import staff_required
from apps.core.htmx import Request


@staff_required
def entity_chart(request: Request, **named: int) -> HttpResponse:
    raise Http404


@staff_required
def entity_graph(request: Request, **named: int) -> HttpResponse:
    raise Http404
