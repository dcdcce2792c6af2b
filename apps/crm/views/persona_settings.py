"""Personas, for administrators."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db.models import Count, Q
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
from apps.crm.forms.journeys import PersonaForm
from apps.crm.models import Persona
from apps.crm.services import persona_setup as service


@settings_required
@require_GET
def persona_list(request: Request) -> HttpResponse:
    """All of them in their order, with how many contacts are one today."""
    bearers = Count("bearers", filter=Q(bearers__valid_to__isnull=True))
    rows = list(Persona.objects.select_related("becomes").annotate(number=bearers).order_by("position", "pk"))
    context = {
        "personas": [each for each in rows if each.retired_at is None],
        "retired": [each for each in rows if each.retired_at],
    }
    return render_page(request, "crm/settings/personas.html", context)


@settings_required
@require_http_methods(["GET", "POST"])
def persona_add(request: Request) -> HttpResponse:
    form = PersonaForm(request.POST or None)
    back = reverse("crm:personas")
    if request.method == "POST" and form.is_valid():
        try:
            service.make_persona(actor=request.user, now=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, back)
    return show_sheet(request, form, title=_("New persona"), back=back)


@settings_required
@require_http_methods(["GET", "POST"])
def persona_edit(request: Request, persona_id: int) -> HttpResponse:
    persona = get_object_or_404(Persona, pk=persona_id)
    back = reverse("crm:personas")
    initial = {
        "name": persona.title,
        "colour": persona.colour,
        "icon": persona.icon,
        "becomes": persona.becomes_id,
    }
    form = PersonaForm(request.POST or None, initial=initial, persona=persona)
    if request.method == "POST" and form.is_valid():
        try:
            service.change_persona(actor=request.user, persona=persona, now=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, back)
    retire = "" if persona.retired_at else reverse("crm:persona_retire", args=[persona.pk])
    template = "crm/settings/setting_form.html"
    return show_sheet(request, form, title=persona.title, back=back, template=template, retire_url=retire)


@settings_required
@require_POST
def persona_retire(request: Request, persona_id: int) -> HttpResponse:
    """Offer it no longer, or (`again`) once more."""
    persona = get_object_or_404(Persona, pk=persona_id)
    again = "again" in request.POST
    back = reverse("crm:personas")
    try:
        service.retire_persona(actor=request.user, persona=persona, now=clock.now(), retired=not again)
    except ValidationError as error:
        return refused(request, back, error)
    text = _("“%(name)s” is offered again.") if again else _("“%(name)s” is offered no longer; who is one stays one.")
    return saved(request, back, text % {"name": persona.title})


@settings_required
@require_POST
def persona_order(request: Request) -> HttpResponse:
    """Show them in the order in which their ids were sent; those left out come after them."""
    live = {str(each.pk): each for each in Persona.objects.offered().order_by("position", "pk")}
    sent = [live.pop(pk) for pk in dict.fromkeys(request.POST.getlist("rows")) if pk in live]
    service.order_personas(actor=request.user, personas=[*sent, *live.values()], now=clock.now())
    return saved(request, reverse("crm:personas"))
