from __future__ import annotations

from django.http import Http404, HttpResponse

from apps.accounts.decorators import staff_required
from apps.core.htmx import Request


@staff_required
def category_list(request: Request, **named: int) -> HttpResponse:
    raise Http404


@staff_required
def category_add(request: Request, **named: int) -> HttpResponse:
    raise Http404


@staff_required
def category_edit(request: Request, **named: int) -> HttpResponse:
    raise Http404


@staff_required
def category_remove(request: Request, **named: int) -> HttpResponse:
    raise Http404
