"""The tree of categories, for administrators."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import settings_required
from apps.accounts.forms import role_title
from apps.contacts.forms.settings_categories import CategoryForm
from apps.contacts.models import Category, CategoryPermission
from apps.contacts.selectors.folders import category_tree, flat
from apps.contacts.services import categories as service
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.setting_sheets import refused, saved, show_sheet


@settings_required
@require_GET
def category_list(request: Request) -> HttpResponse:
    groups: dict[int, list[Any]] = {}
    for category_id, name in CategoryPermission.objects.order_by("group__name").values_list("category", "group__name"):
        groups.setdefault(category_id, []).append(role_title(name))
    rows = [
        {"category": row.item, "depth": min(row.depth, 5), "groups": groups.get(row.item.pk, [])}
        for row in flat(category_tree(request.user))
    ]
    return render_page(request, "contacts/settings/categories.html", {"rows": rows})


@settings_required
@require_http_methods(["GET", "POST"])
def category_add(request: Request) -> HttpResponse:
    form = CategoryForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            service.create_category(actor=request.user, now=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, reverse("contacts:categories"))
    return show_sheet(request, form, title=_("New category"), back=reverse("contacts:categories"))


@settings_required
@require_http_methods(["GET", "POST"])
def category_edit(request: Request, category_id: int) -> HttpResponse:
    category = get_object_or_404(Category, pk=category_id)
    form = CategoryForm(
        request.POST or None,
        user=request.user,
        category=category,
        initial={
            "name": category.name,
            "colour": category.colour,
            "parent": category.parent_id or "",
            "is_restricted": category.is_restricted,
            "groups": list(category.permissions.values_list("group", flat=True)),
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            service.update_category(actor=request.user, category=category, now=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, reverse("contacts:categories"))
    return show_sheet(
        request,
        form,
        title=category.name,
        back=reverse("contacts:categories"),
        remove_url=reverse("contacts:category_remove", args=[category.pk]),
    )


@settings_required
@require_POST
def category_remove(request: Request, category_id: int) -> HttpResponse:
    """Take away a category that nobody bears."""
    category = get_object_or_404(Category, pk=category_id)
    back = reverse("contacts:categories")
    try:
        service.remove_category(actor=request.user, category=category, now=clock.now())
    except ValidationError as error:
        return refused(request, back, error)
    return saved(request, back, _("The category %(category)s was removed.") % {"category": category.name})
