"""A campaign's way: tried, planned, started, rested, ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request
from apps.core.setting_sheets import saved, show_sheet
from apps.core.toasts import toast
from apps.crm.forms.campaigns import ScheduleForm
from apps.crm.models import Campaign
from apps.crm.services import campaigns as service
from apps.crm.views.campaigns import find_campaign, page_of
from apps.crm.views.segments import senders_required


@senders_required
@require_POST
def campaign_test(request: Request, campaign_id: int) -> HttpResponse:
    def send(**asked: Any) -> str:
        count = service.send_test(**asked)
        words = ngettext(
            "%(count)s test mail is on its way to %(to)s.", "%(count)s test mails are on their way to %(to)s.", count
        )
        return words % {"count": count, "to": request.user.email}

    return _take_step(request, campaign_id, send)


@senders_required
@require_http_methods(["GET", "POST"])
def campaign_schedule(request: Request, campaign_id: int) -> HttpResponse:
    found = find_campaign(request, campaign_id)
    form = ScheduleForm(request.POST or None, initial={"at": found.scheduled_at})
    if request.method == "POST" and form.is_valid():
        at = form.cleaned_data["at"]
        try:
            service.schedule_campaign(actor=request.user, campaign=found, at=at, now=clock.now())
        except ValidationError as error:
            show_errors(form, error)
        except service.WrongState as error:
            form.add_error(None, str(error))
        else:
            return saved(request, page_of(found), _("The campaign is planned."))
    text = _("Its recipients are looked up when it begins.")
    return show_sheet(request, form, title=_("Plan for a time"), text=text, back=page_of(found))


@senders_required
@require_POST
def campaign_unschedule(request: Request, campaign_id: int) -> HttpResponse:
    return _take_step(request, campaign_id, _said(service.unschedule_campaign, _("It is a draft again.")))


@senders_required
@require_POST
def campaign_start(request: Request, campaign_id: int) -> HttpResponse:
    return _take_step(request, campaign_id, _said(service.start_campaign, _("The campaign has begun.")))


@senders_required
@require_POST
def campaign_pause(request: Request, campaign_id: int) -> HttpResponse:
    return _take_step(request, campaign_id, _said(service.pause_campaign, _("Paused. What is on its way arrives.")))


@senders_required
@require_POST
def campaign_resume(request: Request, campaign_id: int) -> HttpResponse:
    return _take_step(request, campaign_id, _said(service.resume_campaign, _("It goes on.")))


@senders_required
@require_POST
def campaign_cancel(request: Request, campaign_id: int) -> HttpResponse:
    return _take_step(request, campaign_id, _said(service.cancel_campaign, _("Stopped for good.")))


def _said(step: Callable[..., object], words: str) -> Callable[..., str]:
    def act(**asked: Any) -> str:
        step(**asked)
        return words

    return act


def _take_step(request: Request, campaign_id: int, act: Callable[..., str]) -> HttpResponse:
    """Back to the campaign, which says what was done or why nothing was."""
    found: Campaign = find_campaign(request, campaign_id)
    try:
        toast(request, act(actor=request.user, campaign=found, now=clock.now()))
    except ValidationError as error:
        toast(request, " ".join(error.messages), kind="danger")
    except service.WrongState as error:
        toast(request, str(error), kind="warning")
    return redirect(page_of(found))
