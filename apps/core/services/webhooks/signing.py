"""Signatures of events: https://github.com/standard-webhooks/standard-webhooks, symmetric, version 1."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping

_PREFIX = "whsec_"
_TOLERANCE = 300  # seconds either way, by the specification's advice


class BadSignature(Exception):
    """The event isn't from whoever has the secret, or it is too old."""


def new_secret() -> str:
    """32 random bytes: the specification asks for 24 to 64."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def headers_of(uid: str, body: bytes, *, secret: str, at: int) -> dict[str, str]:
    """The three headers for an event sent `at` these seconds since 1970."""
    return {
        "webhook-id": uid,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{_sign(uid, str(at), body, secret)}",
    }


def verify(headers: Mapping[str, str], body: bytes, *, secret: str, at: int) -> None:
    """What a receiver does. Raises BadSignature."""
    uid, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not stamp.isdecimal() or abs(at - int(stamp)) > _TOLERANCE:
        raise BadSignature("The time is missing, or not near enough.")
    wanted = _sign(uid, stamp, body, secret).encode()
    for each in headers.get("webhook-signature", "").split():
        version, _comma, given = each.partition(",")
        if version == "v1" and hmac.compare_digest(given.encode(), wanted):
            return
    raise BadSignature("No signature fits.")


def _sign(uid: str, stamp: str, body: bytes, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signed = b".".join([uid.encode(), stamp.encode(), body])
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
