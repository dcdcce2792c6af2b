"""What a link in a mailing says, sealed: nobody reads whose it is, nobody makes one up, and none grows too old."""

from __future__ import annotations

import base64
import binascii
import secrets as random_bytes
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from apps.core import secrets
from apps.core.services.suppression import fold
from apps.crm.models import MailingSecret

LONGEST = 900  # signs of a token that may be one
_ABOUT = [b"mailing link"]  # bound to what the key is used for
_SEPARATOR = "\n"
_at_hand: ContextVar[bytes | None] = ContextVar("mailing_key", default=None)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail of `scope` to a folded `address`; `origin` tells which one it was ("campaign:7")."""

    address: str
    scope: str
    origin: str = ""


def seal(letter: Letter) -> str:
    """The same letter has one token, in letters, digits, "-" and "_". Raises ValueError for what holds a line end."""
    parts = (letter.scope, letter.origin, fold(letter.address))
    if any(_SEPARATOR in part for part in parts):
        raise ValueError("No part of a letter has line ends")
    sealed = AESSIV(_key() or _new_key()).encrypt(_SEPARATOR.join(parts).encode(), _ABOUT)
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def letter_of(token: str) -> Letter | None:
    """What `seal` put in; None for anything else."""
    key = _key() if token.isascii() and len(token) <= LONGEST else None
    if key is None:
        return None
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        scope, origin, address = AESSIV(key).decrypt(sealed, _ABOUT).decode().split(_SEPARATOR)
    except (binascii.Error, InvalidTag, ValueError):
        return None
    return Letter(address=address, scope=scope, origin=origin)


@contextmanager
def key_at_hand() -> Iterator[None]:
    """Within it the key is read once: for who seals by the hundred, in one transaction."""
    at_hand = _at_hand.set(_key() or _new_key())
    try:
        yield
    finally:
        _at_hand.reset(at_hand)


def _key() -> bytes | None:
    if (known := _at_hand.get()) is not None:
        return known
    kept = MailingSecret.objects.filter(pk=MailingSecret.ONLY).values_list("sealed", flat=True).first()
    return base64.b64decode(secrets.decrypt(kept)) if kept else None


def _new_key() -> bytes:
    """The one of whoever was first, should two make it at the same time."""
    fresh = secrets.encrypt(base64.b64encode(random_bytes.token_bytes(64)).decode())
    row, _ = MailingSecret.objects.get_or_create(pk=MailingSecret.ONLY, defaults={"sealed": fresh})
    return base64.b64decode(secrets.decrypt(row.sealed))
