"""The list of own fields and its dialogs, for whatever has some: contacts here, records of higher apps by their doors.

A door looks up whose fields they are, tells it as a `Place`, and hands the request on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BaseFormSet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.decorators import settings_required
from apps.contacts.forms.settings_fields import PLAIN, ChoiceRow, FieldForm, choice_rows, chosen_rows
from apps.contacts.models import FieldDefinition, RelationshipType
from apps.contacts.selectors.fields import definitions_for
from apps.contacts.services import fields as service
from apps.contacts.services.fields import INDEXED
from apps.contacts.values import show_value
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.setting_sheets import saved, show_sheet


@dataclass(frozen=True, slots=True)
class Place:
    """Whose fields are meant, and where their dialogs lie: at `ROUTE_add`, `_order`, `_edit` and `_retire`.

    `args` stand before the field's id in these addresses, `query` behind them; `page` is what lies below. `no_contact`
    tells why a contact can't be the value where it can't, that is outside contacts.
    """

    target: str
    page: str
    route: str
    args: tuple[int, ...] = ()
    query: str = ""
    type: RelationshipType | None = None
    no_contact: str = ""

    def url(self, action: str, *keys: int) -> str:
        address = reverse(f"{self.route}_{action}", args=[*self.args, *keys])
        return f"{address}?{self.query}" if self.query and not keys else address


def field_urls(
    prefix: str, route: str, place: Callable[[], Place], page: Callable[..., HttpResponse]
) -> list[URLPattern]:
    """The addresses below `prefix` of a higher app's own fields: `page` has their list, the dialogs are these.

    They are named after `route`, which is the place's too: `ROUTEs`, `ROUTE_add` and so on, without the app's name.
    """
    name = route.partition(":")[2]

    def field(field_id: int) -> FieldDefinition:
        return get_object_or_404(FieldDefinition.objects.filter(target=place().target), pk=field_id)

    @settings_required
    @require_http_methods(["GET", "POST"])
    def add(request: Request) -> HttpResponse:
        return add_field(request, place())

    @settings_required
    @require_POST
    def order(request: Request) -> HttpResponse:
        return order_fields(request, place())

    @settings_required
    @require_http_methods(["GET", "POST"])
    def edit(request: Request, field_id: int) -> HttpResponse:
        return edit_field(request, place(), field(field_id))

    @settings_required
    @require_POST
    def retire(request: Request, field_id: int) -> HttpResponse:
        return retire_field(request, place(), field(field_id))

    return [
        path(prefix, page, name=f"{name}s"),
        path(f"{prefix}add/", add, name=f"{name}_add"),
        path(f"{prefix}order/", order, name=f"{name}_order"),
        path(f"{prefix}<int:field_id>/", edit, name=f"{name}_edit"),
        path(f"{prefix}<int:field_id>/retire/", retire, name=f"{name}_retire"),
    ]


def fields_page(request: Request, place: Place, *, heading: str, told: str, invitation: str) -> HttpResponse:
    """The page of a higher app's own fields; `told` says where they stand."""
    context = {
        "heading": heading,
        "told": told,
        "add_url": place.url("add"),
        "field_list": draw_fields(request, place, invitation=invitation),
    }
    return render_page(request, "contacts/settings/own_fields.html", context)


@dataclass(frozen=True, slots=True)
class _Row:
    field: FieldDefinition
    edit_url: str
    retire_url: str


def draw_fields(request: Request, place: Place, *, invitation: str) -> str:
    """The fields in their order, to be changed and sorted; those retired below, to be brought back.

    `invitation` says what belongs there where there are none yet.
    """
    found = definitions_for(place.target, relationship_type=place.type, with_retired=True)
    rows = [_Row(each, place.url("edit", each.pk), place.url("retire", each.pk)) for each in found]
    context = {
        "fields": [row for row in rows if row.field.retired_at is None],
        "retired": [row for row in rows if row.field.retired_at],
        "has_index": place.target in INDEXED,
        "add_url": place.url("add"),
        "order_url": place.url("order"),
        "invitation": invitation,
    }
    return render_to_string("contacts/settings/parts/field_list.html", context, request=request)


def add_field(request: Request, place: Place) -> HttpResponse:
    form = FieldForm(request.POST or None, target=place.target, is_new=True, no_contact=place.no_contact)
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
                **form.plain,
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, place.page)
    return _sheet(request, place, form, rows, title=_("New field"))


def edit_field(request: Request, place: Place, definition: FieldDefinition) -> HttpResponse:
    choices = list(definition.choices.order_by("position", "pk"))
    form = FieldForm(
        request.POST or None,
        target=place.target,
        is_new=False,
        initial={
            **{name: getattr(definition, name) for name in (*PLAIN, "field_type")},
            "default": show_value(definition, definition.default, choices=choices),
        },
    )
    rows = choice_rows(request.POST or None, choices)
    if request.method == "POST" and all([form.is_valid(), rows.is_valid()]):
        try:
            service.update_field(
                actor=request.user,
                definition=definition,
                fields={**form.plain, "default": form.cleaned_data["default"]},
                choices=chosen_rows(rows, request.POST) if form.is_choosy else None,
                now=clock.now(),
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, place.page)
    retire_url = "" if definition.retired_at else place.url("retire", definition.pk)
    return _sheet(request, place, form, rows, title=definition.label, retire_url=retire_url)


def retire_field(request: Request, place: Place, definition: FieldDefinition) -> HttpResponse:
    """Show the field nowhere any more, or (`again`) once more; its values are kept."""
    again = "again" in request.POST
    service.retire_field(actor=request.user, definition=definition, now=clock.now(), retired=not again)
    text = _("“%(name)s” is back, with its values.") if again else _("“%(name)s” is retired; its values are kept.")
    return saved(request, place.page, text % {"name": definition.label})


def order_fields(request: Request, place: Place) -> HttpResponse:
    """Show the fields in the order in which their ids were sent; those left out come after them."""
    live = {str(each.pk): each for each in definitions_for(place.target, relationship_type=place.type)}
    sent = [live.pop(pk) for pk in dict.fromkeys(request.POST.getlist("fields")) if pk in live]
    service.order_fields(actor=request.user, definitions=[*sent, *live.values()], now=clock.now())
    return saved(request, place.page)


def _sheet(
    request: Request, place: Place, form: FieldForm, rows: BaseFormSet[ChoiceRow], *, title: str, **context: Any
) -> HttpResponse:
    template = "contacts/settings/field_form.html"
    return show_sheet(request, form, title=title, back=place.page, template=template, rows=rows, **context)
