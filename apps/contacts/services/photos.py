"""Photos and logos: checked by their content, turned upright, made small, stored without what else they carry."""

from __future__ import annotations

import io
import struct
import warnings
from datetime import datetime
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from apps.accounts.models import User
from apps.contacts.models import Entity
from apps.contacts.services.journal import editing
from apps.core.models import File
from apps.core.services import files

MOST_BYTES = 15 * 1024 * 1024
MOST_PIXELS = 50_000_000
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_HEIC = "HEIF"  # as phones make them; read by pillow-heif, which is loaded where one comes
# What Pillow's readers raise on damaged pictures; the last ones come from what they carry (EXIF).
_DAMAGED = (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, OverflowError)
_EDGE = 512  # pixels; enough for the page and for every format that carries it


def set_photo(*, actor: User, entity: Entity, content: bytes | BinaryIO, now: datetime) -> Entity:
    """Show this picture with the contact. Raises PermissionDenied, InTrash, ValidationError for what is no picture."""
    with editing([entity], actor=actor, verb="photo.changed", now=now) as edit:
        locked = edit.entities[entity.pk]
        locked.photo = store_photo(content, now=now)
        locked.photo_url = ""
    return locked


def remove_photo(*, actor: User, entity: Entity, now: datetime) -> Entity:
    """Without a photo: nothing happens."""
    with editing([entity], actor=actor, verb="photo.removed", now=now) as edit:
        locked = edit.entities[entity.pk]
        locked.photo, locked.photo_url = None, ""
    return locked


def store_photo(content: bytes | BinaryIO, *, now: datetime) -> File:
    """Check and shrink a picture and keep it as a file. Raises ValidationError."""
    data = content if isinstance(content, bytes) else content.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValidationError(_("A picture may have %(size)s MB.") % {"size": MOST_BYTES // 1024 // 1024})
    return files.store(shrink(data), mime_type="image/jpeg", now=now)


def shrink(data: bytes, edge: int = _EDGE) -> bytes:
    """The picture as JPEG of at most `edge` pixels, upright, without place or camera. Raises ValidationError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture: Image.Image = Image.open(io.BytesIO(data), formats=_formats(data))
            if picture.width * picture.height > MOST_PIXELS:
                raise ValidationError(_("This picture has too many pixels."))
            picture.draft("RGB", (edge * 2, edge * 2))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((edge, edge))
            if upright.mode in ("RGBA", "LA", "P", "PA"):
                layer = upright.convert("RGBA")
                upright = Image.new("RGB", layer.size, "white")
                upright.paste(layer, mask=layer.getchannel("A"))
            out = io.BytesIO()
            upright.convert("RGB").save(out, "JPEG", quality=85, optimize=True)
            return out.getvalue()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError(_("This picture has too many pixels.")) from error
    except (*_DAMAGED, struct.error) as error:
        raise ValidationError(_("This is not a picture that can be read (JPEG, PNG, WebP, GIF, HEIC).")) from error


def _formats(data: bytes) -> tuple[str, ...]:
    """What a picture may be; only one that says so of itself is given to the reader of HEIC."""
    if data[4:8] != b"ftyp":
        return _FORMATS
    import pillow_heif

    pillow_heif.register_heif_opener()
    return (_HEIC,)
