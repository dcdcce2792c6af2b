"""Reading mail and its attachments."""

from datetime import datetime
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.timezone import get_current_timezone
from ninja import Query, Router

from apps.accounts.api_auth import needs_scope
from apps.accounts.models import User
from apps.activities.models import ActivityEntity
from apps.contacts.models import Entity
from apps.core.api import Problem
from apps.core.page_keys import page_key, read_page_key
from apps.messaging.api.schemas import (
    AttachmentOut,
    MailboxOut,
    MessageFilters,
    MessageOut,
    MessagePage,
    WholeMessageOut,
)
from apps.messaging.contents import read_attachment
from apps.messaging.models import MailMessage
from apps.messaging.selectors.contact_mail import with_contact
from apps.messaging.selectors.mail_search import condition_of, parse

messages = Router(tags=["messages"])
PROBLEMS = {401: Problem, 403: Problem, 404: Problem, 422: Problem, 429: Problem}
_ANSWERS: dict[Any, Any] = {200: WholeMessageOut, **PROBLEMS}


@messages.get("", response={200: MessagePage, **PROBLEMS}, summary="Read mail")
@needs_scope("messages:read")
def list_messages(request: HttpRequest, wanted: Query[MessageFilters]) -> MessagePage:
    """Mail that you may read, the newest first. Pages follow each other by `next`, without gaps or doubles."""
    user = _user(request)
    found: Any = MailMessage.objects.present_to(user)
    if wanted.q:
        found = found.filter(condition_of(parse(wanted.q), cast(Any, get_current_timezone())))
    if wanted.contact_id is not None:
        found = found.filter(with_contact(wanted.contact_id))
        if not Entity.objects.visible_to(user).filter(pk=wanted.contact_id).exists():
            found = found.none()
    if wanted.thread_id is not None:
        found = found.filter(thread=wanted.thread_id)
    if wanted.is_outgoing is not None:
        found = found.filter(is_outgoing=wanted.is_outgoing)
    if wanted.since is not None:
        found = found.filter(happened_at__gte=wanted.since)
    if wanted.until is not None:
        found = found.filter(happened_at__lt=wanted.until)
    if wanted.after:
        at, pk = _key(wanted.after)
        found = found.filter(Q(happened_at__lt=at) | Q(happened_at=at, pk__lt=pk), happened_at__lte=at)
    rows = list(found.defer("words", "text").order_by("-happened_at", "-pk")[: wanted.limit + 1])
    more = len(rows) > wanted.limit
    rows = rows[: wanted.limit]
    contacts = _contacts(rows, user)
    return MessagePage(
        items=[MessageOut(**_fields(row, contacts)) for row in rows],
        next=page_key(rows[-1].happened_at, rows[-1].pk) if more else None,
    )


@messages.get("/{message_id}", response=_ANSWERS, summary="Read one mail")
@needs_scope("messages:read")
def read_message(request: HttpRequest, message_id: int) -> WholeMessageOut:
    message = _message(request, message_id)
    people: dict[str, list[MailboxOut]] = {}
    for each in message.addresses.order_by("position", "pk"):
        people.setdefault(each.role, []).append(MailboxOut(name=each.name, address=each.address))
    attachments = [
        AttachmentOut(
            number=each.number,
            filename=each.filename,
            content_type=each.content_type,
            size=each.size,
            is_inline=each.is_inline,
        )
        for each in message.attachments.order_by("number")
    ]
    return WholeMessageOut(
        **_fields(message, _contacts([message], _user(request))),
        to=people.get("to", []),
        cc=people.get("cc", []),
        reply_to=people.get("reply_to", []),
        text=message.text,
        attachments=attachments,
    )


@messages.get("/{message_id}/attachments/{number}", response=PROBLEMS, summary="Read an attachment")
@needs_scope("messages:read")
def read_file(request: HttpRequest, message_id: int, number: int) -> HttpResponse:
    """Its bytes, whatever they are; don't show them as a page of yours."""
    try:
        found = read_attachment(_message(request, message_id), number)
    except FileNotFoundError as error:
        raise Http404 from error
    if found is None:
        raise Http404
    response = HttpResponse(found.content, content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, found.filename or "attachment") or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


# --- shared -----------------------------------------------------------------------------------------------------------
def _user(request: HttpRequest) -> User:
    return request.auth  # type: ignore[attr-defined,no-any-return]  # what TokenAuth answered


def _message(request: HttpRequest, message_id: int) -> MailMessage:
    found = MailMessage.objects.present_to(_user(request)).select_related("raw").filter(pk=message_id).first()
    if found is None:
        raise Http404
    return found


def _fields(message: MailMessage, contacts: dict[int, list[int]]) -> dict[str, Any]:
    names = ("thread_id", "message_id", "in_reply_to", "subject", "snippet", "is_outgoing", "state", "automatic")
    more = ("happened_at", "opened_at", "attachment_count")
    return {
        "id": message.pk,
        "sender": MailboxOut(name=message.sender_name, address=message.sender_address),
        "contact_ids": contacts.get(message.activity_id or 0, []),
        **{name: getattr(message, name) for name in (*names, *more)},
    }


def _contacts(rows: list[MailMessage], user: User) -> dict[int, list[int]]:
    """By entry in the history: the contacts it is about that `user` sees."""
    ids = [row.activity_id for row in rows if row.activity_id]
    links = ActivityEntity.objects.filter(activity__in=ids, via_employer=False)
    links = links.filter(entity__in=Entity.objects.visible_to(user)).order_by("pk")
    found: dict[int, list[int]] = {}
    for activity, entity in links.values_list("activity_id", "entity_id"):
        found.setdefault(activity, []).append(entity)
    return found


def _key(after: str) -> tuple[datetime, int]:
    key = read_page_key(after)
    if key is None:
        raise ValidationError({"after": "This is no key of a page."})
    return key
