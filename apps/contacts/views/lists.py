"""The list of contacts, its tabs and trees; the pickers that find any contact."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.accounts.decorators import staff_required
from apps.accounts.preferences import preferences_of
from apps.contacts.custom_columns import list_fields
from apps.contacts.listing import TABS, entity_listing, entity_scope
from apps.contacts.models import Category, Entity, Folder
from apps.contacts.relationship_listing import relationship_listing, relationship_scope
from apps.contacts.selectors.clipboard import clipboard_of, holds_anything
from apps.contacts.selectors.folders import Branch, category_tree, flat, folder_tree
from apps.contacts.selectors.narrowing import find_entities
from apps.core.contributions import Panel, panels
from apps.core.htmx import Request, render_page
from apps.core.pickers import PICKER_PAGE, Option, picker_response


@staff_required
@require_GET
def entity_list(request: Request, tab: str = "") -> HttpResponse:
    preferences = preferences_of(request.user)
    tab = tab or preferences.contacts_tab or "people"
    if tab == "relationships":
        return _relationships(request)
    for key, panel in added_tabs():
        if key == tab:
            shown = {"heading": _("Contacts"), "tabs": list_tabs(tab), "panel": panel.render(request, None)}
            return render_page(request, "contacts/list_panel.html", shown)
    if tab not in TABS:
        raise Http404
    folder = _chosen(request, "f.folder")
    folders = folder_nodes(request)
    columns: list[str] = next((node["columns"] for node in folders if node["id"] == folder), [])
    fields = list_fields()
    listing = entity_listing(request.user, tab=tab, default_columns=columns, fields=fields)
    page = listing.page(
        request,
        entity_scope(request.user, tab, fields),
        page_size=preferences.page_size,
        default_view=preferences.contacts_view,
    )
    context = {
        "heading": _("Contacts"),
        "tabs": list_tabs(tab),
        "folders": folders,
        "categories": category_nodes(request),
        "current_folder": folder,
        "current_category": _chosen(request, "f.category"),
        "import_url": reverse("contacts:import"),
        "new_url": reverse("contacts:entity_create") + ("?kind=organisation" if tab == "organisations" else ""),
        "may_empty": tab == "clipboard" and holds_anything(request.user),
        "trees_open": "f.folder" in request.GET or "f.category" in request.GET,
    }
    return page.render(request, "contacts/list.html", context)


def list_tabs(current: str) -> list[dict[str, Any]]:
    titles = {
        "people": _("People"),
        "organisations": _("Organisations"),
        "all": _("All"),
        "clipboard": _("Clipboard"),
        "relationships": _("Relationships"),
        **{key: panel.title for key, panel in added_tabs()},
    }
    return [
        {"title": title, "url": reverse("contacts:list_tab", args=[key]), "is_current": key == current, "count": None}
        for key, title in titles.items()
    ]


def added_tabs() -> list[tuple[str, Panel]]:
    """What higher apps add beside the lists."""
    return [(key, panel) for key, panel in panels.items() if panel.page == "contacts" and panel.slot == "tab"]


def _relationships(request: Request) -> HttpResponse:
    page = relationship_listing(request.user).page(
        request, relationship_scope(request.user), page_size=preferences_of(request.user).page_size
    )
    return page.render(
        request, "contacts/list_panel.html", {"heading": _("Contacts"), "tabs": list_tabs("relationships")}
    )


def _chosen(request: Request, name: str) -> int | None:
    values = request.GET.getlist(name)
    return int(values[0]) if len(values) == 1 and values[0].isdecimal() and len(values[0]) < 19 else None


def folder_nodes(request: Request) -> list[dict[str, Any]]:
    """The folders that the reader sees, as a tree from the top; those below a hidden one stand at the top."""
    return [
        {**_node(branch), "name": branch.item.title, "kind": branch.item.kind, "columns": branch.item.list_columns}
        for branch in flat(folder_tree(request.user))
    ]


def category_nodes(request: Request) -> list[dict[str, Any]]:
    return [_node(branch) for branch in flat(category_tree(request.user))]


def _node(branch: Branch[Folder] | Branch[Category]) -> dict[str, Any]:
    item = branch.item
    return {"id": item.pk, "name": item.name, "kind": "", "depth": min(branch.depth, 5)}


@staff_required
@require_GET
def entity_pick(request: Request) -> HttpResponse:
    """Options for a picker, page by page, to the last contact; `?kind=` narrows to persons or organisations."""
    kind = request.GET.get("kind", "")
    text = request.GET.get("q", "").strip()[:200]
    number = request.GET.get("page", "1")
    page = int(number) if number.isdecimal() and len(number) < 6 and int(number) > 0 else 1
    start = (page - 1) * PICKER_PAGE
    scope = Entity.objects.visible_to(request.user).live()
    if kind in Entity.Kind.values:
        scope = scope.filter(kind=kind)
    found = list(find_entities(scope, text).only(*_PICKED)[start : start + PICKER_PAGE + 1])
    options = [_option(entity) for entity in found[:PICKER_PAGE]]
    if not text:  # what was gathered for this stands first, and not a second time below
        gathered = clipboard_of(request.user).filter(pk__in=scope.order_by().values("pk")).only(*_PICKED)
        clipped = {str(entity.pk): _option(entity, is_clipped=True) for entity in gathered}
        options = [option for option in options if option.value not in clipped]
        options = [*clipped.values(), *options] if page == 1 else options
    return picker_response(options, more=len(found) > PICKER_PAGE)


_PICKED = ("pk", "display_name", "organisation", "primary_email")


def _option(entity: Entity, *, is_clipped: bool = False) -> Option:
    hint = " · ".join(filter(None, [entity.organisation, entity.primary_email]))
    return Option(str(entity.pk), entity.display_name, hint, is_clipped)
