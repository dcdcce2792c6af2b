"""The words of an exported message, without its marks; what is no text is said in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

_MOST_PARTS = 5_000


def plain_text(text: object) -> str:
    """Telegram writes a text, or a list of texts and of marked pieces; a link behind words is written out."""
    if isinstance(text, str):
        return text
    if not isinstance(text, list):
        return ""
    return "".join(_piece(each) for each in text[:_MOST_PARTS])


def media_words(row: Mapping[str, Any]) -> str:
    """What a message shows that is neither text nor file: a poll, a place, a contact; "" for most."""
    lines = [
        _of(row, "sticker_emoji"),
        *_poll(row.get("poll"), "question"),
        *_poll(row.get("todo_list"), "title"),
        *_contact(row.get("contact_information")),
        ", ".join(each for each in (_of(row, "place_name"), _of(row, "address")) if each),
        _place(row.get("location_information")),
        " ".join(each for each in (_of(row, "game_title"), _of(row, "game_link")) if each),
        _of(row.get("invoice_information"), "title"),
    ]
    return "\n".join(line for line in lines if line)


def _piece(piece: object) -> str:
    if isinstance(piece, str):
        return piece
    text, href = _of(piece, "text"), _of(piece, "href")
    return f"{text} ({href})" if href and href != text else text


def _poll(poll: object, title: str) -> list[str]:
    answers = poll.get("answers") if isinstance(poll, Mapping) else None
    listed = answers if isinstance(answers, list) else []
    return [_of(poll, title), *(f"• {_of(each, 'text')}" for each in listed[:100] if _of(each, "text"))]


def _contact(contact: object) -> list[str]:
    names = " ".join(each for each in (_of(contact, "first_name"), _of(contact, "last_name")) if each)
    return [", ".join(each for each in (names, _of(contact, "phone_number")) if each)]


def _place(place: object) -> str:
    if not isinstance(place, Mapping):
        return ""
    latitude, longitude = place.get("latitude"), place.get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return ""
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return ""
    return _("Place: %(place)s") % {"place": f"{latitude:.5f}, {longitude:.5f}"}


def _of(row: object, name: str) -> str:
    value = row.get(name) if isinstance(row, Mapping) else None
    return value if isinstance(value, str) else ""
