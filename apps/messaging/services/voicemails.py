"""Voicemails: left by the house's telephone system or cut out of mails, then heard, handed on and returned."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import phonenumbers
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.permissions import is_staff_member
from apps.accounts.preferences import country_of, preferences_of
from apps.activities.models import Activity
from apps.activities.services.recording import Entry, record
from apps.contacts.models import Entity, Folder, PhoneNumber
from apps.core.live.publishing import publish
from apps.core.services import files
from apps.messaging.models import MailMessage, Voicemail
from apps.messaging.models.voicemails import VoicemailQuerySet

if TYPE_CHECKING:
    from apps.accounts.models import User

LARGEST = 20 * 1024 * 1024  # bytes of a recording
_SECONDS = 86_400  # what says it is longer lies
_COMMENT = 5000


@dataclass(frozen=True, slots=True)
class Recording:
    """What was left: `number` as E.164 or "", `external_id` the telephone system's own, "" where it has none."""

    sound: bytes
    content_type: str
    happened_at: datetime
    number: str = ""
    seconds: int | None = None
    external_id: str = ""


@transaction.atomic
def leave_voicemail(
    recording: Recording, *, user: User | None, message: MailMessage | None = None, now: datetime
) -> tuple[Voicemail, bool]:
    """Keep a recording for `user`, or for everybody in the house; whether it is new. The same `external_id` is once.

    Raises ValidationError for what is no sound or too large.
    """
    if not recording.content_type.startswith("audio/"):
        raise ValidationError({"sound": _("This is no sound.")})
    if len(recording.sound) > LARGEST:
        raise ValidationError({"sound": _("The recording is larger than %(size)s MB.") % {"size": LARGEST >> 20}})
    known = Voicemail.objects.filter(external_id=recording.external_id).first() if recording.external_id else None
    if known is not None:
        return known, False
    entity = caller_of(recording.number, user)
    seconds = recording.seconds if recording.seconds is not None else _length_of(recording.sound)
    voicemail = Voicemail.objects.create(
        number=recording.number,
        entity=entity,
        user=user,
        sound=files.store(recording.sound, mime_type=recording.content_type, now=now),
        seconds=seconds if seconds is not None and 0 <= seconds < _SECONDS else None,
        external_id=recording.external_id,
        message=message,
        activity=_entry(entity, user, recording.happened_at, now) if entity else None,
        happened_at=recording.happened_at,
    )
    if user is not None:
        publish(f"user:{user.pk}", "voicemail", {"id": voicemail.pk})
    return voicemail, True


@transaction.atomic
def hear_voicemail(*, actor: User, voicemail: Voicemail, now: datetime) -> None:
    """Note that it was listened to; the first time counts."""
    _own(actor, voicemail).filter(heard_at__isnull=True).update(heard_at=now)


@transaction.atomic
def return_voicemail(*, actor: User, voicemail: Voicemail, is_returned: bool, now: datetime) -> None:
    """Mark that somebody called back, or that nobody did yet."""
    _own(actor, voicemail).update(returned_at=now if is_returned else None)


@transaction.atomic
def comment_voicemail(*, actor: User, voicemail: Voicemail, comment: str, assignee: User | None) -> None:
    """Write words beside it, and hand it to a colleague. Raises PermissionDenied, ValidationError by field."""
    if len(comment) > _COMMENT:
        raise ValidationError({"comment": _("A comment has at most %(most)s characters.") % {"most": _COMMENT}})
    if assignee is not None and not is_staff_member(assignee):
        raise ValidationError({"assignee": _("Only colleagues can be given a voicemail.")})
    _own(actor, voicemail).update(comment=comment.strip(), assignee=assignee)
    if assignee is not None and assignee != actor:
        publish(f"user:{assignee.pk}", "voicemail", {"id": voicemail.pk})


def number_in(text: str, reader: User | None) -> str:
    """The first number in `text` that can be dialled, as E.164 by the reader's country; "" where there is none."""
    for match in phonenumbers.PhoneNumberMatcher(text, country_of(preferences_of(reader))):
        return str(phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164))
    return ""


def caller_of(number: str, reader: User | None) -> Entity | None:
    """Whose number it is among what `reader` sees, a person before a firm; for all, outside personal folders."""
    if not number:
        return None
    seen = Entity.objects.live().filter(pk__in=PhoneNumber.objects.filter(e164=number).values("entity"))
    seen = seen.visible_to(reader) if reader is not None else seen.exclude(folder__kind=Folder.Kind.PERSONAL)
    return seen.order_by("-kind", "pk").first()


def _own(actor: User, voicemail: Voicemail) -> VoicemailQuerySet:
    found = Voicemail.objects.visible_to(actor).filter(pk=voicemail.pk)
    if not found.exists():
        raise PermissionDenied
    return Voicemail.objects.filter(pk=voicemail.pk)


def _entry(entity: Entity, user: User | None, happened_at: datetime, now: datetime) -> Activity:
    entry = Entry(
        kind="voicemail",
        verb="voicemail.received",
        occurred_at=happened_at,
        entities=[entity],
        visibility=Activity.Visibility.PRIVATE if user is not None else Activity.Visibility.PUBLIC,
        people=[user.pk] if user is not None else [],
    )
    return record(entry, actor=None, now=now)


def _length_of(sound: bytes) -> int | None:
    try:
        with wave.open(io.BytesIO(sound)) as recording:
            frames, rate = int(recording.getnframes()), int(recording.getframerate())
            return round(frames / rate)
    except (wave.Error, EOFError, ZeroDivisionError):
        return None
