"""Timelines: on a contact's page with its composer, beside the lists of contacts, and of everything."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.accounts.models import User
from apps.activities.forms.timelines import CallForm, ComposerForm, EditForm, NoteForm, SummaryForm
from apps.activities.models import Activity
from apps.activities.permissions import can_change_activity, can_write_on
from apps.activities.selectors.timelines import Narrowing, timeline_of, timeline_of_all
from apps.activities.selectors.visits import new_from
from apps.activities.services import notes
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.contributions import record_actions
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.setting_sheets import saved, show_sheet
from apps.core.sheets import close_sheet
from apps.core.toasts import toast, with_toast

TIMELINE = "activities/timeline.html"
CHANGES = "with-changes"  # among the choices of kinds: all of them, and what was changed between


def timeline_panel(request: HttpRequest, entity: Entity) -> str:
    """The lower half of the contact page."""
    return render_to_string("activities/panel.html", _context(request, entity, NoteForm()), request=request)


def activity_panel(request: HttpRequest, record: None) -> str:
    """The tab beside the lists of contacts: what happened with anybody, as far as the reader sees them."""
    now = clock.now()
    page = timeline_of_all(_reader(request), now=now, after=request.GET.get("after", ""))
    context = {"timeline": page, "reader": request.user, "new_from": new_from(_reader(request), now=now)}
    return render_to_string("activities/all_panel.html", context, request=request)


def _reader(request: HttpRequest) -> User:
    return cast(User, request.user)  # pages of contacts are for staff alone


def _context(request: HttpRequest, entity: Entity, form: Form) -> dict[str, object]:
    with_people = request.GET.get("people") != "0"
    kind = request.GET.get("kind", "")[:40]
    with_changes = kind == CHANGES
    user = _reader(request)
    return {
        "entity": entity,
        "form": form,
        "timeline": timeline_of(
            entity,
            user=user,
            now=clock.now(),
            with_people=with_people,
            with_changes=with_changes,
            narrowing=Narrowing(kinds=(kind,) if kind and not with_changes else ()),
            after=request.GET.get("after", ""),
        ),
        "with_people": with_people,
        "kind": kind,
        "changes": CHANGES,
        "query": urlencode({**({} if with_people else {"people": 0}), **({"kind": kind} if kind else {})}),
        "may_write": can_write_on(user, entity) and entity.trashed_at is None,
        "record_actions": [(action, action.url(entity.pk)) for action in record_actions if action.page == "contact"],
        "reader": user,
        "new_from": new_from(user, now=clock.now()),
    }


@staff_required
@require_GET
def timeline(request: Request, entity_id: int) -> HttpResponse:
    """A further page of a contact's timeline, or the whole of it narrowed."""
    entity = _entity(request, entity_id)
    fragment = "timeline-page" if request.GET.get("after") else "timeline"
    return render_page(request, TIMELINE, _context(request, entity, NoteForm()), fragment=fragment)


@staff_required
@require_GET
def timeline_all(request: Request) -> HttpResponse:
    """The summary over everything that the reader may see, by kind, colleague, team and period."""
    form = SummaryForm(request.GET)
    narrowing = form.narrowing(localdate(clock.now()))
    after = request.GET.get("after", "")
    page = timeline_of_all(request.user, now=clock.now(), narrowing=narrowing, after=after)
    asked = request.GET.copy()
    asked.pop("after", None)
    context = {
        "timeline": page,
        "form": form,
        "reader": request.user,
        "asked": asked.urlencode(),
        "narrowed": bool(narrowing),
        "new_from": new_from(request.user, now=clock.now()),
    }
    return render_page(request, "activities/all.html", context, fragment="history-page" if after else "history")


@staff_required
@require_http_methods(["GET", "POST"])
def activity_add(request: Request, entity_id: int) -> HttpResponse:
    """Write a note from the composer, or an entry of another kind and for fewer readers from the sheet."""
    entity = _entity(request, entity_id)
    if request.method == "POST" and "kind" not in request.POST:
        return _add_inline(request, entity)
    form = _composer(request, request.POST or None, request.FILES or None, initial={"kind": request.GET.get("kind")})
    note = ""
    if form.is_missing_fields:
        form, note = _composer(request, initial=form.once_more()), _("Fill in the fields of this kind, then save.")
    elif request.method == "POST" and form.is_valid():
        try:
            notes.add_note(actor=request.user, entity=entity, now=clock.now(), **form.entry)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return _written(request, entity, inline=False)
    context = {"entity": entity, "form": form, "title": _("Write down"), "note": note}
    changes_kind = request.method == "GET" and request.htmx.target == "entry-fields"
    fragment = "entry-fields" if changes_kind else "sheet"
    return render_page(
        request, "activities/entry_sheet.html", context, fragment=fragment, status=422 if form.errors else 200
    )


def _composer(request: Request, *args: Any, **kwargs: Any) -> ComposerForm:
    return ComposerForm(*args, user=request.user, address=request.path, **kwargs)


def _add_inline(request: Request, entity: Entity) -> HttpResponse:
    """A note from the composer's one field, on the page itself."""
    form = NoteForm(request.POST)
    if form.is_valid():
        try:
            notes.add_note(actor=request.user, entity=entity, now=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return _written(request, entity, inline=True)
    return render_page(request, TIMELINE, _context(request, entity, form), fragment="timeline", status=422)


@staff_required
@require_http_methods(["GET", "POST"])
def call_log(request: Request, entity_id: int) -> HttpResponse:
    """Write down a call that was made or is being made: its timer runs in the sheet."""
    entity = _entity(request, entity_id)
    form = CallForm(request.POST or None, request.FILES or None, initial={"number": request.GET.get("number", "")})
    if request.method == "POST" and form.is_valid():
        now = clock.now()
        given = dict(form.cleaned_data)
        seconds, began = given.pop("duration"), given.pop("occurred_at")
        try:
            notes.log_call(
                actor=request.user, entity=entity, seconds=seconds, occurred_at=began or now, now=now, **given
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            return _written(request, entity, inline=False)
    context = {"entity": entity, "form": form, "title": _("Log a call"), "is_call": True}
    status = 422 if form.errors else 200
    return render_page(request, "activities/entry_sheet.html", context, fragment="sheet", status=status)


@staff_required
@require_http_methods(["GET", "POST"])
def activity_edit(request: Request, activity_id: int) -> HttpResponse:
    """Correct one's own entry: its words, whom it is about, who may read it."""
    activity = _own(request, activity_id)
    about = activity.participants.filter(via_employer=False, entity__in=Entity.objects.visible_to(request.user))
    initial = {
        "text": activity.snippet,
        "visibility": activity.visibility,
        "category": activity.category_id,
        "entities": list(about.order_by("pk").values_list("entity_id", flat=True)),
    }
    form = EditForm(request.POST or None, request.FILES or None, initial=initial, user=request.user, activity=activity)
    if request.method == "POST" and form.is_valid():
        try:
            notes.edit_activity(actor=request.user, activity=activity, now=clock.now(), **form.entry)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, _home(activity))
    return show_sheet(request, form, title=_("Edit entry"), back=_home(activity))


@staff_required
@require_POST
def activity_pin(request: Request, activity_id: int) -> HttpResponse:
    found = Activity.objects.visible_to(request.user).live()
    activity = get_object_or_404(found, pk=activity_id)
    pinned = activity.pinned_at is None
    notes.pin_activity(actor=request.user, activity=activity, pinned=pinned, now=clock.now())
    toast(request, _("Pinned to the top") if pinned else _("No longer pinned"))
    return redirect(_home(activity))


@staff_required
@require_POST
def activity_remove(request: Request, activity_id: int) -> HttpResponse:
    activity = _own(request, activity_id)
    operation = notes.remove_activity(actor=request.user, activity=activity, now=clock.now())
    undo = reverse("core:operation_undo", args=[operation]) if operation else ""
    toast(request, _("The entry was removed."), undo_url=undo)
    return redirect(_home(activity))


def _entity(request: Request, entity_id: int) -> Entity:
    return get_object_or_404(Entity.objects.visible_to(request.user), pk=entity_id)


def _written(request: Request, entity: Entity, inline: bool) -> HttpResponse:
    if inline and request.htmx:
        answer = render_page(request, TIMELINE, _context(request, entity, NoteForm()), fragment="timeline")
        return with_toast(answer, _("Saved"))
    toast(request, _("Saved"))
    return close_sheet(request, reverse("contacts:entity", args=[entity.pk]))


def _own(request: Request, activity_id: int) -> Activity:
    found = Activity.objects.visible_to(request.user).live()
    activity = get_object_or_404(found, pk=activity_id)
    if not can_change_activity(request.user, activity):
        raise PermissionDenied
    return activity


def _home(activity: Activity) -> str:
    """The page of the contact that the entry is about."""
    link = activity.participants.filter(via_employer=False).order_by("pk").first()
    return reverse("contacts:entity", args=[link.entity_id]) if link else reverse("activities:all")
