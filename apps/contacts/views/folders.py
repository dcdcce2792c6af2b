"""Folders: everybody on the staff keeps personal ones, administrators all others."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.accounts.forms import role_title
from apps.accounts.models import OUTSIDE_ROLES
from apps.contacts.forms.settings_folders import FolderForm, FolderRightsForm
from apps.contacts.listing import entity_listing
from apps.contacts.models import Folder, FolderPermission
from apps.contacts.models.rights import rights_of
from apps.contacts.permissions import can_change_settings, can_manage_folder
from apps.contacts.selectors.folders import flat, folder_tree
from apps.contacts.services import folders as service
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.setting_sheets import refused, saved, show_sheet

Kind = Folder.Kind


@staff_required
@require_GET
def folder_list(request: Request) -> HttpResponse:
    """The tree of folders that the reader sees, with what they may do to each."""
    rows = flat(folder_tree(request.user))
    groups: dict[int, list[Any]] = {}
    granted = FolderPermission.objects.filter(folder__in=[row.item for row in rows], can_view=True)
    for folder_id, name in granted.order_by("group__name").values_list("folder", "group__name"):
        groups.setdefault(folder_id, []).append(role_title(name))
    context = {
        "rows": [
            {
                "folder": row.item,
                "depth": min(row.depth, 5),
                "groups": groups.get(row.item.pk, []),
                "may_manage": can_manage_folder(request.user, row.item),
            }
            for row in rows
        ]
    }
    return render_page(request, "contacts/settings/folders.html", context)


@staff_required
@require_http_methods(["GET", "POST"])
def folder_add(request: Request) -> HttpResponse:
    kinds = list(Kind.values) if can_change_settings(request.user) else [Kind.PERSONAL.value]
    form = FolderForm(
        request.POST or None,
        user=request.user,
        kinds=kinds,
        initial={"kind": kinds[0], "parent": request.GET.get("parent", "")},
    )
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            service.create_folder(
                actor=request.user,
                name=typed["name"],
                kind=typed["kind"],
                parent=typed["parent"],
                own_rights=typed["kind"] != Kind.PUBLIC or typed["parent"] is None,
                now=clock.now(),
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, reverse("contacts:folders"))
    text = "" if len(kinds) > 1 else _("It is yours alone: nobody else sees what lies in it.")
    return show_sheet(request, form, title=_("New folder"), text=text, back=reverse("contacts:folders"))


@staff_required
@require_http_methods(["GET", "POST"])
def folder_edit(request: Request, folder_id: int) -> HttpResponse:
    """Rename and move a folder, choose the columns of its list."""
    folder = _managed(request, folder_id)
    columns = [(column.key, column.title) for column in entity_listing(request.user).columns if not column.fixed]
    form = FolderForm(
        request.POST or None,
        user=request.user,
        folder=folder,
        columns=columns,
        initial={"name": folder.name, "parent": folder.parent_id or "", "list_columns": folder.list_columns},
    )
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, folder, form)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, reverse("contacts:folders"))
    return show_sheet(
        request,
        form,
        title=folder.title,
        back=reverse("contacts:folders"),
        template="contacts/settings/folder_form.html",
        folder=folder,
        may_remove=not (folder.is_default or folder.is_colleagues),
        may_set_rights=folder.kind != Kind.PERSONAL,
    )


def _save(request: Request, folder: Folder, form: FolderForm) -> None:
    actor, now, typed = request.user, clock.now(), form.cleaned_data
    parent: Folder | None = typed["parent"]
    with transaction.atomic():
        if typed["name"] != folder.name:
            service.rename_folder(actor=actor, folder=folder, name=typed["name"], now=now)
        if (parent.pk if parent else None) != folder.parent_id:
            service.move_folder(actor=actor, folder=folder, parent=parent, now=now)
        if typed["list_columns"] != folder.list_columns:
            service.set_folder_columns(actor=actor, folder=folder, columns=typed["list_columns"], now=now)


@staff_required
@require_http_methods(["GET", "POST"])
def folder_rights(request: Request, folder_id: int) -> HttpResponse:
    """Who may see, edit and export what lies in the folder."""
    folder = _managed(request, folder_id)
    if folder.kind == Kind.PERSONAL:
        raise PermissionDenied
    form = FolderRightsForm(
        request.POST or None,
        folder=folder,
        groups=Group.objects.exclude(name__in=["admin", *OUTSIDE_ROLES]).order_by("name"),
        permissions=FolderPermission.objects.filter(folder=folder),
    )
    if request.method == "POST" and form.is_valid():
        try:
            service.set_folder_rights(
                actor=request.user,
                folder=folder,
                kind=form.cleaned_data["kind"],
                grants=form.grants(),
                own_rights=not form.cleaned_data.get("inherits", False),
                now=clock.now(),
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, reverse("contacts:folders"))
    return show_sheet(
        request,
        form,
        title=_("Rights in %(folder)s") % {"folder": folder.title},
        back=reverse("contacts:folders"),
        template="contacts/settings/folder_rights.html",
    )


@staff_required
@require_POST
def folder_remove(request: Request, folder_id: int) -> HttpResponse:
    """Take away an empty folder."""
    folder = _managed(request, folder_id)
    back = reverse("contacts:folders")
    try:
        service.remove_folder(actor=request.user, folder=folder, now=clock.now())
    except ValidationError as error:
        return refused(request, back, error)
    return saved(request, back, _("The folder %(folder)s was removed.") % {"folder": folder.title})


def _managed(request: Request, folder_id: int) -> Folder:
    """404 for whoever may not see the folder, 403 for whoever may only see it."""
    seen = Folder.objects.filter(pk__in=rights_of(request.user).view)
    folder = get_object_or_404(seen, pk=folder_id)
    if not can_manage_folder(request.user, folder):
        raise PermissionDenied
    return folder
