"""DKIM signatures (RFC 6376, RFC 8463) for mailings of the house's own domain.

One-click unsubscribing counts only where the headers that offer it are signed (RFC 8058, section 4).
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections import Counter
from datetime import datetime
from email.utils import parseaddr
from pathlib import Path

import structlog
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from django.conf import settings
from django.utils.translation import gettext as _

log = structlog.get_logger(__name__)

Key = RSAPrivateKey | Ed25519PrivateKey
_SMALLEST = 1024  # bits of an RSA key that receivers take (RFC 8301)
_FIELD = re.compile(rb"\r\n(?![ \t])")
_BLANKS = re.compile(rb"[ \t]+")
_SIGNED = (
    *("from", "reply-to", "to", "subject", "date", "message-id"),
    *("mime-version", "content-type", "content-transfer-encoding"),
    *("list-id", "list-unsubscribe", "list-unsubscribe-post"),
)
# Named once more than they stand there: a second one, put in on the way, breaks the signature.
_NO_MORE = ("from", "subject", "list-unsubscribe", "list-unsubscribe-post")


class UnreadableKey(Exception):
    """There is no private key of RSA or Ed25519 where the settings say so."""


def signed(raw: bytes, *, now: datetime) -> bytes:
    """`raw` (CRLF line ends) below a signature of the house, if it has a key and `raw` is from its domain.

    A key that can't be read holds no mail up: the log says so, and `manage.py check --deploy`.
    """
    if not settings.RAPPORT_DKIM_DOMAIN:
        return raw
    head, _gap, body = raw.partition(b"\r\n\r\n")
    fields = [(name.strip().lower(), value) for name, _colon, value in (f.partition(b":") for f in _FIELD.split(head))]
    if not _is_ours(dict(fields).get(b"from", b"")):
        return raw
    try:
        key = private_key()
    except UnreadableKey:
        log.error("mail.dkim.no_key")
        return raw
    return _signature(key, fields, body, now) + b"\r\n" + raw


def private_key() -> Key:
    """The key of the settings. Raises UnreadableKey, which says nothing of what was read."""
    return _read(settings.RAPPORT_DKIM_KEY, settings.RAPPORT_DKIM_KEY_FILE)


def trouble() -> str:
    """Why Rapport signs no mailings, in words for a person; "": it signs them."""
    if not settings.RAPPORT_DKIM_DOMAIN:
        return _("Rapport has no DKIM key: the mail server must sign mailings, with the headers to leave them by.")
    try:
        private_key()
    except UnreadableKey:
        return _("The DKIM key of the settings can't be read, so mailings go out unsigned.")
    return ""


def dns_record() -> tuple[str, str]:
    """Name and text of the TXT record by which others check signatures. Raises UnreadableKey."""
    key = private_key()
    encoding = serialization.Encoding
    if isinstance(key, RSAPrivateKey):
        kind = "rsa"
        public = key.public_key().public_bytes(encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    else:
        kind = "ed25519"
        public = key.public_key().public_bytes(encoding.Raw, serialization.PublicFormat.Raw)
    name = f"{settings.RAPPORT_DKIM_SELECTOR}._domainkey.{settings.RAPPORT_DKIM_DOMAIN}"
    return name, f"v=DKIM1; k={kind}; p={base64.b64encode(public).decode()}"


@functools.lru_cache(maxsize=4)
def _read(text: str, path: str) -> Key:
    try:
        pem = Path(path).read_bytes() if path else text.replace("\\n", "\n").encode()
        key = serialization.load_pem_private_key(pem, password=None)
    except (OSError, ValueError, TypeError):
        raise UnreadableKey from None
    if isinstance(key, RSAPrivateKey) and key.key_size >= _SMALLEST:
        return key
    if isinstance(key, Ed25519PrivateKey):
        return key
    raise UnreadableKey


def _is_ours(sender: bytes) -> bool:
    """Whether it is from the domain of the key or from one below, so that DMARC takes the one for the other."""
    # As it was written: a name with a comma, once decoded, reads like two addresses.
    domain = parseaddr(sender.decode("ascii", "replace").strip())[1].rpartition("@")[2].lower()
    own = settings.RAPPORT_DKIM_DOMAIN.lower()
    return bool(domain == own or domain.endswith(f".{own}"))


def _signature(key: Key, fields: list[tuple[bytes, bytes]], body: bytes, now: datetime) -> bytes:
    """The header field, without a line end behind it."""
    algorithm = "rsa-sha256" if isinstance(key, RSAPrivateKey) else "ed25519-sha256"
    there = Counter(name.decode("ascii", "replace") for name, _value in fields)
    names = [name for name in _SIGNED for _ in range(there[name])]
    names += [name for name in _NO_MORE if there[name]]
    digest = base64.b64encode(hashlib.sha256(_plain_body(body)).digest()).decode()
    folds = (":".join(names[start : start + 6]) for start in range(0, len(names), 6))
    tags = (
        f"v=1; a={algorithm}; c=relaxed/relaxed; d={settings.RAPPORT_DKIM_DOMAIN}",
        f"s={settings.RAPPORT_DKIM_SELECTOR}; t={int(now.timestamp())}",
        "h=" + ":\r\n\t ".join(folds),
        f"bh={digest}",
        "b=",
    )
    unsigned = (" " + ";\r\n\t".join(tags)).encode()
    lines = [_plain_field(name, value) for name, value in _in_turn(names, fields)]
    told = b"".join(line + b"\r\n" for line in lines) + _plain_field(b"dkim-signature", unsigned)
    if isinstance(key, RSAPrivateKey):
        seal = key.sign(told, PKCS1v15(), hashes.SHA256())
    else:
        seal = key.sign(hashlib.sha256(told).digest())  # RFC 8463, section 3
    text = base64.b64encode(seal)
    folded = b"\r\n\t ".join(text[start : start + 70] for start in range(0, len(text), 70))
    return b"DKIM-Signature:" + unsigned + folded


def _in_turn(names: list[str], fields: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The fields that `names` call, of each name the last one first (section 5.4.2)."""
    left: dict[bytes, list[bytes]] = {}
    for name, value in fields:
        left.setdefault(name, []).append(value)
    called = [(name.encode(), left.get(name.encode())) for name in names]
    return [(name, values.pop()) for name, values in called if values]


def _plain_field(name: bytes, value: bytes) -> bytes:
    """Section 3.4.2."""
    return name + b":" + _BLANKS.sub(b" ", value.replace(b"\r\n", b"")).strip()


def _plain_body(body: bytes) -> bytes:
    """Section 3.4.4."""
    lines = [_BLANKS.sub(b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)
