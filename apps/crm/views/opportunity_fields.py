"""Own fields of opportunities, for administrators: the dialogs are those of contacts."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import settings_required
from apps.contacts import field_dialogs
from apps.contacts.field_dialogs import Place
from apps.contacts.models import FieldDefinition
from apps.core.htmx import Request, render_page
from apps.crm.services.opportunity_fields import TARGET


def _place() -> Place:
    return Place(
        TARGET,
        reverse("crm:opportunity_fields"),
        "crm:opportunity_field",
        no_contact=_("A contact is no value here: name it under “People and organisations”, with its role."),
    )


def _field(field_id: int) -> FieldDefinition:
    return get_object_or_404(FieldDefinition.objects.filter(target=TARGET), pk=field_id)


@settings_required
@require_GET
def opportunity_fields(request: Request) -> HttpResponse:
    place = _place()
    invitation = _("What your house wants to know of each opportunity.")
    context = {
        "add_url": place.url("add"),
        "field_list": field_dialogs.draw_fields(request, place, invitation=invitation),
    }
    return render_page(request, "crm/settings/opportunity_fields.html", context)


@settings_required
@require_http_methods(["GET", "POST"])
def opportunity_field_add(request: Request) -> HttpResponse:
    return field_dialogs.add_field(request, _place())


@settings_required
@require_http_methods(["GET", "POST"])
def opportunity_field_edit(request: Request, field_id: int) -> HttpResponse:
    return field_dialogs.edit_field(request, _place(), _field(field_id))


@settings_required
@require_POST
def opportunity_field_retire(request: Request, field_id: int) -> HttpResponse:
    return field_dialogs.retire_field(request, _place(), _field(field_id))


@settings_required
@require_POST
def opportunity_field_order(request: Request) -> HttpResponse:
    return field_dialogs.order_fields(request, _place())
