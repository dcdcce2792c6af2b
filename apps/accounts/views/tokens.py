"""One's own API tokens."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.decorators import door
from apps.accounts.forms import SCOPE_TITLES, TokenForm
from apps.accounts.models import ApiToken
from apps.accounts.permissions import can_hold_tokens
from apps.accounts.services.tokens import create_token, revoke_token
from apps.core import clock
from apps.core.htmx import Request, render_page, wants_fragment

holders_only = door(can_hold_tokens)


@holders_only
@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: Request) -> HttpResponse:
    """List the tokens; a POST makes one and shows its text, this once."""
    if request.method == "GET":
        return _page(request, TokenForm())
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    now = clock.now()
    token, raw = create_token(
        actor=request.user,
        user=request.user,
        name=form.cleaned_data["name"],
        scopes=form.cleaned_data["scopes"],
        expires_at=form.expires_at(now),
        now=now,
    )
    return _page(request, TokenForm(), made=token, raw=raw)


@holders_only
@require_POST
def token_revoke(request: Request, token_id: int) -> HttpResponse:
    token = get_object_or_404(ApiToken.objects.filter(user=request.user), pk=token_id)
    revoke_token(actor=request.user, token=token, now=clock.now())
    return _page(request, TokenForm()) if wants_fragment(request) else redirect("accounts:tokens")


def _page(
    request: Request, form: TokenForm, *, made: ApiToken | None = None, raw: str = "", status: int = 200
) -> HttpResponse:
    now = clock.now()
    rows = [
        {
            "token": token,
            "scopes": [SCOPE_TITLES.get(name, name) for name in token.scopes],
            "is_over": token.expires_at is not None and token.expires_at <= now,
        }
        for token in ApiToken.objects.filter(user=request.user).order_by("-created_at", "-pk")
    ]
    return render_page(
        request,
        "accounts/tokens.html",
        {"form": form, "rows": rows, "made": made, "raw": raw},
        fragment="tokens",
        status=status,
    )
