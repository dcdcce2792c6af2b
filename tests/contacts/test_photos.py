"""Photos: what is no picture is refused with words, whatever reads it."""

from __future__ import annotations

import io

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from apps.contacts.services.photos import shrink


def picture(**fields: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "JPEG", **fields)
    return out.getvalue()


def test_a_picture_turned_by_its_camera_is_set_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side

    assert Image.open(io.BytesIO(shrink(picture(exif=exif)))).size == (30, 40)


def test_a_damaged_note_of_the_camera_is_refused_with_words():
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Maker"
    damaged = picture(exif=exif).replace(b"\x01\x0f\x00\x02", b"\x01\x00\x00\x02")  # a width that is a word

    with pytest.raises(ValidationError, match="not a picture"):
        shrink(damaged)
