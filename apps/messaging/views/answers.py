"""Reply, reply to all, pass on."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.decorators import staff_required
from apps.core import clock
from apps.core.htmx import Request, render_page, wants_fragment
from apps.core.sheets import close_sheet
from apps.core.toasts import toast
from apps.messaging.models import MailMessage
from apps.messaging.services.answers import MODES, begin_answer
from apps.messaging.views.drafting import render_draft


@staff_required
@require_http_methods(["GET", "POST"])
def reply(request: Request, message_id: int) -> HttpResponse:
    """`?mode=reply|all|forward`. A GET shows the way, the POST it makes begins the answer."""
    message = get_object_or_404(
        MailMessage.objects.visible_to(request.user).select_related("raw", "thread"), pk=message_id
    )
    mode = request.GET.get("mode", "reply")
    if mode not in MODES:
        raise Http404
    if request.method == "GET":
        title = _("Pass on") if mode == "forward" else _("Reply")
        return render_page(request, "messaging/compose_begin.html", {"title": title}, fragment="begin")
    try:
        draft = begin_answer(actor=request.user, message=message, mode=mode, now=clock.now())
    except FileNotFoundError as error:
        raise Http404 from error
    except ValidationError as error:
        toast(request, " ".join(error.messages), kind="danger")
        return close_sheet(request, reverse("messaging:thread", args=[message.thread_id]))
    if wants_fragment(request):
        return render_draft(request, draft)
    return redirect("messaging:draft", draft_id=draft.pk)
