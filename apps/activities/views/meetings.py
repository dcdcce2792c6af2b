"""Meetings: their page, their sheet, moving, calling off, answering."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.timezone import get_current_timezone_name, localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.activities.drawing import when_text
from apps.activities.formats.recurrence import described
from apps.activities.forms.meetings import MeetingForm, ScopeForm, initial_of, initial_of_rule
from apps.activities.models import Attendee, Meeting
from apps.activities.permissions import can_change_activity
from apps.activities.selectors.calendar import guests_seen
from apps.activities.services import meetings as service
from apps.activities.services.meeting_changes import change_meeting, move_meeting
from apps.activities.services.meeting_inputs import Span
from apps.core import clock
from apps.core.contributions import panels
from apps.core.htmx import Request, render_page
from apps.core.sheets import close_sheet, way_back
from apps.core.toasts import toast, with_toast

_FIELDS = {"starts": "starts_on", "ends": "ends_on", "entities": "contacts"}


@staff_required
@require_GET
def meeting(request: Request, meeting_id: int) -> HttpResponse:
    found = _visible(request, meeting_id)
    guests, hidden = guests_seen(found, user=request.user)
    own = next((each for each in guests if each.user_id == request.user.pk), None)
    context = {
        "meeting": found,
        "added": [each.render(request, found) for each in panels if each.page == "meeting" and each.slot == "action"],
        "activity": found.activity,
        "when": when_text(found.activity.facts),
        "repeats": described(found.series.rule) if found.series else "",
        "guests": guests,
        "hidden": hidden,
        "own": own,
        "answers": [each for each in Attendee.Answer.choices if each[0] != Attendee.Answer.OPEN],
        "may_change": can_change_activity(request.user, found.activity),
    }
    return render_page(request, "activities/meeting.html", context)


@staff_required
@require_http_methods(["GET", "POST"])
def meeting_plan(request: Request) -> HttpResponse:
    form = MeetingForm(request.POST or None, user=request.user, initial=_initial(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = service.plan_meeting(
                actor=request.user,
                span=form.span,
                words=form.words,
                guests=form.guests,
                repeat=form.repeat,
                now=clock.now(),
            )
        except ValidationError as error:
            _tell(form, error)
        else:
            toast(request, _("The meeting is planned."))
            return close_sheet(request, way_back(request, reverse("activities:meeting", args=[made.pk])))
    about = request.GET.get("with", "")
    home = reverse("contacts:entity", args=[about]) if _is_number(about) else reverse("activities:calendar")
    return _sheet(request, form, _("New meeting"), back=way_back(request, home))


@staff_required
@require_http_methods(["GET", "POST"])
def meeting_change(request: Request, meeting_id: int) -> HttpResponse:
    found = _own(request, meeting_id)
    initial = _initial_of(request, found)
    form = MeetingForm(request.POST or None, user=request.user, meeting=found, initial=initial)
    if request.method == "POST" and form.is_valid():
        alone = found.series_id is not None and form.meant == "one"
        try:
            change_meeting(
                actor=request.user,
                meeting=found,
                scope=form.meant,
                span=form.span,
                words=form.words,
                guests=form.guests,
                repeat=None if alone else form.repeat,
                now=clock.now(),
            )
        except ValidationError as error:
            _tell(form, error)
        else:
            toast(request, _("Saved"))
            return close_sheet(request, reverse("activities:meeting", args=[found.pk]))
    back = reverse("activities:meeting", args=[found.pk])
    return _sheet(request, form, _("Change the meeting"), back=back, meeting=found)


@staff_required
@require_http_methods(["GET", "POST"])
def meeting_move(request: Request, meeting_id: int) -> HttpResponse:
    """`start` and `end` are moments, or days (the last one not included) with `days`; a series asks which are meant."""
    found = _own(request, meeting_id)
    given = request.POST if request.method == "POST" else request.GET
    span = _span(given, found)
    if span is None:
        return HttpResponseBadRequest()
    form = ScopeForm(request.POST if "scope" in request.POST else None)
    asks = found.series_id is not None and not form.is_bound
    if request.method == "GET" or asks:
        context = {"meeting": found, "span": span, "given": given, "form": form}
        return render_page(request, "activities/meeting_move.html", context, fragment="sheet")
    scope = form.cleaned_data["scope"] if form.is_bound and form.is_valid() else "one"
    try:
        operation = move_meeting(actor=request.user, meeting=found, span=span, scope=scope, now=clock.now())
    except ValidationError as error:
        if request.htmx:
            return with_toast(HttpResponse(status=204), " ".join(error.messages), kind="danger")
        return HttpResponseBadRequest(" ".join(error.messages))
    undo = reverse("core:operation_undo", args=[operation]) if operation else ""
    if request.htmx:
        answer = HttpResponse(status=204, headers={"HX-Trigger": '{"close-sheet": {}, "meeting-moved": {}}'})
        return with_toast(answer, _("The meeting is moved."), undo_url=undo)
    toast(request, _("The meeting is moved."), undo_url=undo)
    return redirect("activities:meeting", meeting_id=found.pk)


@staff_required
@require_http_methods(["GET", "POST"])
def meeting_cancel(request: Request, meeting_id: int) -> HttpResponse:
    found = _own(request, meeting_id)
    form = ScopeForm(request.POST or None)
    if request.method == "POST":
        scope = form.cleaned_data["scope"] if form.is_valid() else "one"
        operation = service.cancel_meeting(actor=request.user, meeting=found, scope=scope, now=clock.now())
        undo = reverse("core:operation_undo", args=[operation]) if operation else ""
        toast(request, _("The meeting is called off."), undo_url=undo)
        return close_sheet(request, reverse("activities:meeting", args=[found.pk]))
    context = {"meeting": found, "form": form}
    return render_page(request, "activities/meeting_cancel.html", context, fragment="sheet")


@staff_required
@require_POST
def meeting_answer(request: Request, meeting_id: int) -> HttpResponse:
    found = _visible(request, meeting_id)
    scope = "following" if request.POST.get("following") else "one"
    answer = request.POST.get("answer", "")
    if answer not in Attendee.Answer.values:
        return HttpResponseBadRequest()
    service.answer_meeting(actor=request.user, meeting=found, answer=answer, scope=scope, now=clock.now())
    toast(request, _("Your answer is noted."))
    return redirect("activities:meeting", meeting_id=found.pk)


def _visible(request: Request, meeting_id: int) -> Meeting:
    found = Meeting.objects.visible_to(request.user).select_related(
        "activity", "activity__actor", "series", "organiser"
    )
    return get_object_or_404(found, pk=meeting_id)


def _own(request: Request, meeting_id: int) -> Meeting:
    found = _visible(request, meeting_id)
    if not can_change_activity(request.user, found.activity):
        raise PermissionDenied
    return found


def _initial(request: Request) -> dict[str, Any]:
    """What the calendar was pointed at, or the next full hour."""
    span = _span(request.GET, None)
    if span is None:
        start = localtime(clock.now()).replace(minute=0, second=0, microsecond=0, tzinfo=None) + timedelta(hours=1)
        span = Span(start, start + timedelta(hours=1), get_current_timezone_name())
    about = request.GET.get("with", "")
    return {**initial_of(span), "contacts": [about] if _is_number(about) else [], "visibility": "public"}


def _initial_of(request: Request, found: Meeting) -> dict[str, Any]:
    guests, _hidden = guests_seen(found, user=request.user)
    return {
        **initial_of(Span.of(found)),
        **initial_of_rule(found.series.rule if found.series else ""),
        "subject": found.activity.subject,
        "text": found.activity.snippet,
        "place": found.place,
        "status": found.status,
        "visibility": found.activity.visibility,
        "category": found.activity.category_id,
        "contacts": [each.entity_id for each in guests if each.entity_id],
        "users": [each.user_id for each in guests if each.user_id],
        "addresses": ", ".join(each.email for each in guests if not each.user_id and not each.entity_id),
        "scope": "one",
    }


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _span(given: Any, found: Meeting | None) -> Span | None:
    """Moments are seen on the wall clock of the meeting's own zone, a new one's of the reader's."""
    zone = found.zone if found else get_current_timezone_name()
    try:
        start, end = (datetime.fromisoformat(given.get(name, "").replace(" ", "+")) for name in ("start", "end"))
        if given.get("days"):
            first, last = (datetime.combine(each.date(), time.min) for each in (start, end))
            return Span(first, last, zone, is_all_day=True).checked()
        if start.tzinfo is None or end.tzinfo is None:
            return None
        return Span.between(start, end, zone).checked()
    except (ValueError, OverflowError, ValidationError):
        return None


def _sheet(request: Request, form: MeetingForm, title: str, **context: Any) -> HttpResponse:
    context |= {"form": form, "title": title}
    status = 422 if form.errors else 200
    return render_page(request, "activities/meeting_sheet.html", context, fragment="sheet", status=status)


def _tell(form: MeetingForm, error: ValidationError) -> None:
    """Put a service's complaints to the fields that they are about."""
    told: dict[str, Any] = error.message_dict if hasattr(error, "error_dict") else {"subject": error.messages}
    for name, messages in told.items():
        field = _FIELDS.get(name, name)
        for message in messages:
            form.add_error(field if field in form.fields else None, message)
