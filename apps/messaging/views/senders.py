"""The tray of unknown senders: accept, attach, ignore, block, and take back what was made today."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.contacts.services.errors import InTrash
from apps.core import clock
from apps.core.htmx import Request, render_page, wants_fragment
from apps.core.sheets import close_sheet
from apps.core.toasts import toast, with_toast
from apps.messaging.forms.senders import AttachForm
from apps.messaging.models import BlockedSender, UnknownSender
from apps.messaging.selectors.tray import tray_of
from apps.messaging.services import stranger_decisions as decisions

PAGE = "messaging/strangers.html"


@staff_required
@require_GET
def strangers(request: Request) -> HttpResponse:
    return _tray(request)


@staff_required
@require_POST
def sender_act(request: Request, sender_id: int, act: str) -> HttpResponse:
    """One key's deed: "accept", "ignore", "block", "block-domain" or "undo"."""
    if act not in _ACTS:
        raise Http404
    sender = _own(request, sender_id)
    try:
        text = _ACTS[act](request, sender)
    except (ValidationError, InTrash) as error:
        text = " ".join(error.messages) if isinstance(error, ValidationError) else _("The contact is in the trash.")
        return _done(request, text, kind="warning")
    return _done(request, text)


@staff_required
@require_http_methods(["GET", "POST"])
def sender_attach(request: Request, sender_id: int) -> HttpResponse:
    """Whose address is it? In the side sheet."""
    sender = _own(request, sender_id)
    form = AttachForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        entity = form.cleaned_data["entity"]
        try:
            decisions.attach_sender(actor=request.user, sender=sender, entity=entity, now=clock.now())
        except ValidationError as error:
            form.add_error("entity", " ".join(error.messages))
        else:
            toast(
                request, _("%(address)s is an address of %(name)s now.") % {"address": sender.address, "name": entity}
            )
            return close_sheet(request, reverse("messaging:strangers"))
    context = {"sender": sender, "form": form}
    status = 422 if form.errors else 200
    return render_page(request, "messaging/sender_attach.html", context, fragment="sheet", status=status)


@staff_required
@require_POST
def sender_unblock(request: Request, blocked_id: int) -> HttpResponse:
    rows = BlockedSender.objects.visible_to(request.user).filter(account__isnull=False)
    blocked = get_object_or_404(rows, pk=min(blocked_id, 2**63 - 1))
    decisions.unblock_sender(actor=request.user, blocked=blocked)
    return _done(request, _("%(pattern)s is no longer blocked.") % {"pattern": blocked.pattern})


def _accept(request: Request, sender: UnknownSender) -> str:
    made = decisions.accept_sender(actor=request.user, sender=sender, now=clock.now())
    return _("%(name)s is a contact now.") % {"name": made.entity}


def _ignore(request: Request, sender: UnknownSender) -> str:
    decisions.ignore_sender(actor=request.user, sender=sender, now=clock.now())
    return _("Ignored")


def _block(request: Request, sender: UnknownSender) -> str:
    blocked = decisions.block_sender(actor=request.user, sender=sender, now=clock.now())
    return _("%(pattern)s is blocked.") % {"pattern": blocked.pattern}


def _block_domain(request: Request, sender: UnknownSender) -> str:
    blocked = decisions.block_sender(actor=request.user, sender=sender, whole_domain=True, now=clock.now())
    return _("%(pattern)s is blocked.") % {"pattern": blocked.pattern}


def _undo(request: Request, sender: UnknownSender) -> str:
    decisions.take_back_sender(actor=request.user, sender=sender, now=clock.now())
    return _("The contact is in the trash.")


_ACTS: dict[str, Callable[[Request, UnknownSender], str]] = {
    "accept": _accept,
    "ignore": _ignore,
    "block": _block,
    "block-domain": _block_domain,
    "undo": _undo,
}


def _own(request: Request, sender_id: int) -> UnknownSender:
    return get_object_or_404(UnknownSender.objects.visible_to(request.user), pk=min(sender_id, 2**63 - 1))


def _tray(request: Request) -> HttpResponse:
    midnight = localtime(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    return render_page(request, PAGE, {"tray": tray_of(request.user, since=midnight)}, fragment="tray")


def _done(request: Request, text: str, *, kind: str = "success") -> HttpResponse:
    if wants_fragment(request):
        return with_toast(_tray(request), text, kind=kind)
    toast(request, text, kind=kind)
    return redirect("messaging:strangers")
