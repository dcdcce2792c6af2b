"""Keys of web push as browsers write them: base64url without padding."""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02

from apps.activities.models import PushSubscription

if TYPE_CHECKING:
    from apps.accounts.models import User

IN_SESSION = "push_endpoint"  # of the browser that signed in: it goes with the session


def is_key(text: str, length: int) -> bool:
    """Whether it holds so many bytes; 65 of them must be a point of the curve as browsers send it."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return False
    return len(raw) == length and (length != 65 or raw[0] == 4)


def endpoints_of(user: User) -> list[str]:
    """The browsers in which `user` is woken."""
    found = PushSubscription.objects.filter(user=user).order_by("pk")
    return list(found.values_list("endpoint", flat=True))


def public_key() -> str:
    """What a browser asks for before it lets us wake it; "" where the house has no key, and so no push."""
    return _public(settings.RAPPORT_VAPID_PRIVATE_KEY) if settings.RAPPORT_VAPID_PRIVATE_KEY else ""


@lru_cache(maxsize=2)
def _public(private: str) -> str:
    point = Vapid02.from_raw(private.encode()).public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()
