"""Pictures that cards bring: checked and made small as uploaded ones are, or kept as other data."""

from __future__ import annotations

import base64
import warnings
from datetime import datetime
from io import BytesIO

from django.core.exceptions import ValidationError
from PIL import Image, UnidentifiedImageError

from apps.contacts.services.imports.cleaning import beside
from apps.contacts.services.imports.drafts import Draft
from apps.contacts.services.photos import MOST_BYTES, shrink
from apps.core.services import files

_SMALL_ENOUGH = 512  # pixels
_LIGHT_ENOUGH = 256 * 1024


def keep(draft: Draft, *, now: datetime) -> None:
    """Store the draft's picture and point to it; what is no picture stays with the contact as a raw property."""
    photo = draft.photo
    if photo is None or not photo.data or "photo_id" in draft.values:
        return
    data = photo.data
    try:
        # What is small already stays byte for byte, so that an export brought in again is the same.
        if not _is_small(data):
            data = _shrunk(data)
    except ValidationError:
        draft.raws.append(beside("X-RAPPORT-PHOTO", base64.b64encode(photo.data).decode("ascii")))
        return
    draft.values["photo_id"] = files.store(data, mime_type="image/jpeg", now=now).pk


def _shrunk(data: bytes) -> bytes:
    if len(data) > MOST_BYTES:
        raise ValidationError("too many bytes")
    return shrink(data)


def _is_small(data: bytes) -> bool:
    """Whether it is a JPEG without anything beside the picture, as `shrink` makes them. Nothing is unpacked."""
    if len(data) > _LIGHT_ENOUGH:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(data), formats=("JPEG",)) as picture:
                return max(picture.size) <= _SMALL_ENOUGH and "exif" not in picture.info
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
