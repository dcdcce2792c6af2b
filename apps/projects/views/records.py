"""Records as quiet members of a group: looked for, brought in, silenced, taken out; and what they posted."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.setting_sheets import refused
from apps.core.sheets import close_sheet
from apps.projects import permissions
from apps.projects.doors import enter, message_of, number
from apps.projects.models import Group, Membership
from apps.projects.selectors.records import found_records, news_of
from apps.projects.services import records as service


@staff_required
@require_http_methods(["GET", "POST"])
def record_add(request: Request, group_id: int) -> HttpResponse:
    """What was typed finds records; `record` is the one to bring in: "crm.order:17"."""
    found = _writable(request, group_id)
    if request.method == "POST":
        record_type, _sign, pk = request.POST.get("record", "").partition(":")
        if not number(pk):
            return refused(request, _back(group_id), ValidationError(_("There is no such choice.")))
        try:
            service.add_record(
                actor=request.user, group=found, record_type=record_type, record_id=number(pk), now=clock.now()
            )
        except ValidationError as error:
            return refused(request, _back(group_id), error)
        return close_sheet(request, _back(group_id))
    text = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    context = {"group": found, "q": text, "found": found_records(request.user, text)}
    return render_page(request, "projects/records.html", context, fragment="found" if "q" in request.GET else "sheet")


@staff_required
@require_POST
def record_silence(request: Request, group_id: int, member_id: int) -> HttpResponse:
    """`told` are the verbs that are still posted."""
    member = _record(request, group_id, member_id)
    told = set(request.POST.getlist("told"))
    every = set(request.POST.getlist("verb"))
    service.silence_record(actor=request.user, member=member, verbs=every - told, now=clock.now())
    return close_sheet(request, _back(group_id))


@staff_required
@require_POST
def record_remove(request: Request, group_id: int, member_id: int) -> HttpResponse:
    service.remove_record(actor=request.user, member=_record(request, group_id, member_id), now=clock.now())
    return close_sheet(request, _back(group_id))


@staff_required
@require_GET
def message_facts(request: Request, group_id: int, message_id: int) -> HttpResponse:
    """What a record's message gathers, for one reader."""
    message = message_of(request.user, group_id, message_id)
    context = {"news": news_of(message, request.user), "group": message.group}
    return render_page(request, "projects/facts.html", context, fragment="facts")


def _writable(request: Request, group_id: int) -> Group:
    found, member = enter(request.user, group_id)
    if not permissions.can_write(found, member):
        raise PermissionDenied
    return found


def _record(request: Request, group_id: int, member_id: int) -> Membership:
    records = Membership.objects.present().filter(record_id__isnull=False).select_related("group")
    return get_object_or_404(records, pk=member_id, group=_writable(request, group_id))


def _back(group_id: int) -> str:
    return reverse("projects:group", args=[group_id])
