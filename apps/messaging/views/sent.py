"""What is done with a mail after its author has pressed Send."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.decorators import staff_required
from apps.core import clock
from apps.core.htmx import Request
from apps.core.sheets import close_sheet, page_before
from apps.core.toasts import toast
from apps.messaging.models import MailMessage
from apps.messaging.services import sending, settling


@staff_required
@require_POST
def undo_send(request: Request, message_id: int) -> HttpResponse:
    """Back to the draft, or a word that it is too late."""
    message = _message(request, message_id)
    try:
        draft = sending.undo_send(actor=request.user, message=message, now=clock.now())
    except sending.TooLate as refusal:
        toast(request, str(refusal), kind="warning")
        return _back(request)
    toast(request, _("It was not sent. Here is your draft."), kind="info")
    return redirect("messaging:draft", draft_id=draft.pk)


@staff_required
@require_POST
def send_again(request: Request, message_id: int) -> HttpResponse:
    message = _message(request, message_id)
    try:
        settling.send_again(actor=request.user, message=message, now=clock.now())
    except settling.NotUncertain as refusal:
        toast(request, str(refusal), kind="info")
    else:
        toast(request, _("Sending once more."))
    return _back(request)


@staff_required
@require_POST
def confirm_arrived(request: Request, message_id: int) -> HttpResponse:
    message = _message(request, message_id)
    try:
        settling.confirm_arrived(actor=request.user, message=message, now=clock.now())
    except settling.NotUncertain as refusal:
        toast(request, str(refusal), kind="info")
    else:
        toast(request, _("Noted: it arrived."))
    return _back(request)


def _message(request: Request, message_id: int) -> MailMessage:
    found = MailMessage.objects.visible_to(request.user).filter(is_outgoing=True).select_related("outgoing")
    return get_object_or_404(found, pk=message_id)


def _back(request: Request) -> HttpResponse:
    return close_sheet(request, page_before(request, reverse("messaging:drafts")))
