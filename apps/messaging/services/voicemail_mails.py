"""Voicemails that a telephone system sends as mails with a sound attached."""

from __future__ import annotations

from datetime import datetime

from apps.messaging.models import MailAccount, MailMessage
from apps.messaging.services.intake import Reading
from apps.messaging.services.voicemails import LARGEST, Recording, leave_voicemail, number_in

_LOOKED_AT = 2000  # characters of a mail in which the number stands


def take_voicemail(account: MailAccount, message: MailMessage, reading: Reading, *, now: datetime) -> None:
    """A mail of the set sender with a sound is a voicemail; another one is just a mail."""
    if not account.voicemail_sender or message.sender_address != account.voicemail_sender.lower():
        return
    sounds = (part for part in reading.parsed.attachments if part.content_type.startswith("audio/"))
    sound = next((part for part in sounds if len(part.content) <= LARGEST), None)
    if sound is None:
        return
    words = f"{reading.subject}\n{reading.sender.name}\n{reading.text[:_LOOKED_AT]}"
    recording = Recording(
        sound=sound.content,
        content_type=sound.content_type,
        happened_at=message.happened_at,
        number=number_in(words, account.owner),
    )
    leave_voicemail(recording, user=account.owner, message=message, now=now)
