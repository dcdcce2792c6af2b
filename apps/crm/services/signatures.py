"""Signatures as they come from a phone's screen: a small picture in black and white, nothing else in it."""

from __future__ import annotations

import io
import struct
import warnings

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image

MOST_BYTES = 400 * 1024
WIDEST, HIGHEST = 2400, 1600  # pixels
_DAMAGED = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, OverflowError, struct.error)


def clean_signature(data: bytes) -> bytes:
    """The drawing as a PNG of our own making, on white. Raises ValidationError for what is no signature."""
    if len(data) > MOST_BYTES:
        raise ValidationError(_("This signature is too large."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=("PNG",))
            if picture.width > WIDEST or picture.height > HIGHEST:
                raise ValidationError(_("This signature is too large."))
            layer = picture.convert("RGBA")
    except ValidationError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, *_DAMAGED) as error:
        raise ValidationError(_("This is no signature that can be read.")) from error
    paper = Image.new("RGB", layer.size, "white")
    paper.paste(layer, mask=layer.getchannel("A"))
    grey = paper.convert("L")
    darkest, lightest = grey.getextrema()
    if not isinstance(darkest, int | float) or not isinstance(lightest, int | float) or lightest - darkest < 64:
        raise ValidationError(_("Nothing was signed."))
    out = io.BytesIO()
    grey.save(out, "PNG", optimize=True)
    return out.getvalue()
