"""Pictures and keys in the three ways vCards carry them: base64, data URI, link."""

from __future__ import annotations

import base64
import binascii
import re

from apps.contacts.formats.records import Photo
from apps.contacts.formats.vcard.lines import Property
from apps.contacts.formats.vcard.values import unescape

_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]{1,20}):")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_SIGNATURES = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
)
_SUBTYPES = {"jpg": "jpeg", "pjpeg": "jpeg", "svg": "svg+xml"}
_KEY_TYPES = {"pgp": "application/pgp-keys", "x509": "application/pkix-cert", "x-smime": "application/pkcs7-mime"}
_ARMOUR = b"-----BEGIN"


def read_photo(prop: Property) -> Photo | None:
    """The picture or its address; None for a damaged or empty one. Nothing is ever fetched."""
    value = prop.value
    scheme = _SCHEME.match(value[:40])
    if scheme and prop.head.encoding != "b":
        name = scheme[1].lower()
        if name == "data":
            mime_type, data = _data_uri(value)
            return Photo(data, _picture_type(data, mime_type or _named_type(prop))) if data else None
        return Photo(mime_type=_named_type(prop), url=unescape(value).strip()) if name in ("http", "https") else None
    data = decode_base64(value)
    return Photo(data, _picture_type(data, _named_type(prop))) if data else None


def read_key(prop: Property) -> str:
    """A public key as text: armoured, else as a data URI, else the address where it lies."""
    value = prop.value
    if prop.head.encoding == "b":
        data = decode_base64(value)
        if data.startswith(_ARMOUR) and data.isascii():
            return data.decode("ascii").replace("\r\n", "\n").strip()
        named = next((word for word in prop.head.types if word in _KEY_TYPES), "")
        mime_type = _KEY_TYPES.get(named, "application/octet-stream")
        return f"data:{mime_type};base64,{base64.b64encode(data).decode('ascii')}" if data else ""
    return unescape(value).strip()


def decode_base64(text: str) -> bytes:
    """The bytes, whatever folding or stray characters are in it; of a torn end what is whole. Empty for nonsense."""
    data = text.encode("ascii", errors="ignore")
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        data = _NOT_BASE64.sub(b"", data)
    data = data[: len(data) - 1] if len(data) % 4 == 1 else data
    return binascii.a2b_base64(data + b"=" * (-len(data) % 4))


def _data_uri(value: str) -> tuple[str, bytes]:
    header, _, data = value.strip()[5:].partition(",")  # a comma is often escaped here: the header ends in "\"
    words = header.rstrip("\\").replace("\\;", ";").split(";")
    mime_type = words[0].lower() if "/" in words[0] else ""
    if any(word.strip().lower() == "base64" for word in words):
        return mime_type, decode_base64(data)
    return mime_type, b""


def _named_type(prop: Property) -> str:
    named = prop.head.param("MEDIATYPE").lower()
    if named:
        return named
    word = next((word for word in prop.head.types if word.isalnum() or "/" in word), "")
    return word if "/" in word or not word else f"image/{_SUBTYPES.get(word, word)}"


def _picture_type(data: bytes, named: str) -> str:
    """What the first bytes say; programs name the wrong type more often than not."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((mime_type for signature, mime_type in _SIGNATURES if data.startswith(signature)), named)
