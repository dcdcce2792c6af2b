"""Pages and their parts: one address, one view, one template (STYLE R11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails

if TYPE_CHECKING:
    from apps.accounts.models import User


class Request(HttpRequest):
    """The request of a signed-in view, as type checkers see it."""

    htmx: HtmxDetails
    user: User  # behind @login_required nobody is anonymous


def wants_fragment(request: HttpRequest) -> bool:
    """Does htmx ask for a part, neither boosting a link nor restoring history?"""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    return htmx is not None and bool(htmx) and not (htmx.boosted or htmx.history_restore_request)


def render_page(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, fragment: str = "", status: int = 200
) -> HttpResponse:
    """Render `template`, or only its partial `fragment` where htmx asked for a part."""
    name = f"{template}#{fragment}" if fragment and wants_fragment(request) else template
    response = render(request, name, dict(context), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
