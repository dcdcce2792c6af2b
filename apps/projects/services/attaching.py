"""Files on their way into a message: kept one by one, each with a seal that its bringer's message opens."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image

from apps.accounts.models import User
from apps.contacts.services.photos import MOST_BYTES, shrink
from apps.core.services import files
from apps.core.services.files import Upload, bare_name, keep_upload
from apps.projects import permissions
from apps.projects.models import Attachment, BroughtFile, Group, Message
from apps.projects.services.contents import is_picture, voice_type
from apps.projects.services.members import member_of

MOST_FILES = 30  # of one message
MOST_SECONDS = 3_600  # of a voice message
EDGE, THUMBNAIL = 2000, 480  # pixels
_SALT = "projects.files"
WAITS = timedelta(days=7)  # a message may have to wait for a connection
_GIF = b"GIF8"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is stored and belongs to no message yet; pixels of a picture, seconds of a voice message."""

    file_id: int
    name: str
    kind: str
    thumbnail_id: int | None = None
    width: int | None = None
    height: int | None = None
    seconds: int | None = None


def keep_file(*, actor: User, group: Group, upload: Upload, now: datetime, seconds: int = 0) -> Kept:
    """Store what is to go with a message. With `seconds` it is a voice message, as it was recorded.

    Pictures are turned upright and made small, and lose what the camera wrote into them. Raises PermissionDenied;
    ValidationError for what is empty, too large, a picture that can't be read, or no recording.
    """
    if not permissions.can_write(group, member_of(actor, group)):
        raise PermissionDenied
    begin = upload.read(64)
    if seconds:
        return _keep_voice(upload, begin, seconds, now)
    if is_picture(begin) and (upload.size or 0) <= MOST_BYTES:
        return _keep_picture(begin + upload.read(), bare_name(upload.name or ""), now)
    _rewind(upload)
    file, name = keep_upload(upload, now=now)
    return Kept(file.pk, name, Attachment.Kind.FILE)


@transaction.atomic
def bring_file(*, actor: User, group: Group, upload: Upload, now: datetime, seconds: int = 0) -> Kept:
    """The same for a page, where the message may never be sent: then the file is swept away some days later."""
    kept = keep_file(actor=actor, group=group, upload=upload, now=now, seconds=seconds)
    BroughtFile.objects.create(file_id=kept.file_id, thumbnail_id=kept.thumbnail_id, brought_at=now)
    return kept


def seal(kept: Kept, *, actor: User, group: Group) -> str:
    """For the page: nobody else can use it, nor in another group, nor name files of others in it."""
    return signing.dumps([actor.pk, group.pk, asdict(kept)], salt=_SALT, compress=True)


def unseal(sealed: Sequence[str], *, actor: User, group: Group) -> list[Kept]:
    """What `seal` has sealed. Raises ValidationError for anything else, and for too many."""
    if len(sealed) > MOST_FILES:
        raise ValidationError(_("A message may have %(most)s files.") % {"most": MOST_FILES})
    found = []
    for each in sealed:
        try:
            owner, place, row = signing.loads(each, salt=_SALT, max_age=WAITS)
        except signing.BadSignature:
            owner = place = row = None
        if (owner, place) != (actor.pk, group.pk) or row is None:
            raise ValidationError(_("A file of this message is there no more. Add it again."))
        found.append(Kept(**row))
    return found


def kept_of(message: Message) -> list[Kept]:
    """The files of a message, for another one that bears them too."""
    fields = ("file_id", "name", "kind", "thumbnail_id", "width", "height", "seconds")
    return [Kept(**row) for row in message.attachments.order_by("pk").values(*fields)]


def attach(message: Message, kept: Sequence[Kept]) -> None:
    """Let these hang on a message, in their order."""
    Attachment.objects.bulk_create(
        Attachment(group_id=message.group_id, message=message, **asdict(each)) for each in kept
    )


def _keep_picture(data: bytes, name: str, now: datetime) -> Kept:
    large = shrink(data, EDGE)
    small = shrink(large, THUMBNAIL)
    moves = data.startswith(_GIF)
    with Image.open(io.BytesIO(large)) as picture:
        width, height = picture.size
    if moves:
        file = files.store(data, mime_type="image/gif", now=now)
        thumbnail = files.store(small, mime_type="image/jpeg", now=now)
    else:
        name = f"{name.rpartition('.')[0] or name}"[:250] + ".jpg"
        file, thumbnail = files.store_many([large, small], mime_type="image/jpeg", now=now)
    return Kept(file.pk, name, Attachment.Kind.PICTURE, thumbnail.pk, width, height)


def _keep_voice(upload: Upload, begin: bytes, seconds: int, now: datetime) -> Kept:
    kind = voice_type(begin)
    if kind is None or not 0 < seconds <= MOST_SECONDS:
        raise ValidationError(_("This is no recording that can be played."))
    if (upload.size or 0) > MOST_BYTES:
        raise ValidationError(_("A voice message may have %(size)s MB.") % {"size": MOST_BYTES // 1024 // 1024})
    ending = {"audio/webm": "webm", "audio/ogg": "ogg", "audio/mp4": "m4a"}[kind]
    file = files.store(begin + upload.read(), mime_type=kind, now=now)
    return Kept(file.pk, f"voice.{ending}", Attachment.Kind.VOICE, seconds=seconds)


def _rewind(upload: Upload) -> None:
    seek = getattr(upload, "seek", None)
    if seek is not None:
        seek(0)
