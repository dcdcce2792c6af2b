"""One page that leads to all that guards one's own sign-in."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from apps.accounts.permissions import can_hold_tokens
from apps.core.htmx import Request, render_page


@login_required
@require_GET
def security(request: Request) -> HttpResponse:
    kinds = list(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    return render_page(
        request,
        "accounts/security.html",
        {
            "has_codes": Authenticator.Type.TOTP in kinds,
            "passkeys": kinds.count(Authenticator.Type.WEBAUTHN),
            "has_recovery_codes": Authenticator.Type.RECOVERY_CODES in kinds,
            "sessions": UserSession.objects.filter(user=request.user).count(),
            "may_hold_tokens": can_hold_tokens(request.user),
        },
    )


@login_required
def email(request: Request) -> HttpResponse:
    """Addresses are changed by administrators: one signs in with what the house knows one by."""
    return redirect("accounts:security")
