"""Messages posted, edited and deleted. None of it is an operation: the group's counter is its record."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.projects import permissions
from apps.projects.models import (
    Decision,
    Group,
    Membership,
    Mention,
    Message,
    MessageLink,
    MessageRevision,
    Pin,
    Reaction,
    Topic,
)
from apps.projects.models.messages import MOST_CHARACTERS
from apps.projects.models.reading import Draft
from apps.projects.services.announcing import announce, announce_read
from apps.projects.services.attaching import Kept, attach, kept_of, unseal
from apps.projects.services.counting import take_place, take_rev
from apps.projects.services.finding import forget_words, index_message
from apps.projects.services.group_events import DELETED, EDITED, POSTED, tell_receivers
from apps.projects.services.link_titles import note_links
from apps.projects.services.members import member_of
from apps.projects.services.mentioning import mentioned_in, tell_of
from apps.projects.services.reading import keep_up

_CLIENT_ID = re.compile(r"^[A-Za-z0-9-]{8,40}$")
_LONGEST_WAIT = timedelta(days=60)  # for a connection; a clock that says more is wrong


@transaction.atomic
def post_message(
    *,
    actor: User,
    group: Group,
    client_id: str,
    text: str,
    now: datetime,
    reply_to: Message | None = None,
    topic: Topic | None = None,
    written_at: datetime | None = None,
    files: Sequence[str] = (),
) -> Message:
    """Say `text` in `group`; the same `client_id` of the same member is said once, whatever comes with it later.

    `files` are seals of what was kept for it (`attaching`); with some the text may be empty. Raises PermissionDenied;
    ValidationError for a text that is empty or too long, and for a reply to another group. Into `topic`, else into that
    of what it answers while it is open; ValidationError for one that is closed or of another group.
    """
    if not _CLIENT_ID.match(client_id):
        raise ValidationError(_("This message has no valid id."))
    if (posted := _posted(actor, group, client_id)) is not None:
        return posted
    kept = unseal(files, actor=actor, group=group)
    cleaned = clean_text(text, may_be_empty=bool(kept))
    if reply_to is not None and reply_to.group_id != group.pk:
        raise ValidationError(_("The message that this answers is not in this group."))
    if topic is None and reply_to is not None and reply_to.topic_id is not None:
        topic = Topic.objects.open().filter(pk=reply_to.topic_id).first()
    draft = Message(client_id=client_id, text=cleaned, sent_at=now, reply_to=reply_to, topic=topic)
    if written_at is not None and written_at > now - _LONGEST_WAIT:
        draft.written_at = min(written_at, now)
    said = _say(draft, actor=actor, group=group, files=kept)
    Draft.objects.filter(membership=said.author).delete()
    return said


def forward_message(*, actor: User, message: Message, group: Group, client_id: str, now: datetime) -> Message:
    """Say in `group` what was said elsewhere, with its files, under the name of whoever said it.

    Raises PermissionDenied where one may not write, or not read the message; the same `client_id` is said once.
    """
    if not Message.objects.visible_to(actor).standing().filter(pk=message.pk).exists():
        raise PermissionDenied
    if not _CLIENT_ID.match(client_id):
        raise ValidationError(_("This message has no valid id."))
    kept = kept_of(message)
    draft = Message(client_id=client_id, text=message.text, sent_at=now, forwarded_from=origin_of(message))
    return _say(draft, actor=actor, group=group, files=kept)


def origin_of(message: Message) -> Message:
    """What was first said: a message that is passed on and on keeps the name of its author."""
    return message.forwarded_from or message


@transaction.atomic
def _say(message: Message, *, actor: User, group: Group, files: Sequence[Kept]) -> Message:
    """Give `message` its place in `group`, or return what the same client id stands for already."""
    Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    if (posted := _posted(actor, group, message.client_id)) is not None:  # by the same page, at the same time
        return posted
    member, now = member_of(actor, group), message.sent_at
    if not permissions.can_write(group, member):
        raise PermissionDenied
    if message.topic_id is not None and not Topic.objects.open().filter(pk=message.topic_id, group=group).exists():
        raise ValidationError(_("This topic is closed. Write into another one, or open it again."))
    message.group, message.author = group, member
    message.seq, message.rev = take_place(group.pk, now=now)
    message.save()
    attach(message, files)
    _note_parts(message)
    index_message(message)
    tell_of(message, now=now)
    if not member.is_bot and keep_up(member, message.seq, now, message.topic):
        announce_read(group, member, message.seq)
    tell_receivers(message, POSTED, now=now)
    announce(message)
    return message


@transaction.atomic
def edit_message(*, actor: User, message: Message, text: str, now: datetime) -> None:
    """Let one's own message say something else; what it said is kept. The same words: nothing happens.

    Raises PermissionDenied, ValidationError.
    """
    cleaned = clean_text(text, may_be_empty=message.attachments.exists())
    rev = take_rev(message.group_id)
    row = Message.objects.select_related("group").get(pk=message.pk)
    if row.deleted_at is not None or not permissions.can_edit(row.group, member_of(actor, row.group), row):
        raise PermissionDenied
    if row.text != cleaned:
        MessageRevision.objects.create(message=row, text=row.text, replaced_at=now, replaced_by=actor)
        forget_words(row)
        row.text, row.edited_at = cleaned, now
        index_message(row)
        row.links.all().delete()
        row.mentions.all().delete()
        _note_parts(row)
        tell_of(row, now=now)
        tell_receivers(row, EDITED, now=now)
    row.rev = rev
    row.save(update_fields=["text", "edited_at", "rev"])
    announce(row)


@transaction.atomic
def delete_message(*, actor: User, message: Message, now: datetime) -> None:
    """Leave a tombstone in the place of a message; what it said is kept as a revision. Gone already: nothing happens.

    Raises PermissionDenied unless it is one's own or one manages the group.
    """
    rev = take_rev(message.group_id)
    row = Message.objects.select_related("group").get(pk=message.pk)
    if not permissions.can_delete(row.group, member_of(actor, row.group), row):
        raise PermissionDenied
    if row.deleted_at is None:
        MessageRevision.objects.create(message=row, text=row.text, replaced_at=now, replaced_by=actor)
        forget_words(row)
        row.text, row.deleted_at = "", now
        for part in (Reaction, Pin, Decision, Mention, MessageLink):
            part.objects.filter(message=row).delete()
        tell_receivers(row, DELETED, now=now)
    row.rev = rev
    row.save(update_fields=["text", "deleted_at", "rev"])
    announce(row)


def clean_text(text: str, *, may_be_empty: bool = False) -> str:
    """Without what can't be kept and empty ends. Raises ValidationError where nothing to see is left, or too much."""
    if len(text) > MOST_CHARACTERS:
        raise ValidationError(_("A message may have %(most)s characters.") % {"most": MOST_CHARACTERS})
    cleaned = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if not cleaned and may_be_empty:
        return ""
    if all(unicodedata.category(each) in {"Cf", "Cc", "Zs", "Zl", "Zp", "Mn"} for each in cleaned):
        raise ValidationError(_("Write something first."))
    return cleaned


def _posted(actor: User, group: Group, client_id: str) -> Message | None:
    return Message.objects.filter(group=group, author__in=Membership.objects.of(actor), client_id=client_id).first()


def _note_parts(message: Message) -> None:
    """Who is meant by "@Name" and which addresses are named."""
    note_links(message, now=message.edited_at or message.sent_at)
    meant = mentioned_in(message)
    Mention.objects.bulk_create(Mention(message=message, membership=member) for member in meant)
