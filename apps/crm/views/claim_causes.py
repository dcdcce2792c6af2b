"""The causes of claims, for administrators."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import settings_required
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.setting_sheets import saved, show_sheet
from apps.crm.forms.claims import CauseForm
from apps.crm.models import ClaimCause
from apps.crm.services import claim_causes


@settings_required
@require_GET
def causes(request: Request) -> HttpResponse:
    return render_page(request, "crm/claim_causes.html", {"causes": ClaimCause.objects.offered()})


@settings_required
@require_http_methods(["GET", "POST"])
def cause_add(request: Request) -> HttpResponse:
    form, back = CauseForm(request.POST or None), reverse("crm:claim_causes")
    if request.method == "POST" and form.is_valid():
        try:
            claim_causes.make_cause(actor=request.user, name=form.cleaned_data["name"], now=clock.now())
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, back)
    return show_sheet(request, form, title=_("New cause"), back=back)


@settings_required
@require_http_methods(["GET", "POST"])
def cause_rename(request: Request, cause_id: int) -> HttpResponse:
    cause = get_object_or_404(ClaimCause, pk=cause_id)
    form, back = CauseForm(request.POST or None, initial={"name": str(cause)}), reverse("crm:claim_causes")
    if request.method == "POST" and form.is_valid():
        try:
            claim_causes.rename_cause(actor=request.user, cause=cause, name=form.cleaned_data["name"], now=clock.now())
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, back)
    remove = reverse("crm:claim_cause_retire", args=[cause.pk])
    return show_sheet(request, form, title=str(cause), back=back, remove_url=remove)


@settings_required
@require_POST
def cause_retire(request: Request, cause_id: int) -> HttpResponse:
    cause = get_object_or_404(ClaimCause, pk=cause_id)
    claim_causes.retire_cause(actor=request.user, cause=cause, now=clock.now())
    text = _("%(cause)s is offered no longer; claims that bear it keep it.") % {"cause": cause}
    return saved(request, reverse("crm:claim_causes"), text)
