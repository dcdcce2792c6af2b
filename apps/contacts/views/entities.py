"""The contact page, its sections, and what can be done with the contact as a whole."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.accounts.models import User
from apps.accounts.permissions import can_change_settings
from apps.accounts.preferences import preferences_of
from apps.contacts.forms.custom import PREFIX, custom_values
from apps.contacts.forms.entities import SECTIONS, NewEntityForm, VersionedForm, initial_from_address, section_form
from apps.contacts.forms.rows import AddressRows
from apps.contacts.models import Attachment, Entity, Favourite, RawProperty
from apps.contacts.permissions import can_edit_entity, can_export_entity
from apps.contacts.selectors.contact_page import add_users, contact_page, people_of, ties_of
from apps.contacts.selectors.events import events_of
from apps.contacts.selectors.summary import summary_facts
from apps.contacts.services import entities, marks, trash
from apps.contacts.services.errors import EditConflict, InTrash
from apps.contacts.services.filing import file_entity
from apps.contacts.views.lookups import entity_to_show, forwarded, visible_entity
from apps.core import clock
from apps.core.contributions import panels
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page, wants_fragment
from apps.core.markup import record_url
from apps.core.sheets import close_sheet
from apps.core.toasts import toast, with_toast


@staff_required
@require_GET
def entity(request: Request, entity_id: int, tab: str = "summary") -> HttpResponse:
    found = entity_to_show(request, entity_id)
    if (answer := forwarded(found)) is not None:
        return answer
    now = clock.now()
    return render_page(request, "contacts/entity.html", page_context(request, found, tab, now), fragment="contact-tab")


def page_context(request: Request, found: Entity, tab: str, now: datetime) -> dict[str, Any]:
    """What the contact page needs for one of its tabs."""
    user = request.user
    add_users(found, reader=user)
    context: dict[str, Any] = {
        "entity": found,
        "page": contact_page(found, user=user, prefer_home=_prefers_home(request, now), with_custom=tab == "details"),
        "tab": tab,
        "tabs": _tabs(found, tab, request.user),
        "may_edit": can_edit_entity(user, found) and found.trashed_at is None,
        "may_export": can_export_entity(user, found),
        "may_make_user": can_change_settings(user) and found.is_person and found.user_id is None,
        "is_favourite": getattr(found, "is_favourite", False),
        "timeline": [
            panel.render(request, found) for panel in panels if panel.page == "contact" and panel.slot == "timeline"
        ],
        "head": [panel.render(request, found) for panel in panels if panel.page == "contact" and panel.slot == "head"],
        "more": [panel.render(request, found) for panel in panels if panel.page == "contact" and panel.slot == "more"],
        "actions": [
            panel.render(request, found) for panel in panels if panel.page == "contact" and panel.slot == "action"
        ],
    }
    today = localdate(now)
    if tab == "relations" or (tab == "summary" and found.is_person):
        context["ties"] = ties_of(found, user=user, today=today, with_values=tab == "relations")
    if tab in ("summary", "relations") and found.is_organisation:
        context["people"], context["people_count"] = people_of(found, user=user, today=today)
    if tab == "summary":
        context["facts"] = summary_facts(found)
    if tab == "details":
        context["has_raw"] = RawProperty.objects.filter(entity=found).exists()
    if tab == "events":
        context["events"] = events_of(found)
    if tab == "files":
        kept = Attachment.objects.filter(entity=found, removed_at__isnull=True)
        context["files"] = kept.select_related("file", "created_by").order_by("-created_at", "-pk")[:500]
    for key, panel in panels.items():
        if panel.page == "contact" and panel.slot == "tab" and key == tab:
            context["panel"] = panel.render(request, found)
    return context


def _tabs(found: Entity, current: str, user: User) -> list[dict[str, Any]]:
    own = [("summary", _("Summary")), ("details", _("Details")), ("relations", _("Relations")), ("events", _("Events"))]
    own.append(("files", _("Files")))
    added = [
        (key, panel.title)
        for key, panel in panels.items()
        if panel.page == "contact" and panel.slot == "tab" and (not panel.concerns or panel.concerns(user, found))
    ]
    return [
        {
            "title": title,
            "url": record_url("contacts:entity_tab", found.pk, key),
            "is_current": key == current,
            "count": None,
        }
        for key, title in [*own, *added]
    ]


def _prefers_home(request: Request, now: datetime) -> bool:
    """Outside office hours the number at home comes first, where the reader asked for that."""
    preferences = preferences_of(request.user)
    if preferences.office_pick != preferences.OfficeHoursPick.AUTO:
        return preferences.office_pick == preferences.OfficeHoursPick.HOME
    start, end = preferences.office_hours_from, preferences.office_hours_to
    if start is None or end is None:
        return False
    local = localtime(now)
    days = preferences.office_days or [1, 2, 3, 4, 5]
    return not (local.isoweekday() in days and start <= local.time() < end)


@staff_required
@require_http_methods(["GET", "POST"])
def entity_create(request: Request) -> HttpResponse:
    """One form for all of a new contact; `?url=` (a bookmarklet) fills it from a web address."""
    may_make_users = can_change_settings(request.user)
    initial = initial_from_address(request.GET["url"]) if request.GET.get("url") else {}
    initial |= {
        name: request.GET[name]
        for name in ("kind", "first_name", "last_name", "name", "company")
        if request.GET.get(name)
    }
    data = request.POST if request.method == "POST" else None
    form = NewEntityForm(data, user=request.user, may_make_users=may_make_users, initial=initial)
    rows = AddressRows(
        data,
        initial={
            "links": initial.get("links", []),
            "emails": [{"address": request.GET["email"]}] if request.GET.get("email") else [],
            "phones": [{"raw": request.GET["phone"]}] if request.GET.get("phone") else [],
        },
    )
    if data is not None and "refresh" not in data and all([form.is_valid(), rows.is_valid()]):
        given = form.entity_input(emails=rows.email_inputs(), phones=rows.phone_inputs(), links=rows.link_inputs())
        try:
            made = entities.create_entity(actor=request.user, data=given, now=clock.now())
        except ValidationError as error:
            show_errors(form, error)
        else:
            toast(request, _("%(name)s was added.") % {"name": made.display_name})
            if form.cleaned_data.get("make_user"):
                return close_sheet(request, reverse("contacts:entity_user", args=[made.pk]))
            return close_sheet(request, reverse("contacts:entity", args=[made.pk]))
    refreshing = data is not None and "refresh" in data
    context = {
        "form": form,
        "rows": rows,
        "custom_fields": [field for field in form.visible_fields() if field.name.startswith(PREFIX)],
    }
    status = 422 if data is not None and not refreshing and (form.errors or not rows.is_valid()) else 200
    return render_page(request, "contacts/entity_create.html", context, fragment="entity-form", status=status)


@staff_required
@require_http_methods(["GET", "POST"])
def entity_section(request: Request, entity_id: int, section: str) -> HttpResponse:
    """One section of the contact page, edited in place."""
    found = visible_entity(request, entity_id)
    if not can_edit_entity(request.user, found):
        raise PermissionDenied
    if section not in SECTIONS:
        return redirect("contacts:entity_tab", entity_id=found.pk, tab="details")
    data = request.POST if request.method == "POST" else None
    form = section_form(section, entity=found, user=request.user, data=data)
    conflict: EditConflict | None = None
    if data is not None and form.is_valid():
        try:
            _save_section(request, found, section, form)
        except ValidationError as error:
            show_errors(form, error)
        except InTrash as error:
            form.add_error(None, str(error))
        except EditConflict as error:
            conflict = error
            form.tell(error)
        else:
            return _saved(request, found.pk, section)
    context = {
        "entity": found,
        "form": form,
        "section": section,
        "conflict": conflict,
        "conflicts": _shown(conflict, form),
    }
    status = 409 if conflict else 422 if form.errors else 200
    return render_page(request, "contacts/entity_section.html", context, fragment="section-form", status=status)


def _saved(request: Request, entity_id: int, section: str) -> HttpResponse:
    """The section as it is now, where it was edited; the whole page without JavaScript."""
    if not wants_fragment(request):
        toast(request, _("Saved"))
        return redirect("contacts:entity_tab", entity_id=entity_id, tab="details")
    now = clock.now()
    context = page_context(request, entity_to_show(request, entity_id), "details", now)
    response = render_page(request, "contacts/_section.html", context | {"section": section})
    response["HX-Trigger"] = json.dumps({"contact-changed": {"id": entity_id}})
    return with_toast(response, _("Saved"))


def _save_section(request: Request, found: Entity, section: str, form: VersionedForm) -> None:
    now = clock.now()
    typed: dict[str, Any] = form.typed()
    version = form.seen()
    if section == "custom":
        entities.update_entity(
            actor=request.user,
            entity=found,
            fields={"attributes": custom_values(form)},
            expected_version=version,
            now=now,
        )
    elif section == "filing":
        file_entity(
            actor=request.user,
            entity=found,
            folder=typed["folder"],
            categories=list(typed["categories"]),
            borne=_ids(typed["borne"]) if "borne" in form.data else None,
            expected_version=version,
            now=now,
        )
    else:
        entities.update_entity(actor=request.user, entity=found, fields=typed, expected_version=version, now=now)


def _ids(text: str) -> list[int]:
    return [int(word) for word in text.split() if word.isdecimal() and len(word) < 19]


def _shown(conflict: EditConflict | None, form: Any) -> list[dict[str, Any]]:
    """Mine, theirs and before, field by field, for the conflict view."""
    if conflict is None:
        return []
    return [
        {
            "field": each.field,
            "label": form.fields[each.field].label if each.field in form.fields else each.field,
            "mine": each.mine,
            "theirs": each.theirs,
            "before": each.before,
        }
        for each in conflict.conflicts
    ]


@staff_required
@require_POST
def entity_trash(request: Request, entity_id: int) -> HttpResponse:
    found = visible_entity(request, entity_id)
    trash.trash_entities(actor=request.user, ids=[found.pk], now=clock.now())
    text = _("%(name)s was moved to the trash.") % {"name": found.display_name}
    toast(request, text, undo_url=reverse("contacts:entity_restore", args=[found.pk]))
    return redirect("contacts:list")


@staff_required
@require_POST
def entity_restore(request: Request, entity_id: int) -> HttpResponse:
    found = visible_entity(request, entity_id)
    trash.restore_entities(actor=request.user, ids=[found.pk], now=clock.now())
    toast(request, _("%(name)s is back.") % {"name": found.display_name})
    return redirect("contacts:entity", entity_id=found.pk)


@staff_required
@require_POST
def entity_seen(request: Request, entity_id: int) -> HttpResponse:
    """The page was looked at: the search box offers it before typing."""
    marks.note_recent(actor=request.user, entity=visible_entity(request, entity_id), now=clock.now())
    return HttpResponse(status=204)


@staff_required
@require_POST
def entity_favourite(request: Request, entity_id: int) -> HttpResponse:
    found = visible_entity(request, entity_id)
    if Favourite.objects.filter(user=request.user, entity=found).exists():
        marks.remove_favourite(actor=request.user, entity=found)
    else:
        marks.add_favourite(actor=request.user, entity=found)
    return redirect("contacts:entity", entity_id=found.pk)
