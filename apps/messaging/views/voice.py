"""Voicemails: heard in the page in any order, commented, handed on, marked as returned."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.services import files
from apps.core.setting_sheets import saved, show_sheet
from apps.core.toasts import with_toast
from apps.messaging.forms.voice import VoicemailForm
from apps.messaging.models import Voicemail
from apps.messaging.selectors.voicemails import voicemail_page
from apps.messaging.services import voicemails as service

# Sounds that browsers play; another one is only downloaded.
_PLAYED = {"audio/mpeg", "audio/mp4", "audio/aac", "audio/ogg", "audio/opus", "audio/wav", "audio/x-wav", "audio/webm"}


@staff_required
@require_GET
def voicemails(request: Request) -> HttpResponse:
    """The newest first; `before` is the id of the last one of the page before."""
    page = voicemail_page(request.user, before=request.GET.get("before", ""), open_only="open" in request.GET)
    return render_page(request, "messaging/voicemails.html", {"page": page}, fragment="voicemails")


@staff_required
@require_GET
def voicemail_sound(request: Request, voicemail_id: int) -> FileResponse:
    found = _found(request, voicemail_id)
    kind = found.sound.mime_type
    response = FileResponse(
        files.open_file(found.sound),
        as_attachment=kind not in _PLAYED,
        filename=f"voicemail-{found.pk}",
        content_type=kind if kind in _PLAYED else "application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


@staff_required
@require_POST
def voicemail_hear(request: Request, voicemail_id: int) -> HttpResponse:
    service.hear_voicemail(actor=request.user, voicemail=_found(request, voicemail_id), now=clock.now())
    return HttpResponse(status=204)


@staff_required
@require_POST
def voicemail_return(request: Request, voicemail_id: int) -> HttpResponse:
    found = _found(request, voicemail_id)
    is_returned = found.returned_at is None
    service.return_voicemail(actor=request.user, voicemail=found, is_returned=is_returned, now=clock.now())
    again = _found(request, voicemail_id)
    response = render_page(request, "messaging/_voicemail.html", {"voicemail": again}, fragment="")
    return with_toast(response, _("Marked as returned") if is_returned else _("Marked as not returned"))


@staff_required
@require_http_methods(["GET", "POST"])
def voicemail_comment(request: Request, voicemail_id: int) -> HttpResponse:
    found = _found(request, voicemail_id)
    form = VoicemailForm(request.POST or None, voicemail=found)
    back = reverse("messaging:voicemails")
    if request.method == "POST" and form.is_valid():
        try:
            service.comment_voicemail(actor=request.user, voicemail=found, **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, back)
    return show_sheet(request, form, title=_("Voicemail"), back=back)


def _found(request: Request, voicemail_id: int) -> Voicemail:
    found = Voicemail.objects.visible_to(request.user).select_related("entity", "user", "assignee", "sound")
    return get_object_or_404(found, pk=voicemail_id)
