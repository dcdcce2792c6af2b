"""Secrets at rest: Fernet with rotating keys (`RAPPORT_SECRETS_KEYS`, newest first)."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Undecryptable(Exception):
    """None of the keys fits: a key was dropped before `manage.py rotate_secrets` had run, or the text is no token."""


def encrypt(text: str) -> str:
    """Return `text` as a token under the newest key; "" stays ""."""
    return _fernet().encrypt(text.encode()).decode() if text else ""


def decrypt(token: str) -> str:
    """Return the text of `token`, made under any of the keys; "" stays "". Raises Undecryptable."""
    if not token:
        return ""
    try:
        return _fernet().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise Undecryptable("No key of RAPPORT_SECRETS_KEYS opens this secret.") from error


def rotate(token: str) -> str:
    """Return the same secret under the newest key. Raises Undecryptable."""
    if not token:
        return ""
    try:
        return _fernet().rotate(token.encode()).decode()
    except InvalidToken as error:
        raise Undecryptable("No key of RAPPORT_SECRETS_KEYS opens this secret.") from error


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.SECRETS_KEYS])
