"""Reasons of lost opportunities, for administrators."""

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
from apps.core.setting_sheets import refused, saved, show_sheet
from apps.crm.forms.opportunities import LostReasonForm
from apps.crm.models import LostReason
from apps.crm.services import lost_reasons as service

FORM = "crm/settings/setting_form.html"


@settings_required
@require_GET
def lost_reasons(request: Request) -> HttpResponse:
    rows = LostReason.objects.order_by("position", "pk")
    context = {
        "reasons": [row for row in rows if row.retired_at is None],
        "retired": [row for row in rows if row.retired_at],
    }
    return render_page(request, "crm/settings/lost_reasons.html", context)


@settings_required
@require_http_methods(["GET", "POST"])
def lost_reason_add(request: Request) -> HttpResponse:
    form, back = LostReasonForm(request.POST or None), reverse("crm:lost_reasons")
    if request.method == "POST" and form.is_valid():
        try:
            service.make_reason(actor=request.user, name=form.cleaned_data["name"], now=clock.now())
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, back)
    return show_sheet(request, form, title=_("New reason"), back=back)


@settings_required
@require_http_methods(["GET", "POST"])
def lost_reason_edit(request: Request, reason_id: int) -> HttpResponse:
    reason = get_object_or_404(LostReason, pk=reason_id)
    form = LostReasonForm(request.POST or None, initial={"name": reason.title})
    back = reverse("crm:lost_reasons")
    if request.method == "POST" and form.is_valid():
        try:
            service.change_reason(actor=request.user, reason=reason, name=form.cleaned_data["name"], now=clock.now())
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, back)
    retire = "" if reason.retired_at else reverse("crm:lost_reason_retire", args=[reason.pk])
    return show_sheet(request, form, title=reason.title, back=back, template=FORM, retire_url=retire)


@settings_required
@require_POST
def lost_reason_retire(request: Request, reason_id: int) -> HttpResponse:
    """Offer it no longer, or (`again`) once more."""
    reason, back = get_object_or_404(LostReason, pk=reason_id), reverse("crm:lost_reasons")
    again = "again" in request.POST
    try:
        service.retire_reason(actor=request.user, reason=reason, now=clock.now(), retired=not again)
    except ValidationError as error:
        return refused(request, back, error)
    text = _("“%(name)s” is back.") if again else _("“%(name)s” is offered no longer; what bears it keeps it.")
    return saved(request, back, text % {"name": reason.title})


@settings_required
@require_POST
def lost_reason_order(request: Request) -> HttpResponse:
    live = {str(each.pk): each for each in LostReason.objects.offered().order_by("position", "pk")}
    sent = [live.pop(pk) for pk in dict.fromkeys(request.POST.getlist("rows")) if pk in live]
    service.order_reasons(actor=request.user, reasons=[*sent, *live.values()], now=clock.now())
    return saved(request, reverse("crm:lost_reasons"))
