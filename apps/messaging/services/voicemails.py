"""Voicemails that a telephone system sends as mails with a sound attached."""

from __future__ import annotations

import io
import wave
from datetime import datetime
from typing import TYPE_CHECKING

import phonenumbers

from apps.accounts.preferences import country_of, preferences_of
from apps.activities.models import Activity
from apps.activities.services.recording import Entry, record
from apps.contacts.models import Entity, Folder, PhoneNumber
from apps.core.services import files
from apps.messaging.models import MailAccount, MailMessage, Voicemail
from apps.messaging.services.intake import Reading

if TYPE_CHECKING:
    from apps.accounts.models import User

_SECONDS = 86_400  # what says it is longer lies


def take_voicemail(account: MailAccount, message: MailMessage, reading: Reading, *, now: datetime) -> None:
    """A mail of the set sender with a sound is a voicemail; another one is just a mail."""
    if not account.voicemail_sender or message.sender_address != account.voicemail_sender.lower():
        return
    sound = next((part for part in reading.parsed.attachments if part.content_type.startswith("audio/")), None)
    if sound is None:
        return
    number = _number(f"{reading.subject}\n{reading.sender.name}\n{reading.text[:2000]}", account.owner)
    entity = _caller(account, number)
    Voicemail.objects.create(
        number=number,
        entity=entity,
        user=account.owner,
        sound=files.store(sound.content, mime_type=sound.content_type, now=now),
        seconds=_seconds(sound.content),
        message=message,
        activity=_entry(account, message, entity, now) if entity else None,
        happened_at=message.happened_at,
    )


def _entry(account: MailAccount, message: MailMessage, entity: Entity, now: datetime) -> Activity:
    entry = Entry(
        kind="voicemail",
        verb="voicemail.received",
        occurred_at=message.happened_at,
        entities=[entity],
        visibility=Activity.Visibility.PRIVATE if account.owner_id else Activity.Visibility.PUBLIC,
        people=[account.owner_id] if account.owner_id else [],
    )
    return record(entry, actor=None, now=now)


def _number(text: str, owner: User | None) -> str:
    """The first number that can be dialled, as E.164; "" where there is none."""
    region = country_of(preferences_of(owner))
    for match in phonenumbers.PhoneNumberMatcher(text, region):
        return str(phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164))
    return ""


def _caller(account: MailAccount, number: str) -> Entity | None:
    if not number:
        return None
    owners = PhoneNumber.objects.filter(e164=number).values("entity")
    seen = Entity.objects.live().filter(pk__in=owners)
    if account.owner is not None:
        seen = seen.visible_to(account.owner)
    else:
        seen = seen.exclude(folder__kind=Folder.Kind.PERSONAL)
    return seen.order_by("-kind", "pk").first()  # the person before the firm whose number it is too


def _seconds(sound: bytes) -> int | None:
    try:
        with wave.open(io.BytesIO(sound)) as recording:
            seconds = round(recording.getnframes() / recording.getframerate())
    except (wave.Error, EOFError, ZeroDivisionError):
        return None
    return seconds if 0 <= seconds < _SECONDS else None
