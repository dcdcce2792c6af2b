"""Places and departments of a contact, with their phones, mails and links."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.accounts.preferences import preferences_of
from apps.contacts.forms.custom import add_custom_fields, custom_values
from apps.contacts.forms.places import UnitForm
from apps.contacts.forms.rows import AddressRows
from apps.contacts.models import EmailAddress, Entity, Link, Unit
from apps.contacts.services import details, units
from apps.contacts.services.consent import ReportedAsSpam, switch_mailings
from apps.contacts.services.errors import EditConflict, InTrash
from apps.contacts.services.unit_form import save_unit
from apps.contacts.views.lookups import editable_entity, visible_entity
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.sheets import close_sheet
from apps.core.toasts import toast

_OWN = (
    *("name", "kind", "street", "house_number", "street2", "postcode", "city", "region", "country", "po_box"),
    *("time_zone", "parent", "valid_from", "valid_to", "is_primary"),
)


@staff_required
@require_http_methods(["GET", "POST"])
def unit_add(request: Request, entity_id: int) -> HttpResponse:
    return _unit_form(request, editable_entity(request, entity_id), None)


@staff_required
@require_http_methods(["GET", "POST"])
def unit_edit(request: Request, entity_id: int, unit_id: int) -> HttpResponse:
    entity, unit = _editable(request, entity_id, unit_id)
    return _unit_form(request, entity, unit)


def _editable(request: Request, entity_id: int, unit_id: int) -> tuple[Entity, Unit]:
    entity = editable_entity(request, entity_id)
    return entity, get_object_or_404(Unit, pk=unit_id, entity=entity)


def _unit_form(request: Request, entity: Entity, unit: Unit | None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    others = Unit.objects.filter(entity=entity).exclude(pk=unit.pk if unit else 0).order_by("position", "pk")
    form = UnitForm(
        data,
        units=others,
        favourites=preferences_of(request.user).favourite_countries,
        initial={"version": entity.version, **_initial(unit)},
    )
    add_custom_fields(form, target="unit", entity=None, user=request.user, values=unit.attributes if unit else None)
    rows = AddressRows(data, initial=_initial_rows(unit))
    conflict: EditConflict | None = None
    if data is not None and all([form.is_valid(), rows.is_valid()]):
        try:
            save_unit(
                actor=request.user,
                entity=entity,
                unit=unit,
                fields={**{name: form.cleaned_data[name] for name in _OWN}, "attributes": custom_values(form)},
                rows=rows.kept(),
                expected_version=form.seen(),
                now=clock.now(),
            )
        except ValidationError as error:
            show_errors(form, error)
        except InTrash as error:
            form.add_error(None, str(error))
        except EditConflict as error:
            conflict = error
            form.tell(error)
        else:
            toast(request, _("Saved"))
            return close_sheet(request, reverse("contacts:entity_tab", args=[entity.pk, "details"]))
    invalid = data is not None and (form.errors or not rows.is_valid())
    context = {
        "entity": entity,
        "unit": unit,
        "form": form,
        "rows": rows,
        "conflict": conflict,
        "conflicts": conflict.conflicts if conflict else [],
    }
    return render_page(
        request, "contacts/unit_form.html", context, fragment="sheet", status=422 if invalid or conflict else 200
    )


def _initial(unit: Unit | None) -> dict[str, Any]:
    if unit is None:
        return {"kind": Unit.Kind.WORK}
    return {name: getattr(unit, "parent_id" if name == "parent" else name) for name in _OWN}


def _initial_rows(unit: Unit | None) -> dict[str, list[Any]]:
    if unit is None:
        return {}
    order = ("-is_primary", "position", "pk")
    return {
        "phones": list(unit.phones.order_by(*order).values("id", "raw", "kind", "label", "extension", "is_primary")),
        "emails": list(unit.emails.order_by(*order).values("id", "address", "label", "plain_text_only", "is_primary")),
        "links": list(unit.links.order_by(*order).values("id", "url", "kind", "label", "username", "is_primary")),
    }


@staff_required
@require_POST
def unit_primary(request: Request, entity_id: int, unit_id: int) -> HttpResponse:
    entity, unit = _editable(request, entity_id, unit_id)
    units.make_unit_primary(actor=request.user, unit=unit, now=clock.now())
    toast(request, _("Saved"))
    return redirect("contacts:entity_tab", entity_id=entity.pk, tab="details")


@staff_required
@require_POST
def unit_remove(request: Request, entity_id: int, unit_id: int) -> HttpResponse:
    entity, unit = _editable(request, entity_id, unit_id)
    units.remove_unit(actor=request.user, unit=unit, now=clock.now())
    toast(request, _("The place was removed."))
    return redirect("contacts:entity_tab", entity_id=entity.pk, tab="details")


@staff_required
@require_POST
def email_mailings(request: Request, entity_id: int, email_id: int) -> HttpResponse:
    """`wanted` or not."""
    entity = editable_entity(request, entity_id)
    email = get_object_or_404(EmailAddress.objects.select_related("entity"), pk=email_id, entity=entity)
    wanted = "wanted" in request.POST
    try:
        operation = switch_mailings(actor=request.user, email=email, wanted=wanted, now=clock.now())
    except ReportedAsSpam as error:
        toast(request, str(error), kind="danger")
    else:
        words = _("%(address)s gets mailings again.") if wanted else _("%(address)s gets no mailings any more.")
        undo = reverse("core:operation_undo", args=[operation]) if operation else ""
        toast(request, words % {"address": email.address}, undo_url=undo)
    return redirect("contacts:entity_tab", entity_id=entity.pk, tab="details")


@staff_required
@require_POST
def link_reveal(request: Request, entity_id: int, link_id: int) -> HttpResponse:
    """Show a link's password once; the audit keeps that it was shown."""
    entity = visible_entity(request, entity_id)
    link = get_object_or_404(Link, pk=link_id, entity=entity)
    password = details.reveal_password(actor=request.user, link=link, now=clock.now())
    response = render_page(
        request,
        "contacts/link_password.html",
        {"entity": entity, "link": link, "password": password},
        fragment="secret",
    )
    response["Cache-Control"] = "no-store"
    return response
