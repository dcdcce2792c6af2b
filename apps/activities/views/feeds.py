"""Files and feeds of the calendar for other programs, and their files brought in."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.decorators import staff_required
from apps.activities.forms.calendar_files import CalendarFileForm
from apps.activities.models import Meeting
from apps.activities.services import calendar_import, feeds
from apps.activities.services.calendar_work import AT_ONCE, begin_bring
from apps.activities.views.tasks import undo_url
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.toasts import toast

_TYPE = "text/calendar; charset=utf-8"


@require_GET
def feed(request: Request, token: str) -> HttpResponse:
    """The calendar of whoever the secret address belongs to; programs have no session."""
    user = feeds.user_of_token(token)
    if user is None:
        raise Http404
    content = feeds.calendar_file(user=user, now=clock.now(), name=str(user))
    return HttpResponse(content, _TYPE, headers={"Cache-Control": "private, no-store"})


@staff_required
@require_http_methods(["GET", "POST"])
def feed_address(request: Request) -> HttpResponse:
    """Show the secret address; make another one, and the old one stops."""
    if request.method == "POST":
        token = feeds.make_feed(actor=request.user, now=clock.now())
    else:
        token = feeds.token_of(request.user)
    address = request.build_absolute_uri(reverse("activities:feed", args=[token])) if token else ""
    return render_page(request, "activities/calendar_feed.html", {"address": address}, fragment="sheet")


@staff_required
@require_GET
def meeting_ics(request: Request, meeting_id: int) -> HttpResponse:
    found = Meeting.objects.visible_to(request.user).select_related("activity", "series", "organiser")
    meeting = get_object_or_404(found, pk=meeting_id)
    content = feeds.meeting_file(meeting, user=request.user, now=clock.now())
    name = f'attachment; filename="meeting-{meeting.pk}.ics"'
    return HttpResponse(content, _TYPE, headers={"Content-Disposition": name})


@staff_required
@require_http_methods(["GET", "POST"])
def calendar_bring(request: Request) -> HttpResponse:
    """Look at an .ics file, then bring it in: `kept` names the one that was looked at."""
    context: dict[str, object] = {"form": CalendarFileForm()}
    status, now = 200, clock.now()
    if "kept" in request.POST:
        key = request.POST["kept"]
        kept = calendar_import.kept_file(user=request.user, key=key)
        if kept is None:
            toast(request, _("The file is no longer there. Choose it once more."), kind="warning")
            return redirect("activities:calendar_bring")
        if kept.size > AT_ONCE:
            return redirect("core:operation", begin_bring(actor=request.user, kept=kept, now=now).pk)
        plan = calendar_import.read_plan(user=request.user, key=key, data=kept.data, zone=kept.zone, now=now)
        report = calendar_import.bring(actor=request.user, plan=plan, now=now)
        context["report"] = report
        if report.operation_id:
            toast(request, _("The calendar is brought in."), undo_url=undo_url(report.operation_id))
    elif request.method == "POST":
        form = CalendarFileForm(request.POST, request.FILES)
        context["form"], status = form, 422
        if form.is_valid():
            data, zone = form.cleaned_data["file"], get_current_timezone_name()
            context["plan"] = calendar_import.look(user=request.user, data=data, zone=zone, now=now)
            status = 200
    return render_page(request, "activities/calendar_import.html", context, status=status)
