"""Own fields of a kind of entries, for administrators: the dialogs are those of contacts."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import settings_required
from apps.activities.models import ActivityKind
from apps.activities.selectors.kind_fields import target_of
from apps.contacts import field_dialogs
from apps.contacts.field_dialogs import Place
from apps.contacts.models import FieldDefinition
from apps.core.htmx import Request, render_page


def _place(kind: ActivityKind) -> Place:
    return Place(
        target_of(kind.key),
        reverse("activities:kind", args=[kind.pk]),
        "activities:kind_field",
        args=(kind.pk,),
        no_contact=_("A contact is no value here: name it under “About”, then it has the entry in its history too."),
    )


def _field(place: Place, field_id: int) -> FieldDefinition:
    of_kind = FieldDefinition.objects.filter(target=place.target)
    return get_object_or_404(of_kind, pk=field_id)


@settings_required
@require_GET
def kind(request: Request, kind_id: int) -> HttpResponse:
    """A kind with its fields."""
    found = get_object_or_404(ActivityKind, pk=kind_id)
    place = _place(found)
    invitation = _("What is always to be said in an entry of this kind.")
    fields = field_dialogs.draw_fields(request, place, invitation=invitation)
    context = {"kind": found, "add_url": place.url("add"), "field_list": fields}
    return render_page(request, "activities/kind.html", context)


@settings_required
@require_http_methods(["GET", "POST"])
def kind_field_add(request: Request, kind_id: int) -> HttpResponse:
    return field_dialogs.add_field(request, _place(get_object_or_404(ActivityKind, pk=kind_id)))


@settings_required
@require_http_methods(["GET", "POST"])
def kind_field_edit(request: Request, kind_id: int, field_id: int) -> HttpResponse:
    place = _place(get_object_or_404(ActivityKind, pk=kind_id))
    return field_dialogs.edit_field(request, place, _field(place, field_id))


@settings_required
@require_POST
def kind_field_retire(request: Request, kind_id: int, field_id: int) -> HttpResponse:
    place = _place(get_object_or_404(ActivityKind, pk=kind_id))
    return field_dialogs.retire_field(request, place, _field(place, field_id))


@settings_required
@require_POST
def kind_field_order(request: Request, kind_id: int) -> HttpResponse:
    return field_dialogs.order_fields(request, _place(get_object_or_404(ActivityKind, pk=kind_id)))
