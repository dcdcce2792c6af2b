"""Kinds and categories of entries, for administrators."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import settings_required
from apps.accounts.forms import role_title
from apps.activities.forms.kinds import CategoryForm, KindForm
from apps.activities.models import ActivityCategory, ActivityCategoryPermission, ActivityKind
from apps.activities.services import kinds as service
from apps.core import clock
from apps.core.contributions import kinds
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.setting_sheets import refused, saved, show_sheet


@settings_required
@require_GET
def kind_list(request: Request) -> HttpResponse:
    """The kinds of the code, those made here, and the categories with who reads them."""
    groups: dict[int, list[str]] = {}
    permissions = ActivityCategoryPermission.objects.order_by("group__name")
    for category_id, name in permissions.values_list("category", "group__name"):
        groups.setdefault(category_id, []).append(str(role_title(name)))
    categories = [
        {"category": category, "groups": groups.get(category.pk, [])}
        for category in ActivityCategory.objects.order_by("name")
    ]
    made = ActivityKind.objects.filter(retired_at__isnull=True).order_by("position", "name")
    context = {"built_in": list(kinds), "made": made, "categories": categories}
    return render_page(request, "activities/kinds.html", context)


@settings_required
@require_http_methods(["GET", "POST"])
def kind_add(request: Request) -> HttpResponse:
    form = KindForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            service.make_kind(actor=request.user, now=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, reverse("activities:kinds"))
    return show_sheet(request, form, title=_("New kind"), back=reverse("activities:kinds"))


@settings_required
@require_http_methods(["GET", "POST"])
def kind_edit(request: Request, kind_id: int) -> HttpResponse:
    kind = get_object_or_404(ActivityKind, pk=kind_id)
    form = KindForm(request.POST or None, initial={"name": kind.name, "icon": kind.icon})
    back = reverse("activities:kind", args=[kind.pk])
    if request.method == "POST" and form.is_valid():
        try:
            service.change_kind(actor=request.user, kind=kind, now=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, back)
    remove = reverse("activities:kind_retire", args=[kind.pk])
    return show_sheet(request, form, title=kind.name, back=back, remove_url=remove)


@settings_required
@require_POST
def kind_retire(request: Request, kind_id: int) -> HttpResponse:
    kind = get_object_or_404(ActivityKind, pk=kind_id)
    service.retire_kind(actor=request.user, kind=kind, now=clock.now())
    text = _("%(kind)s is offered no longer; its entries stay.") % {"kind": kind.name}
    return saved(request, reverse("activities:kinds"), text)


@settings_required
@require_http_methods(["GET", "POST"])
def category_add(request: Request) -> HttpResponse:
    form = CategoryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            service.make_category(actor=request.user, now=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, reverse("activities:kinds"))
    return show_sheet(request, form, title=_("New category"), back=reverse("activities:kinds"))


@settings_required
@require_http_methods(["GET", "POST"])
def category_edit(request: Request, category_id: int) -> HttpResponse:
    category = get_object_or_404(ActivityCategory, pk=category_id)
    initial = {
        "name": category.name,
        "colour": category.colour,
        "is_restricted": category.is_restricted,
        "groups": list(category.permissions.values_list("group", flat=True)),
    }
    form = CategoryForm(request.POST or None, initial=initial)
    back = reverse("activities:kinds")
    if request.method == "POST" and form.is_valid():
        try:
            service.change_category(actor=request.user, category=category, now=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, back)
    remove = reverse("activities:category_remove", args=[category.pk])
    return show_sheet(request, form, title=category.name, back=back, remove_url=remove)


@settings_required
@require_POST
def category_remove(request: Request, category_id: int) -> HttpResponse:
    category = get_object_or_404(ActivityCategory, pk=category_id)
    back = reverse("activities:kinds")
    try:
        service.remove_category(actor=request.user, category=category, now=clock.now())
    except ValidationError as error:
        return refused(request, back, error)
    return saved(request, back, _("The category %(category)s was removed.") % {"category": category.name})
