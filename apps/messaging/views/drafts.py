"""A draft on its page or in the side sheet: saved as one types, sent, thrown away."""

from __future__ import annotations

import json

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page, wants_fragment
from apps.core.toasts import toast, with_toast
from apps.messaging.forms.drafts import DraftForm
from apps.messaging.models import Draft
from apps.messaging.services import drafts as services
from apps.messaging.services.sending import send_draft
from apps.messaging.views.drafting import own_draft, render_draft, told_saved

_PAGE = 50


@staff_required
@require_GET
def draft_list(request: Request) -> HttpResponse:
    """What one has begun to write, the newest first."""
    found = Draft.objects.visible_to(request.user).unsent().filter(merge=None).order_by("-modified_at", "-pk")
    return render_page(request, "messaging/drafts.html", {"drafts": found[:_PAGE]})


@staff_required
@require_http_methods(["GET", "POST"])
def draft(request: Request, draft_id: int) -> HttpResponse:
    """GET shows it; POST saves what was typed, without a word but the time."""
    found = own_draft(request, draft_id)
    if request.method == "GET":
        return _sent_already(request, found) if found.sent_id else render_draft(request, found)
    form = DraftForm(request.POST, user=request.user, draft=found)
    if not form.is_valid():
        return _refused(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    try:
        saved = _save(request, found, form)
    except (services.DraftChanged, services.DraftSent) as refusal:
        return _refused(request, str(refusal), status=409)
    if not wants_fragment(request):
        return redirect("messaging:draft", draft_id=saved.pk)
    if form.has_crowds:  # they stand as their people now
        fresh = DraftForm(user=request.user, draft=saved)
        answer = render(request, "messaging/compose.html#draft-recipients", {"form": fresh, "draft": saved})
        answer["HX-Retarget"], answer["HX-Reswap"] = "#draft-recipients", "outerHTML"
        return told_saved(answer, request, saved)
    return told_saved(HttpResponse(status=204), request, saved)


@staff_required
@require_POST
def draft_send(request: Request, draft_id: int) -> HttpResponse:
    """Save what was typed last, and send it; what is wrong stands at its field."""
    found = own_draft(request, draft_id)
    if found.sent_id:
        return _sent_already(request, found)
    form = DraftForm(request.POST, user=request.user, draft=found)
    if not form.is_valid():
        return render_draft(request, found, form)
    try:
        found = _save(request, found, form)
        message = send_draft(actor=request.user, draft=found, now=clock.now())
    except (services.DraftChanged, services.DraftSent) as refusal:
        return render_draft(request, found, form, problem=str(refusal))
    except ValidationError as error:
        # The fields show what was saved (a crowd as its people), under the version that it has now.
        again = DraftForm(DraftForm(user=request.user, draft=found).initial, user=request.user, draft=found)
        again.is_valid()
        show_errors(again, error)
        return render_draft(request, found, again)
    return _leaving(request, _words(found, message.state), reverse("messaging:undo_send", args=[message.pk]), found)


@staff_required
@require_POST
def draft_discard(request: Request, draft_id: int) -> HttpResponse:
    found = own_draft(request, draft_id)
    services.discard_draft(actor=request.user, draft=found, now=clock.now())
    undo = reverse("messaging:draft_restore", args=[found.pk])
    return _leaving(request, _("The draft was thrown away."), undo, found)


@staff_required
@require_POST
def draft_restore(request: Request, draft_id: int) -> HttpResponse:
    found = own_draft(request, draft_id)
    services.restore_draft(actor=request.user, draft=found, now=clock.now())
    return redirect("messaging:draft", draft_id=found.pk)


def _save(request: Request, draft: Draft, form: DraftForm) -> Draft:
    version = form.cleaned_data["version"]
    return services.save_draft(actor=request.user, draft=draft, version=version, data=form.wanted(), now=clock.now())


def _words(draft: Draft, state: str) -> str:
    if draft.send_at:
        return _("It will be sent at the time you chose.")
    return _("It is sent as soon as its documents are there.") if state == "preparing" else _("Sending …")


def _refused(request: Request, words: str, *, status: int = 422) -> HttpResponse:
    return render(request, "messaging/_draft_refused.html", {"words": words}, status=status)


def _sent_already(request: Request, draft: Draft) -> HttpResponse:
    toast(request, _("This mail was sent already."), kind="info")
    url = reverse("messaging:drafts")
    return HttpResponse(status=204, headers={"HX-Redirect": url}) if wants_fragment(request) else redirect(url)


def _leaving(request: Request, words: str, undo_url: str, draft: Draft) -> HttpResponse:
    """The side sheet closes over the page below; the draft's own page gives way to the list."""
    own_page = reverse("messaging:draft", args=[draft.pk])
    alone = not wants_fragment(request) or (request.htmx.current_url_abs_path or "").split("?")[0] in (
        own_page,
        reverse("messaging:compose"),
    )
    if not alone:
        answer = HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"close-sheet": {}})})
        return with_toast(answer, words, undo_url=undo_url)
    toast(request, words, undo_url=undo_url)
    url = reverse("messaging:drafts")
    return HttpResponse(status=204, headers={"HX-Redirect": url}) if wants_fragment(request) else redirect(url)
