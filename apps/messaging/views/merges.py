"""One mail each to many: begun from a list, written as any mail, watched while it goes out."""

from __future__ import annotations

from typing import cast

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.decorators import staff_required
from apps.contacts.listing import TABS, entity_listing, entity_scope
from apps.contacts.models.entities import EntityQuerySet
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page, wants_fragment
from apps.core.sheets import close_sheet, way_back
from apps.core.toasts import toast
from apps.messaging.forms.drafts import DraftForm
from apps.messaging.models import MailMerge
from apps.messaging.services import merging
from apps.messaging.services.drafts import DraftChanged, DraftSent, save_draft
from apps.messaging.views.drafting import render_draft

_SHOWN = 500


@staff_required
@require_POST
def merge_begin(request: Request) -> HttpResponse:
    """The contacts' list posts its selection here."""
    tab = request.GET.get("tab", "all")
    tab = tab if tab in TABS else "all"
    selection = entity_listing(request.user, tab=tab).selection(request, entity_scope(request.user, tab))
    try:
        merge = merging.begin_merge(
            actor=request.user, entities=cast(EntityQuerySet, selection.queryset), now=clock.now()
        )
    except ValidationError as error:
        toast(request, " ".join(error.messages), kind="warning")
        return close_sheet(request, way_back(request, reverse("contacts:list")))
    if wants_fragment(request):
        return render_draft(request, merge.draft)
    return redirect("messaging:draft", draft_id=merge.draft_id)


@staff_required
@require_POST
def merge_start(request: Request, merge_id: int) -> HttpResponse:
    """Save what was typed last, and begin."""
    merge = _own(request, merge_id)
    if merge.operation_id is not None:  # the second of two clicks
        return close_sheet(request, reverse("messaging:merge", args=[merge.pk]))
    form = DraftForm(request.POST, user=request.user, draft=merge.draft)
    if not form.is_valid():
        return render_draft(request, merge.draft, form)
    pace = request.POST.get("per_minute", "30")
    now, version = clock.now(), form.cleaned_data["version"]
    try:
        draft = save_draft(actor=request.user, draft=merge.draft, version=version, data=form.wanted(), now=now)
        merging.start_merge(
            actor=request.user, merge=merge, per_minute=int(pace) if pace.isdecimal() and len(pace) < 5 else 30, now=now
        )
    except (DraftChanged, DraftSent) as refusal:
        return render_draft(request, merge.draft, form, problem=str(refusal))
    except ValidationError as error:
        again = DraftForm(DraftForm(user=request.user, draft=draft).initial, user=request.user, draft=draft)
        again.is_valid()
        show_errors(again, error)
        return render_draft(request, draft, again)
    return close_sheet(request, reverse("messaging:merge", args=[merge.pk]))


@staff_required
@require_GET
def merge(request: Request, merge_id: int) -> HttpResponse:
    found = _own(request, merge_id)
    rows = found.recipients.select_related("message", "entity").order_by("-done_at", "pk")
    context = {
        "merge": found,
        "rows": rows[:_SHOWN],
        "counts": {
            "all": found.recipients.count(),
            "waiting": found.recipients.filter(done_at=None).count(),
            "left_out": found.recipients.exclude(error="").count(),
        },
    }
    return render_page(request, "messaging/merge.html", context, fragment="merge")


@staff_required
@require_POST
def merge_step(request: Request, merge_id: int, step: str) -> HttpResponse:
    """One of pause, resume, stop."""
    found = _own(request, merge_id)
    if step == "pause":
        merging.pause_merge(actor=request.user, merge=found)
    elif step == "resume":
        merging.resume_merge(actor=request.user, merge=found)
    elif step == "stop":
        merging.stop_merge(actor=request.user, merge=found, now=clock.now())
        toast(request, _("Stopped. What was on its way is sent."), kind="info")
    else:
        raise Http404
    return close_sheet(request, reverse("messaging:merge", args=[found.pk]))


def _own(request: Request, merge_id: int) -> MailMerge:
    found = MailMerge.objects.visible_to(request.user).select_related("draft", "operation")
    return get_object_or_404(found, pk=merge_id)
