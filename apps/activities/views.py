"""The timeline on a contact's page and its composer."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.activities import services
from apps.activities.forms import ComposerForm, TextForm
from apps.activities.models import Activity
from apps.activities.permissions import can_change_activity, can_write_on
from apps.activities.selectors import timeline_of, timeline_of_all
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.sheets import close_sheet
from apps.core.toasts import toast, with_toast


def timeline_panel(request: HttpRequest, entity: Entity) -> str:
    """The lower half of the contact page."""
    return render_to_string("activities/panel.html", _context(request, entity, ComposerForm()), request=request)


def activity_panel(request: HttpRequest, record: None) -> str:
    """The tab beside the lists of contacts: what happened with anybody, as far as the reader sees them."""
    page = timeline_of_all(request.user, after=request.GET.get("after", ""))  # type: ignore[arg-type]  # staff only
    return render_to_string("activities/all.html", {"timeline": page, "reader": request.user}, request=request)


def _context(request: HttpRequest, entity: Entity, form: ComposerForm) -> dict[str, object]:
    with_people = request.GET.get("people") != "0"
    return {
        "entity": entity,
        "form": form,
        "timeline": timeline_of(
            entity,
            user=request.user,  # type: ignore[arg-type]  # staff only
            with_people=with_people,
            after=request.GET.get("after", ""),
        ),
        "with_people": with_people,
        "may_write": can_write_on(request.user, entity) and entity.trashed_at is None,  # type: ignore[arg-type]  # staff only
        "reader": request.user,
    }


@staff_required
@require_GET
def timeline(request: Request, entity_id: int) -> HttpResponse:
    """A further page of a contact's timeline, or the whole of it narrowed."""
    entity = get_object_or_404(Entity.objects.visible_to(request.user), pk=entity_id)
    fragment = "timeline-page" if request.GET.get("after") else "timeline"
    return render_page(
        request, "activities/timeline.html", _context(request, entity, ComposerForm()), fragment=fragment
    )


@staff_required
@require_POST
def activity_add(request: Request, entity_id: int) -> HttpResponse:
    entity = get_object_or_404(Entity.objects.visible_to(request.user), pk=entity_id)
    form = ComposerForm(request.POST)
    if form.is_valid():
        now = clock.now()
        text = form.cleaned_data["text"]
        try:
            if form.cleaned_data["kind"] == "call":
                services.log_call(actor=request.user, entity=entity, text=text, occurred_at=now, now=now)
            else:
                services.add_note(actor=request.user, entity=entity, text=text, now=now)
        except ValidationError as error:
            for message in error.messages:
                form.add_error("text", message)
        else:
            if not request.htmx:
                return redirect("contacts:entity", entity_id=entity.pk)
            form = ComposerForm()
            answer = render_page(
                request, "activities/timeline.html", _context(request, entity, form), fragment="timeline"
            )
            return with_toast(answer, _("Saved"))
    context = _context(request, entity, form)
    return render_page(request, "activities/timeline.html", context, fragment="timeline", status=422)


@staff_required
@require_http_methods(["GET", "POST"])
def activity_edit(request: Request, activity_id: int) -> HttpResponse:
    activity = _own(request, activity_id)
    form = TextForm(request.POST or None, initial={"text": activity.snippet})
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_activity(
                actor=request.user, activity=activity, text=form.cleaned_data["text"], now=clock.now()
            )
        except ValidationError as error:
            for message in error.messages:
                form.add_error("text", message)
        else:
            toast(request, _("Saved"))
            return close_sheet(request, _home(activity))
    status = 422 if form.errors else 200
    context = {"activity": activity, "form": form, "back": _home(activity)}
    return render_page(request, "activities/activity_edit.html", context, fragment="sheet", status=status)


@staff_required
@require_POST
def activity_remove(request: Request, activity_id: int) -> HttpResponse:
    activity = _own(request, activity_id)
    operation = services.remove_activity(actor=request.user, activity=activity, now=clock.now())
    undo = reverse("core:operation_undo", args=[operation]) if operation else ""
    toast(request, _("The entry was removed."), undo_url=undo)
    return redirect(_home(activity))


def _own(request: Request, activity_id: int) -> Activity:
    found = Activity.objects.visible_to(request.user).filter(removed_at__isnull=True)
    activity = get_object_or_404(found, pk=activity_id)
    if not can_change_activity(request.user, activity):
        raise PermissionDenied
    return activity


def _home(activity: Activity) -> str:
    """The page of the contact that the entry is about."""
    link = activity.participants.filter(via_employer=False).order_by("pk").first()
    return reverse("contacts:entity", args=[link.entity_id]) if link else reverse("home")
