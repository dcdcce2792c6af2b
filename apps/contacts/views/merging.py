"""Contacts side by side, field by field, and what moves when they become one."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.accounts.models import User
from apps.contacts.forms.entities import LABELS
from apps.contacts.listing import TABS, entity_listing, entity_scope
from apps.contacts.models import Entity
from apps.contacts.selectors.merging import Choice, Line, sides_of, text_of, titles_of
from apps.contacts.services.errors import InTrash
from apps.contacts.services.merging import values
from apps.contacts.services.merging.merge import MOST, MergeRefused, best_order, folder_of, merge_entities, why_not
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.services.operations.moves import count_moving
from apps.core.sheets import way_back
from apps.core.toasts import toast

_Given = dict[str, str]
_TITLES = {**LABELS, "owner": gettext_lazy("Owner"), "photo": gettext_lazy("Photo"), "photo_url": gettext_lazy("Photo")}


@staff_required
@require_http_methods(["GET", "POST"])
def merge(request: Request) -> HttpResponse:
    """The comparison of `ids`; the choices so far stand in the address, so that each is answered by a preview."""
    given = {name: str(value) for name, value in (request.POST if request.method == "POST" else request.GET).items()}
    entities = _entities(request, given)
    refused = why_not(entities)
    if request.method == "POST" and not refused:
        try:
            operation = merge_entities(
                actor=request.user,
                winner=entities[0],
                losers=entities[1:],
                take=_taken(given, entities),
                expected_versions={int(pk): version for pk, version in _numbers(given, "version-").items()},
                now=clock.now(),
            )
        except (MergeRefused, InTrash) as error:
            refused = str(error)
            entities = _entities(request, given)
        else:
            text = ngettext(
                "%(count)s contact became part of %(name)s.",
                "%(count)s contacts became part of %(name)s.",
                len(entities) - 1,
            ) % {"count": len(entities) - 1, "name": entities[0].display_name}
            toast(request, text, undo_url=reverse("core:operation_undo", args=[operation.pk]))
            return redirect("contacts:entity", entity_id=entities[0].pk)
    context = _context(request.user, entities, given, refused)
    status = 409 if refused and request.method == "POST" else 200
    return render_page(request, "contacts/merge.html", context, fragment="merge-form", status=status)


@staff_required
@require_POST
def selection_merge(request: Request) -> HttpResponse:
    """From the list of contacts: those that were chosen, side by side."""
    tab = request.GET.get("tab", "all")
    tab = tab if tab in TABS else "all"
    chosen = entity_listing(request.user, tab=tab).selection(request, entity_scope(request.user, tab)).queryset
    ids = list(chosen.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if not 2 <= len(ids) <= MOST:
        toast(request, _("Choose two to %(count)s different contacts.") % {"count": MOST}, kind="warning")
        return redirect(way_back(request, reverse("contacts:list")))
    return redirect(f"{reverse('contacts:merge')}?ids={','.join(map(str, ids))}")


def _entities(request: Request, given: _Given) -> list[Entity]:
    """Those named, the one that is kept first; 404 unless the reader sees all, 403 unless they may edit all."""
    ids = list(dict.fromkeys(int(pk) for pk in given.get("ids", "").split(",") if _is_number(pk)))
    found = Entity.objects.visible_to(request.user).live().select_related("folder").in_bulk(ids[: MOST + 1])
    if len(found) != len(ids) or not 2 <= len(ids) <= MOST:
        raise Http404
    if Entity.objects.editable_by(request.user).filter(pk__in=ids).count() != len(ids):
        raise PermissionDenied
    winner = given.get("winner", "")
    entities = best_order([found[pk] for pk in ids])
    return sorted(entities, key=lambda one: str(one.pk) != winner) if winner else entities


def _taken(given: _Given, entities: list[Entity]) -> dict[str, int]:
    ids = {one.pk for one in entities}
    names = set(values.names_of(entities))
    taken = _numbers(given, "take-")
    return {
        name: pk
        for name, pk in taken.items()
        if name in names and (pk in ids or (name == "notes" and pk == values.BOTH))
    }


def _numbers(given: _Given, prefix: str) -> dict[str, int]:
    return {
        name.removeprefix(prefix): int(value)
        for name, value in given.items()
        if name.startswith(prefix)
        and (prefix == "take-" or _is_number(name.removeprefix(prefix)))
        and _is_number(value)
    }


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) < 19


def _context(reader: User, entities: list[Entity], given: _Given, refused: str) -> dict[str, object]:
    moves = {one.pk: count_moving(reader, one.pk) for one in entities[1:]}
    try:
        target = folder_of(entities)
        folder = next(one.folder.title for one in entities if one.folder_id == target)
    except MergeRefused:
        folder = ""
    return {
        "ids": ",".join(str(one.pk) for one in sorted(entities, key=lambda one: one.pk)),
        "winner": entities[0],
        "sides": sides_of(sorted(entities, key=lambda one: one.pk), moves),
        "lines": _lines(sorted(entities, key=lambda one: one.pk), entities, _taken(given, entities)),
        "refused": refused,
        "folder": folder if len({one.folder_id for one in entities}) > 1 else "",
    }


def _lines(shown: list[Entity], entities: list[Entity], taken: dict[str, int]) -> list[Line]:
    """A row for each field that any of them fills, columns in the order of `shown`."""
    names = values.names_of(entities)
    titles = titles_of(names, entities[0].kind, _TITLES)
    lines = []
    for name in names:
        kept = values.chosen(entities, name, taken)
        texts = {one.pk: text_of(values.value_of(one, name), name) for one in shown}
        filled = {text for text in texts.values() if text}
        holder = taken.get(name) or next((one.pk for one in entities if values.value_of(one, name) == kept), None)
        may_join = name == "notes" and len(filled) > 1
        joined = may_join and not taken.get(name)
        choices = [Choice(one.pk, texts[one.pk], one.pk == holder and not joined) for one in shown]
        lines.append(Line(name, titles[name], choices, len(filled) == 1, may_join, joined))
    return lines
