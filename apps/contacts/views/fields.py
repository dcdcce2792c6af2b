"""Custom fields of persons, organisations, units and relationships, for administrators."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import settings_required
from apps.contacts import field_dialogs
from apps.contacts.field_dialogs import Place
from apps.contacts.models import FieldDefinition, RelationshipType
from apps.contacts.services.fields import TARGETS
from apps.core.htmx import Request, render_page


def _place(target: str, type: RelationshipType | None = None) -> Place:
    query = urlencode({"target": target} | ({"type": type.pk} if type else {}))
    return Place(target, f"{reverse('contacts:fields')}?{query}", "contacts:field", query=query, type=type)


def _asked_place(query: QueryDict) -> Place:
    target = query.get("target", "person")
    if target not in TARGETS:
        raise Http404
    if target != "relationship":
        return _place(target)
    chosen = query.get("type", "")
    if not chosen:
        return _place(target, RelationshipType.objects.order_by("name", "pk").first())
    if not (chosen.isdecimal() and len(chosen) < 10):
        raise Http404
    kind = RelationshipType.objects.filter(pk=int(chosen)).first()
    if kind is None:
        raise Http404
    return _place(target, kind)


def _found(field_id: int) -> tuple[Place, FieldDefinition]:
    """A field of contacts; those of higher apps have doors of their own."""
    own = FieldDefinition.objects.filter(target__in=TARGETS).select_related("relationship_type")
    definition = get_object_or_404(own, pk=field_id)
    return _place(definition.target, definition.relationship_type), definition


@settings_required
@require_GET
def field_list(request: Request) -> HttpResponse:
    place = _asked_place(request.GET)
    titles = {
        "person": _("People"),
        "organisation": _("Organisations"),
        "unit": _("Places and departments"),
        "relationship": _("Relationships"),
    }
    invitation = _("What your house keeps about its contacts and no program foresees.")
    context = {
        "place": place,
        "add_url": place.url("add"),
        "tabs": [
            {"title": title, "url": f"?target={key}", "is_current": key == place.target, "count": None}
            for key, title in titles.items()
        ],
        "types": RelationshipType.objects.order_by("name", "pk") if place.type else [],
        "field_list": field_dialogs.draw_fields(request, place, invitation=invitation),
    }
    return render_page(request, "contacts/settings/fields.html", context)


@settings_required
@require_http_methods(["GET", "POST"])
def field_add(request: Request) -> HttpResponse:
    return field_dialogs.add_field(request, _asked_place(request.GET))


@settings_required
@require_http_methods(["GET", "POST"])
def field_edit(request: Request, field_id: int) -> HttpResponse:
    return field_dialogs.edit_field(request, *_found(field_id))


@settings_required
@require_POST
def field_retire(request: Request, field_id: int) -> HttpResponse:
    return field_dialogs.retire_field(request, *_found(field_id))


@settings_required
@require_POST
def field_order(request: Request) -> HttpResponse:
    return field_dialogs.order_fields(request, _asked_place(request.GET))
