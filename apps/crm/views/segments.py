"""Segments: saved from the list of contacts, listed, looked into, renamed and removed."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import door
from apps.accounts.preferences import preferences_of
from apps.contacts.listing import TABS, entity_listing
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.listing.counting import count
from apps.core.setting_sheets import saved, show_sheet
from apps.core.sheets import close_sheet
from apps.core.toasts import toast
from apps.crm.forms.segments import SegmentForm
from apps.crm.models import Segment
from apps.crm.permissions.campaigns import can_change_segment, reads_campaigns, sends_campaigns
from apps.crm.segment_listing import segment_listing
from apps.crm.selectors.segments import entities_seen, kept_query, list_url, words_of
from apps.crm.services import segments as service

readers_required = door(reads_campaigns)
senders_required = door(sends_campaigns)
_SHOWN = 20


@readers_required
@require_GET
def segment_list(request: Request) -> HttpResponse:
    scope = Segment.objects.visible_to(request.user).live()
    page = segment_listing().page(request, scope, page_size=preferences_of(request.user).page_size)
    return page.render(request, "crm/segments.html")


@readers_required
@require_GET
def segment(request: Request, segment_id: int) -> HttpResponse:
    found = _find(request, segment_id)
    seen = entities_seen(found, request.user)
    context = {
        "segment": found,
        "parts": words_of(found, request.user),
        "total": count(seen),
        "with_address": count(seen.exclude(primary_email="")),
        "entities": seen.order_by("sort_name", "pk").defer("search_text", "notes")[:_SHOWN],
        "list_url": list_url(found),
        "may_change": can_change_segment(request.user, found),
        "may_send": sends_campaigns(request.user),
    }
    return render_page(request, "crm/segment.html", context)


@senders_required
@require_http_methods(["GET", "POST"])
def segment_add(request: Request) -> HttpResponse:
    """Of what the list of contacts shows: `?match=` is its address, `?tab=` its tab."""
    tab = request.GET.get("tab", "all")
    if tab == "clipboard":  # gathered for now, by one user
        raise Http404
    tab = tab if tab in TABS else "all"
    query = kept_query(entity_listing(request.user, tab=tab).state_of(request.GET.get("match", "")))
    form = SegmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = service.save_segment(actor=request.user, tab=tab, query=query, now=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, reverse("crm:segment", args=[made.pk]), _("Segment saved"))
    words = words_of(Segment(tab=tab, query=query, owner=request.user), request.user)
    text = " · ".join(f"{part.title}: {part.text}" for part in words)
    return show_sheet(request, form, title=_("Save as segment"), text=text, back=reverse("crm:segments"))


@readers_required
@require_http_methods(["GET", "POST"])
def segment_edit(request: Request, segment_id: int) -> HttpResponse:
    found = _changeable(request, segment_id)
    form = SegmentForm(request.POST or None, initial={"name": found.name, "is_shared": found.is_shared})
    back = reverse("crm:segment", args=[found.pk])
    if request.method == "POST" and form.is_valid():
        try:
            service.change_segment(actor=request.user, segment=found, now=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, back)
    return show_sheet(request, form, title=found.name, back=back)


@readers_required
@require_POST
def segment_remove(request: Request, segment_id: int) -> HttpResponse:
    found = _changeable(request, segment_id)
    operation = service.remove_segment(actor=request.user, segment=found, now=clock.now())
    undo = reverse("core:operation_undo", args=[operation.pk]) if operation else ""
    toast(request, _("“%(name)s” was removed.") % {"name": found.name}, undo_url=undo)
    return close_sheet(request, reverse("crm:segments"))


def _find(request: Request, segment_id: int) -> Segment:
    return get_object_or_404(Segment.objects.visible_to(request.user).live().select_related("owner"), pk=segment_id)


def _changeable(request: Request, segment_id: int) -> Segment:
    found = _find(request, segment_id)
    if not can_change_segment(request.user, found):
        raise PermissionDenied
    return found
