"""A mail that answers what a dealer's person was told by mail joins the thread that it was about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import DatabaseError, transaction

from apps.activities.models import Activity, Notice
from apps.activities.selectors.mailed_notices import told_by
from apps.activities.services.entry_files import MOST_FILES
from apps.crm.selectors.answering import answered_record
from apps.crm.services.threads import post_message
from apps.messaging.mime.quotes import split_reply
from apps.messaging.models import MailMessage
from apps.messaging.services.intake import Reading

log = structlog.get_logger(__name__)

_LONGEST = 20_000  # letters of an answer; the mail itself has the rest


def join_threads(arrived: Sequence[tuple[MailMessage, Reading]], *, now: datetime) -> None:
    """Post what people wrote in answer to our notices, with their files; the same mail again changes nothing.

    Only the person who was told may answer: a forged sender doesn't know the Message-ID of a mail to somebody else.
    """
    asked = [(message, reading) for message, reading in arrived if reading.references and not message.automatic]
    told = told_by({each for _message, reading in asked for each in reading.references}) if asked else {}
    for message, reading in asked:
        notices = next((told[each] for each in reversed(reading.references) if told.get(each)), None)
        user = notices[0].user if notices else None
        if notices is None or user is None or not user.is_active or user.email != message.sender_address:
            continue
        try:
            with transaction.atomic():
                _join(message, reading, notices, now)
        except (DatabaseError, PermissionDenied, ValidationError) as error:
            log.warning("mail.answer.refused", message_id=message.pk, error=type(error).__name__)


def _join(message: MailMessage, reading: Reading, notices: Sequence[Notice], now: datetime) -> None:
    user = notices[0].user
    record = answered_record(notices, user)
    # Two mailboxes may take in their copies of one mail at the same time.
    MailMessage.objects.select_for_update(no_key=True).get(pk=message.pk)
    if record is None or Activity.objects.filter(actor=user, kind="message", facts__mail=message.pk).exists():
        return
    answer, _quoted = split_reply(message.text)
    text = (answer.strip() or message.text)[:_LONGEST]
    files = [each for each in reading.parsed.attachments if not each.is_inline][:MOST_FILES]
    uploads = [ContentFile(each.content, name=each.filename or "file") for each in files]
    try:
        with transaction.atomic():
            post_message(actor=user, record=record, text=text, uploads=uploads, mail_id=message.pk, now=now)
    except ValidationError:  # a virus, or too large: the words still count
        post_message(actor=user, record=record, text=text, mail_id=message.pk, now=now)
