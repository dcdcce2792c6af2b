"""The settings page of the Summary tab."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from apps.accounts.decorators import settings_required
from apps.contacts.forms.summary import SummaryForm
from apps.contacts.models import Entity
from apps.contacts.selectors.summary import chosen_facts, offered_facts
from apps.contacts.services.summary import choose_summary
from apps.core.htmx import Request, render_page
from apps.core.toasts import toast

TITLES = {
    Entity.Kind.PERSON: gettext_lazy("Summary of persons"),
    Entity.Kind.ORGANISATION: gettext_lazy("Summary of organisations"),
}


@settings_required
@require_http_methods(["GET", "POST"])
def summary(request: Request) -> HttpResponse:
    """Both kinds on one page; each is saved by its own button."""
    kind = request.POST.get("kind", "")
    panels: list[tuple[str, object, forms.Form]] = []
    for each, title in TITLES.items():
        data = request.POST if kind == each else None
        form = SummaryForm(data, choices=offered_facts(each), initial={"facts": chosen_facts(each), "kind": each})
        if data is not None and form.is_valid():
            choose_summary(actor=request.user, kind=each, names=form.cleaned_data["facts"])
            toast(request, _("Saved"))
            return redirect("contacts:summary")
        panels.append((each, title, form))
    return render_page(request, "contacts/summary_settings.html", {"panels": panels})
