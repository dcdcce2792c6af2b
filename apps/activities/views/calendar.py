"""The calendar: a page with an agenda in it, which the script replaces by month, week and day; its events as JSON."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import groupby

from django.http import Http404, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.urls import reverse
from django.utils.timezone import get_current_timezone, get_current_timezone_name, localdate, localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.accounts.decorators import staff_required
from apps.accounts.models import Team
from apps.accounts.preferences import current_preferences, first_weekday_of
from apps.accounts.selectors import staff_users
from apps.activities.drawing import when_text
from apps.activities.models import Meeting
from apps.activities.selectors.calendar import Whose, events_of, in_order, meetings_of, tasks_due, whose_calendar
from apps.core import clock
from apps.core.htmx import Request, render_page

_AGENDA = timedelta(days=30)
_MOST = 100  # of the agenda, so that the page stays small


@staff_required
@require_GET
def calendar(request: Request) -> HttpResponse:
    whose = _whose(request)
    start = datetime.combine(_day(request), time.min, get_current_timezone())
    end = start + _AGENDA
    found = meetings_of(whose, user=request.user, start=start, end=end).select_related("activity")
    meetings = in_order(found.order_by("starts_at", "starts_on", "pk")[:_MOST])
    for meeting in meetings:
        meeting.when = when_text(meeting.activity.facts)  # type: ignore[attr-defined]  # for the template
    first = start.date()
    context = {
        "whose": whose,
        "days": [(day, list(each)) for day, each in groupby(meetings, key=lambda each: max(first, _shown_on(each)))],
        "tasks": tasks_due(whose, user=request.user, start=start, end=end),
        "choices": _choices(request),
        "zone": get_current_timezone_name(),
        "language": {"en": "en-gb"}.get((get_language() or "en")[:2], (get_language() or "en")[:2]),
        "first_day": (first_weekday_of(current_preferences()) + 1) % 7,  # the script counts from Sunday
        "start": first,
        "earlier": first - _AGENDA,
        "later": first + _AGENDA,
        "plan_url": reverse("activities:meeting_plan"),
        "feed_url": reverse("activities:feed_address"),
        "import_url": reverse("activities:calendar_bring"),
    }
    return render_page(request, "activities/calendar.html", context, fragment="calendar")


@staff_required
@require_GET
def calendar_events(request: Request) -> HttpResponse:
    """`?start=…&end=…&of=…` as the calendar's script asks; what the reader may not see isn't there."""
    whose = _whose(request)
    start, end = (_moment(request.GET.get(name, "")) for name in ("start", "end"))
    if start is None or end is None:
        return HttpResponseBadRequest()
    response = JsonResponse(events_of(whose, user=request.user, start=start, end=end), safe=False)
    response["Cache-Control"] = "no-store"
    return response


def _choices(request: Request) -> list[tuple[str, list[tuple[str, str]]]]:
    """Whose calendars there are to choose from, by kind."""
    colleagues = [(f"user:{each.pk}", str(each)) for each in staff_users().exclude(pk=request.user.pk)[:200]]
    teams = [(f"team:{each.pk}", each.name) for each in Team.objects.order_by("name")[:200]]
    return [(str(label), each) for label, each in ((_("Colleagues"), colleagues), (_("Teams"), teams)) if each]


def _whose(request: Request) -> Whose:
    whose = whose_calendar(request.user, request.GET.get("of", "")[:30], today=localdate(clock.now()))
    if whose is None:
        raise Http404
    return whose


def _day(request: Request) -> date:
    try:
        day = datetime.fromisoformat(request.GET.get("from", "")).date()
    except ValueError:
        return localdate(clock.now())
    return day if 1900 < day.year < 2200 else localdate(clock.now())


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))  # a plus that nobody wrote as %2B
        moment = moment if moment.tzinfo else moment.replace(tzinfo=get_current_timezone())
        return localtime(moment) if 1900 < moment.year < 2200 else None
    except (ValueError, OverflowError):
        return None


def _shown_on(meeting: Meeting) -> date:
    return meeting.starts_on or localdate(meeting.starts_at)
