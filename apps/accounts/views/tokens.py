"""One's own API tokens."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import door
from apps.accounts.forms import TokenForm
from apps.accounts.models import ApiToken
from apps.accounts.permissions import can_hold_tokens
from apps.accounts.services.tokens import create_token, revoke_token
from apps.accounts.views.lists import tokens_listing
from apps.core import clock
from apps.core.htmx import Request, render_page

holders_only = door(can_hold_tokens)


@holders_only
@require_GET
def tokens(request: Request) -> HttpResponse:
    listing = tokens_listing(request)
    if listing is None:
        raise PermissionDenied
    page = listing.page(request, ApiToken.objects.filter(user=request.user))
    return page.render(request, "accounts/tokens.html")


@holders_only
@never_cache
@require_http_methods(["GET", "POST"])
def token_create(request: Request) -> HttpResponse:
    """Make a token and show its text, this once."""
    form = TokenForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render_page(request, "accounts/token_create.html", {"form": form}, status=status)
    now = clock.now()
    token, raw = create_token(
        actor=request.user,
        user=request.user,
        name=form.cleaned_data["name"],
        scopes=form.cleaned_data["scopes"],
        expires_at=form.expires_at(now),
        now=now,
    )
    return render_page(request, "accounts/token_created.html", {"token": token, "raw": raw})


@holders_only
@require_POST
def token_revoke(request: Request, token_id: int) -> HttpResponse:
    token = get_object_or_404(ApiToken.objects.filter(user=request.user), pk=token_id)
    revoke_token(actor=request.user, token=token, now=clock.now())
    messages.success(request, _("The token “%(name)s” is revoked.") % {"name": token.name})
    return redirect("accounts:tokens")
