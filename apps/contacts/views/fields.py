"""Custom fields of persons, organisations, units and relationships, for administrators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.forms import BaseFormSet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import settings_required
from apps.contacts.forms.settings_fields import ChoiceRow, FieldForm, choice_rows, chosen_rows
from apps.contacts.models import FieldDefinition, RelationshipType
from apps.contacts.selectors.fields import definitions_for
from apps.contacts.services import fields as service
from apps.contacts.values import show_value
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.setting_sheets import saved, show_sheet

_PLAIN = ("label", "section", "help_text", "is_required", "is_filterable")
_BUILT = ("person", "organisation")  # whose filterable fields get an index


@dataclass(frozen=True, slots=True)
class Place:
    """Whose fields a page is about."""

    target: str
    type: RelationshipType | None = None

    @property
    def query(self) -> str:
        return urlencode({"target": self.target} | ({"type": self.type.pk} if self.type else {}))

    @property
    def page(self) -> str:
        return f"{reverse('contacts:fields')}?{self.query}"


def _place(query: QueryDict) -> Place:
    target = query.get("target", "person")
    if target not in service.TARGETS:
        raise Http404
    if target != "relationship":
        return Place(target)
    chosen = query.get("type", "")
    if not chosen:
        return Place(target, RelationshipType.objects.order_by("name", "pk").first())
    if not (chosen.isdecimal() and len(chosen) < 10):
        raise Http404
    kind = RelationshipType.objects.filter(pk=int(chosen)).first()
    if kind is None:
        raise Http404
    return Place(target, kind)


@settings_required
@require_GET
def field_list(request: Request) -> HttpResponse:
    place = _place(request.GET)
    titles = {
        "person": _("People"),
        "organisation": _("Organisations"),
        "unit": _("Places and departments"),
        "relationship": _("Relationships"),
    }
    found = definitions_for(place.target, relationship_type=place.type, with_retired=True)
    context = {
        "place": place,
        "tabs": [
            {"title": title, "url": f"?target={key}", "is_current": key == place.target, "count": None}
            for key, title in titles.items()
        ],
        "types": RelationshipType.objects.order_by("name", "pk") if place.type else [],
        "fields": [each for each in found if each.retired_at is None],
        "retired": [each for each in found if each.retired_at],
        "has_index": place.target in _BUILT,
    }
    return render_page(request, "contacts/settings/fields.html", context)


@settings_required
@require_http_methods(["GET", "POST"])
def field_add(request: Request) -> HttpResponse:
    place = _place(request.GET)
    form = FieldForm(request.POST or None, is_new=True)
    rows = choice_rows(request.POST or None)
    if request.method == "POST" and all([form.is_valid(), rows.is_valid()]):
        try:
            service.define_field(
                actor=request.user,
                target=place.target,
                relationship_type=place.type,
                field_type=form.cleaned_data["field_type"],
                choices=chosen_rows(rows, request.POST) if form.is_choosy else (),
                default=form.cleaned_data["default"],
                now=clock.now(),
                **{name: form.cleaned_data[name] for name in _PLAIN},
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, place.page)
    return _sheet(request, place, form, rows, title=_("New field"))


@settings_required
@require_http_methods(["GET", "POST"])
def field_edit(request: Request, field_id: int) -> HttpResponse:
    definition = get_object_or_404(FieldDefinition.objects.select_related("relationship_type"), pk=field_id)
    place = Place(definition.target, definition.relationship_type)
    choices = list(definition.choices.order_by("position", "pk"))
    form = FieldForm(
        request.POST or None,
        is_new=False,
        initial={
            **{name: getattr(definition, name) for name in (*_PLAIN, "field_type")},
            "default": show_value(definition, definition.default, choices=choices),
        },
    )
    rows = choice_rows(request.POST or None, choices)
    if request.method == "POST" and all([form.is_valid(), rows.is_valid()]):
        try:
            service.update_field(
                actor=request.user,
                definition=definition,
                fields={name: form.cleaned_data[name] for name in (*_PLAIN, "default")},
                choices=chosen_rows(rows, request.POST) if form.is_choosy else None,
                now=clock.now(),
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, place.page)
    return _sheet(request, place, form, rows, title=definition.label, definition=definition)


def _sheet(
    request: Request, place: Place, form: FieldForm, rows: BaseFormSet[ChoiceRow], *, title: str, **context: Any
) -> HttpResponse:
    template = "contacts/settings/field_form.html"
    return show_sheet(request, form, title=title, back=place.page, template=template, place=place, rows=rows, **context)


@settings_required
@require_POST
def field_retire(request: Request, field_id: int) -> HttpResponse:
    """Show the field nowhere any more, or (`again`) once more; its values are kept."""
    definition = get_object_or_404(FieldDefinition.objects.select_related("relationship_type"), pk=field_id)
    again = "again" in request.POST
    service.retire_field(actor=request.user, definition=definition, now=clock.now(), retired=not again)
    text = _("“%(name)s” is back, with its values.") if again else _("“%(name)s” is retired; its values are kept.")
    page = Place(definition.target, definition.relationship_type).page
    return saved(request, page, text % {"name": definition.label})


@settings_required
@require_POST
def fields_order(request: Request) -> HttpResponse:
    """Show the fields in the order in which their ids were sent; those left out come after them."""
    place = _place(request.GET)
    live = {str(each.pk): each for each in definitions_for(place.target, relationship_type=place.type)}
    sent = [live.pop(pk) for pk in dict.fromkeys(request.POST.getlist("fields")) if pk in live]
    service.order_fields(actor=request.user, definitions=[*sent, *live.values()], now=clock.now())
    return saved(request, place.page)
