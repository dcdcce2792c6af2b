"""Reports by mail: one's own list of them, and their dialogs."""

from __future__ import annotations

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.core import clock
from apps.core.contributions import reports
from apps.core.htmx import Request, render_page
from apps.core.models import ReportSchedule
from apps.core.report_forms import ScheduleForm
from apps.core.reports.asked import read_asked
from apps.core.reports.periods import PRESETS
from apps.core.services import report_mails
from apps.core.services.report_mails import Wish
from apps.core.setting_sheets import saved, show_sheet
from apps.core.toasts import toast
from apps.core.views.reports import report_of, staff_only


@staff_only
@require_GET
def schedule_list(request: Request) -> HttpResponse:
    rows = ReportSchedule.objects.visible_to(request.user).prefetch_related("recipients").order_by("next_at", "pk")
    shown = []
    for each in rows[:200]:
        report = reports.get(each.report)
        preset = QueryDict(each.query).get("period", "")
        shown.append(
            {
                "schedule": each,
                "title": report.title if report else each.report,
                "period": PRESETS.get(preset, preset),
                "people": ", ".join(str(user) for user in each.recipients.all()),
            }
        )
    return render_page(request, "core/report_schedules.html", {"rows": shown})


@staff_only
@require_http_methods(["GET", "POST"])
def schedule_add(request: Request, key: str) -> HttpResponse:
    """Of what the report's page shows: its address is asked for in the query of this one."""
    report = report_of(request, key)
    asked = read_asked(report, request.GET, request.user, clock.company_day(clock.now()))
    form = ScheduleForm(request.POST or None, report=report, initial={"recipients": request.user.email})
    if request.method == "POST" and form.is_valid():
        wish = _wish(form, key, asked.query())
        report_mails.plan_report(actor=request.user, wish=wish, now=clock.now())
        return saved(request, reverse("core:report_schedules"))
    back = f"{reverse('core:report', args=[key])}?{asked.query()}"
    return show_sheet(request, form, title=_("By mail: %(report)s") % {"report": report.title}, back=back)


@staff_only
@require_http_methods(["GET", "POST"])
def schedule_edit(request: Request, schedule_id: int) -> HttpResponse:
    found = _own(request, schedule_id)
    report = reports.get(found.report)
    if report is None:
        raise Http404
    initial = {name: getattr(found, name) for name in ("every", "weekday", "day", "hour", "formats")}
    initial["recipients"] = "\n".join(found.recipients.order_by("email").values_list("email", flat=True))
    form = ScheduleForm(request.POST or None, report=report, initial=initial)
    back = reverse("core:report_schedules")
    if request.method == "POST" and form.is_valid():
        wish = _wish(form, found.report, found.query)
        report_mails.change_plan(actor=request.user, schedule=found, wish=wish, now=clock.now())
        return saved(request, back)
    remove = reverse("core:report_schedule_remove", args=[found.pk])
    title = _("By mail: %(report)s") % {"report": report.title}
    return show_sheet(request, form, title=title, back=back, remove_url=remove)


@staff_only
@require_POST
def schedule_pause(request: Request, schedule_id: int) -> HttpResponse:
    """Pause it, or let it go on."""
    found = _own(request, schedule_id)
    turn = report_mails.resume_report if found.paused_at else report_mails.pause_report
    turn(actor=request.user, schedule=found, now=clock.now())
    return redirect("core:report_schedules")


@staff_only
@require_POST
def schedule_send(request: Request, schedule_id: int) -> HttpResponse:
    found = _own(request, schedule_id)
    count = report_mails.send_report_now(actor=request.user, schedule=found, now=clock.now())
    toast(request, ngettext("Sent to %(count)s person", "Sent to %(count)s people", count) % {"count": count})
    return redirect("core:report_schedules")


@staff_only
@require_POST
def schedule_remove(request: Request, schedule_id: int) -> HttpResponse:
    report_mails.remove_plan(actor=request.user, schedule=_own(request, schedule_id))
    return saved(request, reverse("core:report_schedules"), _("It is sent no longer."))


def _own(request: Request, schedule_id: int) -> ReportSchedule:
    return get_object_or_404(ReportSchedule.objects.visible_to(request.user), pk=schedule_id)


def _wish(form: ScheduleForm, key: str, query: str) -> Wish:
    given = form.cleaned_data
    return Wish(report=key, query=query, turns=form.turns(), formats=given["formats"], recipients=given["recipients"])
