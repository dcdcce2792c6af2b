"""Photos of claims: upright, small, without camera and place; kept aside while the rest of the form isn't right."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image

from apps.contacts.services.photos import MOST_BYTES, shrink
from apps.core.database_roles import as_house
from apps.core.models import File
from apps.core.services import files
from apps.core.services.files import Upload, bare_name
from apps.crm.models import Claim, ClaimPhoto

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_PHOTOS = 12
EDGE, THUMBNAIL = 2000, 320  # pixels
_SALT = "crm.claim-photos"
_DAY = 86_400  # seconds that a form may stand open


@dataclass(frozen=True, slots=True)
class Kept:
    """A photo that is stored and belongs to no claim yet."""

    file_id: int
    thumbnail_id: int
    width: int
    height: int


def keep_photos(uploads: Sequence[Upload], *, now: datetime) -> tuple[list[Kept], list[str]]:
    """Store what are photos; the second answer says of each other file, in words, why it is none."""
    kept: list[Kept] = []
    complaints: list[str] = []
    for upload in uploads:
        name = bare_name(upload.name or "")
        try:
            kept.append(_keep(upload, now))
        except ValidationError as error:
            complaints.append(f"{name}: {' '.join(error.messages)}")
    return kept, complaints


def seal(kept: Sequence[Kept], *, actor: User) -> str:
    """For the form that comes again: nobody else can use it, nor name files of others in it."""
    rows = [[each.file_id, each.thumbnail_id, each.width, each.height] for each in kept]
    return signing.dumps([actor.pk, rows], salt=_SALT) if rows else ""


def unseal(sealed: str, *, actor: User) -> list[Kept]:
    """What `seal` has sealed for this user within a day; anything else is nothing."""
    try:
        owner, rows = signing.loads(sealed, salt=_SALT, max_age=_DAY)
    except signing.BadSignature:
        return []
    return [Kept(*row) for row in rows] if owner == actor.pk else []


def attach(claim: Claim, kept: Sequence[Kept]) -> None:
    """Let these stand with the claim, behind those it has."""
    begin = claim.photos.count()
    ClaimPhoto.objects.bulk_create(
        ClaimPhoto(
            claim=claim,
            dealer_id=claim.dealer_id,
            file_id=each.file_id,
            thumbnail_id=each.thumbnail_id,
            width=each.width,
            height=each.height,
            position=begin + position,
        )
        for position, each in enumerate(kept)
    )


def size_of(file: File) -> tuple[int, int]:
    """Width and height of a stored photo; nought where its bytes are gone."""
    try:
        with files.open_file(file) as content, Image.open(content) as picture:
            return picture.size
    except OSError:
        return 0, 0


def _keep(upload: Upload, now: datetime) -> Kept:
    if (upload.size or 0) > MOST_BYTES:
        raise ValidationError(_("A picture may have %(size)s MB.") % {"size": MOST_BYTES // 1024 // 1024})
    large = shrink(upload.read(), EDGE)
    small = shrink(large, THUMBNAIL)
    with Image.open(io.BytesIO(large)) as picture:
        width, height = picture.size
    with as_house():
        file, thumbnail = files.store_many([large, small], mime_type="image/jpeg", now=now)
    return Kept(file.pk, thumbnail.pk, width, height)
