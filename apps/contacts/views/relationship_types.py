"""The types of relationships, for administrators."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import settings_required
from apps.contacts.forms.settings_relationships import ENDS, RelationshipTypeForm
from apps.contacts.models import RelationshipType
from apps.contacts.services import relationship_types as service
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.setting_sheets import refused, saved, show_sheet


@settings_required
@require_GET
def relationship_type_list(request: Request) -> HttpResponse:
    field_count = Count("fields", filter=Q(fields__retired_at__isnull=True))
    types = RelationshipType.objects.annotate(field_count=field_count)
    return render_page(
        request,
        "contacts/settings/relationship_types.html",
        {"types": types.order_by("retired_at", "name", "pk"), "ends": dict(ENDS)},
    )


@settings_required
@require_http_methods(["GET", "POST"])
def relationship_type_add(request: Request) -> HttpResponse:
    form = RelationshipTypeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            service.define_relationship_type(actor=request.user, now=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, reverse("contacts:relationship_types"))
    return show_sheet(request, form, title=_("New relationship type"), back=reverse("contacts:relationship_types"))


@settings_required
@require_http_methods(["GET", "POST"])
def relationship_type_edit(request: Request, type_id: int) -> HttpResponse:
    kind = get_object_or_404(RelationshipType, pk=type_id)
    fixed = kind.is_built_in or kind.relationships.exists()
    form = RelationshipTypeForm(
        request.POST or None,
        fixed=fixed,
        initial={name: getattr(kind, name) for name in service.EDITABLE},
    )
    if request.method == "POST" and form.is_valid():
        try:
            service.update_relationship_type(actor=request.user, type=kind, fields=form.cleaned_data, now=clock.now())
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, reverse("contacts:relationship_types"))
    return show_sheet(
        request,
        form,
        title=kind.reading,
        text=_("It is in use: its names can change, its ends stay as they are.") if fixed else "",
        back=reverse("contacts:relationship_types"),
    )


@settings_required
@require_POST
def relationship_type_retire(request: Request, type_id: int) -> HttpResponse:
    """Offer the type no more, or (`again`) once more; ties of it stay."""
    kind = get_object_or_404(RelationshipType, pk=type_id)
    back = reverse("contacts:relationship_types")
    again = "again" in request.POST
    try:
        service.retire_relationship_type(actor=request.user, type=kind, now=clock.now(), retired=not again)
    except ValidationError as error:
        return refused(request, back, error)
    text = _("“%(name)s” is offered again.") if again else _("“%(name)s” is not offered any more.")
    return saved(request, back, text % {"name": kind.reading})
