"""Campaigns: the list, one of them step by step, its terms and its words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.preferences import preferences_of
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.setting_sheets import saved, show_sheet
from apps.core.toasts import toast
from apps.crm.campaign_listing import campaign_listing
from apps.crm.campaign_page import campaign_page, preview_of
from apps.crm.forms.campaigns import TermsForm, WordsForm
from apps.crm.models import Campaign
from apps.crm.permissions.campaigns import sends_campaigns
from apps.crm.services import campaigns as service
from apps.crm.views.segments import readers_required, senders_required
from apps.messaging.services.template_contexts import CONTACT
from apps.messaging.services.template_language import variables_for

_TERMS = ("name", "segment", "topic", "account", "language", "per_minute", "tracks_clicks", "tracks_opens")


@readers_required
@require_GET
def campaign_list(request: Request) -> HttpResponse:
    scope = Campaign.objects.visible_to(request.user)
    page = campaign_listing(request.user).page(request, scope, page_size=preferences_of(request.user).page_size)
    return page.render(request, "crm/campaigns.html", {"may_send": sends_campaigns(request.user)})


@readers_required
@require_GET
def campaign(request: Request, campaign_id: int) -> HttpResponse:
    """A draft with its steps; once begun, what came of it. While it runs, its part asks for itself anew."""
    found = find_campaign(request, campaign_id)
    context = {"campaign": found, "page": campaign_page(found, user=request.user, now=clock.now())}
    return render_page(request, "crm/campaign.html", context, fragment="campaign-part")


@senders_required
@require_http_methods(["GET", "POST"])
def campaign_add(request: Request) -> HttpResponse:
    """`?segment=` is whom it goes to."""
    initial = {
        "segment": request.GET.get("segment", ""),
        "language": settings.LANGUAGE_CODE,
        "per_minute": 300,
        "tracks_clicks": True,
    }
    form = TermsForm(request.POST or None, initial=initial, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made = service.make_campaign(
                actor=request.user,
                data=service.CampaignInput(**form.terms()),
                template=form.cleaned_data["template"],
                now=clock.now(),
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, page_of(made), _("Campaign added"))
    return show_sheet(request, form, title=_("New campaign"), back=reverse("crm:campaigns"))


@senders_required
@require_http_methods(["GET", "POST"])
def campaign_edit(request: Request, campaign_id: int) -> HttpResponse:
    found = find_campaign(request, campaign_id)
    initial = {name: getattr(found, name) for name in _TERMS} | {"version": found.version}
    form = TermsForm(request.POST or None, initial=initial, user=request.user, campaign=found)
    if request.method == "POST" and form.is_valid() and _change(request, found, form, form.terms()):
        return saved(request, page_of(found))
    return show_sheet(request, form, title=found.name, back=page_of(found))


@senders_required
@require_http_methods(["GET", "POST"])
def campaign_words(request: Request, campaign_id: int) -> HttpResponse:
    found = find_campaign(request, campaign_id)
    initial = {name: getattr(found, name) for name in WordsForm.NAMES} | {"version": found.version}
    form = WordsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _change(request, found, form, form.words()):
        toast(request, _("Saved"))
        return redirect(page_of(found))
    context: dict[str, Any] = {"campaign": found, "form": form, "variables": variables_for(CONTACT)}
    return render_page(request, "crm/campaign_words.html", context, status=422 if request.method == "POST" else 200)


@senders_required
@require_POST
def campaign_preview(request: Request, campaign_id: int) -> HttpResponse:
    """The words as they stand in the editor, nothing of them kept."""
    found = find_campaign(request, campaign_id)
    subject, body = request.POST.get("subject", ""), request.POST.get("body", "")
    preview = preview_of(found, user=request.user, subject=subject, body=body, now=clock.now())
    context = {"preview": preview, "campaign": found}
    return render_page(request, "crm/campaign_preview.html", context, fragment="campaign-preview")


@senders_required
@require_POST
def campaign_copy(request: Request, campaign_id: int) -> HttpResponse:
    found = find_campaign(request, campaign_id)
    try:
        made = service.copy_campaign(actor=request.user, campaign=found, now=clock.now())
    except ValidationError as error:
        toast(request, " ".join(error.messages), kind="danger")
        return redirect(page_of(found))
    toast(request, _("Copied. Change what should be different."))
    return redirect(page_of(made))


def find_campaign(request: Request, campaign_id: int) -> Campaign:
    seen = Campaign.objects.visible_to(request.user)
    joined = seen.select_related("segment__owner", "topic", "account", "made_by", "started_by")
    return get_object_or_404(joined, pk=campaign_id)


def page_of(found: Campaign) -> str:
    return reverse("crm:campaign", args=[found.pk])


def _change(request: Request, found: Campaign, form: TermsForm | WordsForm, fields: dict[str, Any]) -> bool:
    """Whether it is changed now; else the form says why not."""
    try:
        service.change_campaign(
            actor=request.user,
            campaign=found,
            data=replace(service.written(found), **fields),
            seen_version=form.cleaned_data["version"] or 0,
            now=clock.now(),
        )
    except ValidationError as error:
        show_errors(form, error)
    except (service.CampaignChanged, service.NotADraft) as error:
        form.add_error(None, str(error))
    else:
        return True
    return False
