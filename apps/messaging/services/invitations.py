"""Calendar parts of mails: answers to our invitations are taken, invitations of others offered (RFC 6047)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from django.core.exceptions import PermissionDenied

from apps.accounts.models import User
from apps.accounts.preferences import preferences_of, zone_of
from apps.activities.formats.ical_read import read_calendar
from apps.activities.services.calendar_import import Look, Report, bring, look
from apps.activities.services.replies import ReplyRefused, take_reply
from apps.core.services.files import open_file
from apps.messaging.mime.parsing import parse_message
from apps.messaging.models import MailAccount, MailMessage
from apps.messaging.selectors.readers import readers_of_account
from apps.messaging.services.intake import Reading

if TYPE_CHECKING:
    from apps.messaging.mime.message import Calendar

log = structlog.get_logger(__name__)
_OFFERED = ("REQUEST", "PUBLISH", "CANCEL")


def take_answers(account: MailAccount, message: MailMessage, reading: Reading, *, now: datetime) -> None:
    """Hand answers (METHOD:REPLY) to the meetings of whoever reads the mailbox; the sender answers for itself alone."""
    replies = [part for part in reading.parsed.calendar if part.method == "REPLY"]
    if not replies:
        return
    organisers = User.objects.filter(pk__in=readers_of_account(account), is_active=True).order_by("pk")
    for part in replies:
        for item in read_calendar(part.content, zone="UTC").items:
            for organiser in organisers:
                try:
                    take_reply(actor=organiser, item=item, sender=reading.sender.address, now=now)
                except ReplyRefused:
                    continue
                break
            else:
                log.info("mail.reply.refused", message_id=message.pk)


def invitation_of(*, user: User, message: MailMessage, now: datetime) -> Look | None:
    """What the invitation in a mail would bring into the user's calendar; None where there is none in it."""
    for part in _calendar(message):
        if part.method in _OFFERED:
            found = look(user=user, data=part.content, zone=str(zone_of(preferences_of(user))), now=now)
            if found.rows:
                return found
    return None


def take_invitation(*, actor: User, message: MailMessage, now: datetime) -> Report:
    """Bring it into the actor's calendar; again, it changes nothing. Raises PermissionDenied where the mail isn't
    theirs to read, or has no invitation.
    """
    if not MailMessage.objects.visible_to(actor).filter(pk=message.pk).exists():
        raise PermissionDenied
    found = invitation_of(user=actor, message=message, now=now)
    if found is None:
        raise PermissionDenied
    return bring(actor=actor, plan=found, now=now)


def _calendar(message: MailMessage) -> Iterator[Calendar]:
    if message.raw is not None:
        with open_file(message.raw) as raw:
            yield from parse_message(raw.read()).calendar
