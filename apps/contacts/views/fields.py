from __future__ import annotations

from django.http import Http404, HttpResponse

from apps.accounts.decorators import staff_required
from apps.core.htmx import Request


@staff_required
def field_list(request: Request, **named: int) -> HttpResponse:
    raise Http404


@staff_required
def field_add(request: Request, **named: int) -> HttpResponse:
    raise Http404


@staff_required
def fields_order(request: Request, **named: int) -> HttpResponse:
    raise Http404


@staff_required
def field_edit(request: Request, **named: int) -> HttpResponse:
    raise Http404


@staff_required
def field_retire(request: Request, **named: int) -> HttpResponse:
    raise Http404
