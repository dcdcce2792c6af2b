"""What a mail itself holds: its frame, pictures, attachments and raw bytes. None of it runs in the reader's session."""

from __future__ import annotations

from typing import TypeVar

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.accounts.decorators import staff_required
from apps.accounts.models import User
from apps.core.htmx import Request
from apps.messaging.contents import PDF, PICTURES, read_attachment, read_message, read_raw, safe_type, without_bcc
from apps.messaging.frames import document_of
from apps.messaging.mime.message import Attachment
from apps.messaging.models import MailAccount, MailMessage
from apps.messaging.pictures import read_token
from apps.messaging.selectors.threads import has_quote
from apps.messaging.templatetags.mail import exact_moment

Answer = TypeVar("Answer", bound=HttpResponseBase)
_RAW_SHOWN = 1024 * 1024  # bytes; all of it is in the download
_NOTHING = "default-src 'none'; frame-ancestors 'none'"


@staff_required
@require_GET
def frame(request: Request, message_id: int) -> HttpResponse:
    """The mail's own document. `remote` lets pictures of others in, `plain` shows its words, `print` heads it.

    What it quotes of earlier mails is folded away unless `quotes` is asked for.
    """
    message = _message(request, message_id)
    try:
        parsed = read_message(message)
    except FileNotFoundError as error:
        raise Http404 from error
    document = document_of(
        parsed,
        user_id=request.user.pk,
        message_id=message.pk,
        language=get_language() or "en",
        allow_remote="remote" in request.GET,
        as_text="plain" in request.GET,
        fold_quotes="quotes" not in request.GET and "print" not in request.GET and has_quote(message.text),
        head=_head(message) if "print" in request.GET else None,
    )
    response = HttpResponse(document.body)
    response["Content-Security-Policy"] = document.policy
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Referrer-Policy"] = "no-referrer"  # nobody learns where their link was read
    return _private(response)


@require_GET
def picture(request: Request, token: str) -> HttpResponse:
    """A picture within a mail, for the frame: its address says who reads, and is good for a quarter of an hour."""
    wanted = read_token(token)
    reader = User.objects.filter(pk=wanted.user_id, is_active=True).first() if wanted else None
    if wanted is None or reader is None:
        raise Http404
    message = get_object_or_404(MailMessage.objects.visible_to(reader).select_related("raw"), pk=wanted.message_id)
    found = _attachment(message, wanted.number)
    kind = safe_type(found.content)
    if kind not in PICTURES:
        raise Http404
    response = HttpResponse(found.content, content_type=kind)
    response["Content-Security-Policy"] = _NOTHING
    response["Cross-Origin-Resource-Policy"] = "cross-origin"  # the frame has an origin of its own
    return _private(response)


@staff_required
@require_GET
def attachment(request: Request, message_id: int, number: int) -> HttpResponse:
    """As a download; with `view`, pictures and PDF are shown, by what their bytes are."""
    found = _attachment(_message(request, message_id), number)
    kind = safe_type(found.content) if "view" in request.GET else ""
    response = HttpResponse(found.content, content_type=kind or "application/octet-stream")
    name = found.filename or _("attachment")
    response["Content-Disposition"] = content_disposition_header(not kind, name) or "attachment"
    # A sandboxed PDF is not shown by browsers at all; its scripts never reach the page around it.
    response["Content-Security-Policy"] = (
        "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
        if kind == PDF
        else f"sandbox; {_NOTHING}"
    )
    return _private(response)


@staff_required
@require_GET
def raw(request: Request, message_id: int) -> HttpResponse:
    """The bytes of the mail as text, the first megabyte."""
    content = _raw(request, _message(request, message_id))
    response = HttpResponse(content[:_RAW_SHOWN], content_type="text/plain; charset=utf-8")
    response["Content-Security-Policy"] = f"sandbox; {_NOTHING}"
    return _private(response)


@staff_required
@require_GET
def download(request: Request, message_id: int) -> HttpResponse:
    """The mail as a file that mail programs open."""
    message = _message(request, message_id)
    response = HttpResponse(_raw(request, message), content_type="message/rfc822")
    name = f"{message.happened_at:%Y-%m-%d}-{message.pk}.eml"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Content-Security-Policy"] = f"sandbox; {_NOTHING}"
    return _private(response)


def _raw(request: Request, message: MailMessage) -> bytes:
    """Its bytes; who got it in secret stands there for the people of the mailbox that wrote it alone."""
    try:
        content = read_raw(message)
    except FileNotFoundError as error:
        raise Http404 from error
    mine = message.copies.filter(account__in=MailAccount.objects.visible_to(request.user))
    return content if mine.exclude(bcc=[]).exists() else without_bcc(content)


def _message(request: Request, message_id: int) -> MailMessage:
    return get_object_or_404(MailMessage.objects.visible_to(request.user).select_related("raw"), pk=message_id)


def _attachment(message: MailMessage, number: int) -> Attachment:
    try:
        found = read_attachment(message, number)
    except FileNotFoundError as error:
        raise Http404 from error
    if found is None:
        raise Http404
    return found


def _head(message: MailMessage) -> list[tuple[str, str]]:
    by_role: dict[str, list[str]] = {}
    for each in message.addresses.order_by("role", "position", "pk")[:500]:
        by_role.setdefault(each.role, []).append(f"{each.name} <{each.address}>" if each.name else each.address)
    return [
        (_("Subject"), message.subject or _("(no subject)")),
        (_("From"), f"{message.sender_name} <{message.sender_address}>".strip()),
        (_("To"), ", ".join(by_role.get("to", []))),
        (_("Cc"), ", ".join(by_role.get("cc", []))),
        (_("Date"), exact_moment(message.happened_at)),
    ]


def _private(response: Answer) -> Answer:
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
