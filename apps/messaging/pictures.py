"""Addresses of pictures within a mail: signed, for a quarter of an hour, since a sandboxed frame sends no cookies."""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing
from django.urls import reverse

_SALT = "messaging.picture"
_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Picture:
    """Which attachment of which message, and who reads the mail: their right is asked again when it is fetched."""

    user_id: int
    message_id: int
    number: int


def picture_url(picture: Picture) -> str:
    token = signing.dumps([picture.user_id, picture.message_id, picture.number], salt=_SALT)
    return reverse("messaging:picture", args=[token])


def read_token(token: str) -> Picture | None:
    """None for what we haven't signed, and for what is too old."""
    try:
        user_id, message_id, number = signing.loads(token, salt=_SALT, max_age=_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Picture(user_id, message_id, number)
