"""Pictures that cards bring: checked by their first bytes, stored once, or kept as other data."""

from __future__ import annotations

import base64
import warnings
from datetime import datetime
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from apps.contacts.formats.records import Raw
from apps.contacts.services.imports.drafts import Draft
from apps.core.services import files

_KINDS = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp", "BMP": "image/bmp"}
_LARGEST = 20 * 1024 * 1024
_MOST_PIXELS = 100_000_000


def keep(draft: Draft, *, now: datetime) -> None:
    """Store the draft's picture and point to it; what is no picture stays with the contact as a raw property."""
    photo = draft.photo
    if photo is None or not photo.data or "photo_id" in draft.values:
        return
    if mime_type := picture_type(photo.data):
        draft.values["photo_id"] = files.store(photo.data, mime_type=mime_type, now=now).pk
        return
    params = {"ENCODING": ["b"]} | ({"TYPE": [photo.mime_type]} if photo.mime_type else {})
    draft.raws.append(Raw("X-RAPPORT-PHOTO", base64.b64encode(photo.data).decode("ascii"), params))


def picture_type(data: bytes) -> str:
    """The MIME type of a picture that browsers show, or an empty text. Only its head is read, nothing is unpacked."""
    if len(data) > _LARGEST:
        return ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(data)) as picture:
                width, height = picture.size
                return _KINDS.get(picture.format or "", "") if width * height <= _MOST_PIXELS else ""
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return ""
