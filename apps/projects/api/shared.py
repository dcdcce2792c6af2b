"""What the routes of groups have in common: who asks, and how a message is told."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.http import HttpRequest

from apps.accounts.models import User
from apps.projects.api.schemas import AttachmentOut, AuthorOut, LinkOut, MessageOut, ReactionOut
from apps.projects.models import Attachment, Message


def asking(request: HttpRequest) -> User:
    return request.auth  # type: ignore[attr-defined,no-any-return]  # what TokenAuth answered


def key_of(after: str) -> int:
    """The id that a page's key names, 0 for the first page. Raises ValidationError under "after"."""
    if after and not (after.isascii() and after.isdecimal()):
        raise ValidationError({"after": "This is no key of a page."})
    return int(after or 0)


def told(message: Message) -> MessageOut:
    """`message` comes from `for_drawing()`. Of one that was deleted nothing but its place is told."""
    is_gone = message.deleted_at is not None
    author, first = message.author, message.forwarded_from
    return MessageOut(
        id=message.pk,
        group_id=message.group_id,
        seq=message.seq,
        rev=message.rev,
        author=AuthorOut(id=author.pk, name=author.display_name, is_bot=author.is_bot, user_id=author.user_id),
        client_id=message.client_id,
        text=message.text,
        reply_to_id=message.reply_to_id,
        forwarded_from=first.author.display_name if first is not None and not is_gone else None,
        sent_at=message.sent_at,
        written_at=message.written_at,
        edited_at=message.edited_at,
        deleted_at=message.deleted_at,
        is_pinned=message.is_pinned,
        reactions=_reactions(message),
        mentioned_ids=message.meant_ids,
        files=[] if is_gone else files_told(message.its_attachments),
        links=[LinkOut(url=each.url, title=each.title) for each in message.its_links],
    )


def files_told(attachments: Iterable[Attachment]) -> list[AttachmentOut]:
    return [
        AttachmentOut(
            id=each.pk,
            kind=each.kind,
            name=each.name,
            mime_type=each.file.mime_type,
            size=each.file.size,
            width=each.width,
            height=each.height,
            seconds=each.seconds,
            message_id=each.message_id,
        )
        for each in attachments
    ]


def _reactions(message: Message) -> list[ReactionOut]:
    members: dict[str, list[int]] = {}
    for each in message.its_reactions:
        members.setdefault(each.sign, []).append(each.membership_id)
    return [ReactionOut(sign=sign, member_ids=ids) for sign, ids in members.items()]
