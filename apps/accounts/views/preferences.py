"""Preferences: a page of groups, each saved in place."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRefresh

from apps.accounts.forms import PREFERENCES_FORMS, ContactsForm, PreferencesForm
from apps.accounts.permissions import is_staff_member
from apps.accounts.preferences import preferences_of
from apps.accounts.services.preferences import change_preferences
from apps.core import clock
from apps.core.htmx import Request, render_page, wants_fragment
from apps.core.models import SavedView


@login_required
@require_http_methods(["GET", "POST"])
def preferences(request: Request) -> HttpResponse:
    """Show all groups, or save the one that was posted."""
    if request.method == "GET":
        return render_page(
            request, "accounts/preferences.html", {"groups": [_form(kind, request) for kind in _kinds(request)]}
        )
    kind = next((kind for kind in _kinds(request) if kind.key == request.POST.get("group")), None)
    if kind is None:
        return HttpResponseBadRequest(_("There is no such group of preferences."))
    form = _form(kind, request, request.POST)
    if not form.is_valid():
        return _group(request, form, status=422)
    saved = change_preferences(actor=request.user, changes=form.cleaned_data, now=clock.now())
    if wants_fragment(request) and not form.reloads:
        return _group(request, _form(kind, request))
    with override(saved.language or None):
        messages.success(request, _("Saved."))
    response = HttpResponseClientRefresh() if wants_fragment(request) else redirect("accounts:preferences")
    if "theme" in form.changed_data:
        response.delete_cookie("theme")  # what was chosen for this device until now
    return response


def _kinds(request: Request) -> list[type[PreferencesForm]]:
    works_here = is_staff_member(request.user)
    return [kind for kind in PREFERENCES_FORMS if works_here or not kind.for_staff]


def _form(kind: type[PreferencesForm], request: Request, data: Any = None) -> PreferencesForm:
    own = preferences_of(request.user)
    if issubclass(kind, ContactsForm):
        views = SavedView.objects.visible_to(request.user).filter(list_key="contacts.entities").order_by("name", "pk")
        return kind(data, preferences=own, views=list(views.values_list("pk", "name")))
    return kind(data, preferences=own)


def _group(request: Request, form: PreferencesForm, *, status: int = 200) -> HttpResponse:
    if wants_fragment(request):
        return render_page(request, "accounts/_preferences_fields.html", {"form": form}, status=status)
    others = [form if kind.key == form.key else _form(kind, request) for kind in _kinds(request)]
    return render_page(request, "accounts/preferences.html", {"groups": others}, status=status)
