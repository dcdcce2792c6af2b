"""Phones and programs that sync contacts: their passwords, how to set them up, what they want to be decided."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import door
from apps.accounts.models import AppPassword
from apps.accounts.permissions import can_hold_app_passwords
from apps.accounts.services.app_passwords import create_app_password, revoke_app_password
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.refusals import Refused
from apps.sync.clash_drawing import lines_of
from apps.sync.forms.phones import AppPasswordForm
from apps.sync.selectors.cards import books_of, waiting_clashes
from apps.sync.services.cards.clashes import ClashChanged, settle_clash

holders_only = door(can_hold_app_passwords)


@holders_only
@require_GET
def phones(request: Request) -> HttpResponse:
    return _page(request, AppPasswordForm())


@holders_only
@never_cache
@require_POST
def password_create(request: Request) -> HttpResponse:
    """Make a password and show it, this once."""
    form = AppPasswordForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    made, raw = create_app_password(actor=request.user, name=form.cleaned_data["name"], now=clock.now())
    context = {"app_password": made, "raw": raw, "server": _server(request)}
    return render_page(request, "sync/app_password.html", context)


@holders_only
@require_POST
def password_revoke(request: Request, app_password_id: int) -> HttpResponse:
    found = get_object_or_404(AppPassword.objects.filter(user=request.user), pk=app_password_id)
    revoke_app_password(actor=request.user, app_password=found, now=clock.now())
    messages.success(request, _("“%(name)s” can't sign in any more.") % {"name": found.name})
    return redirect("sync:phones")


@holders_only
@require_http_methods(["GET", "POST"])
def clash(request: Request, clash_id: int) -> HttpResponse:
    """Choose, field by field, between what the phone says and what stands here."""
    found = get_object_or_404(waiting_clashes(request.user).select_related("entity"), pk=clash_id)
    if request.method == "POST":
        chosen = {place for place in range(len(found.differences)) if request.POST.get(f"take-{place}") == "phone"}
        try:
            if request.POST.get("noticed_at") != found.noticed_at.isoformat():
                raise ClashChanged
            settle_clash(actor=request.user, clash=found, chosen=chosen, now=clock.now())
        except (ValidationError, Refused) as error:
            reason = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
            messages.warning(request, reason)
            return redirect("sync:card_clash", clash_id=found.pk)
        messages.success(request, _("Saved. Your phone will hear of it when it syncs."))
        return redirect("sync:phones")
    context = {"clash": found, "lines": lines_of(found), "noticed_at": found.noticed_at.isoformat()}
    return render_page(request, "sync/card_clash.html", context)


def _page(request: Request, form: AppPasswordForm, *, status: int = 200) -> HttpResponse:
    mine = AppPassword.objects.filter(user=request.user, revoked_at=None).order_by("-created_at", "-pk")
    context = {
        "form": form,
        "app_passwords": mine,
        "books": books_of(request.user),
        "clashes": waiting_clashes(request.user).select_related("entity").order_by("-noticed_at", "-pk"),
        "server": _server(request),
    }
    return render_page(request, "sync/phones.html", context, status=status)


def _server(request: Request) -> str:
    return f"{settings.RAPPORT_SITE_URL or request.build_absolute_uri('/')}dav/"
