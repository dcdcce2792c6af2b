"""Where an address of a mail leads, as a browser would understand it."""

from __future__ import annotations

import re
from urllib.parse import unquote

LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]{0,30}):", re.IGNORECASE)
_WEB = re.compile(r"https?:[\\/]*([^\\/?#]*)", re.IGNORECASE)
_IGNORED = re.compile(r"[\x00-\x20\x7f]")  # browsers drop line breaks and tabs within an address
_RASTER = re.compile(r"data:image/(?:png|jpe?g|gif|webp|bmp);base64,[a-z0-9+/=\s]*\Z", re.IGNORECASE)


def scheme_of(address: str) -> str:
    """The scheme, lower case; "" for a relative address."""
    found = _SCHEME.match(_IGNORED.sub("", address[:1000]))
    return found[1].lower() if found else ""


def is_raster_data(address: str) -> bool:
    """Whether `address` is a picture within itself, of a kind that holds no program (so no SVG)."""
    return bool(_RASTER.match(address.strip()))


def true_host(address: str) -> str:
    """The host that a browser would ask (WHATWG URL): no login before it, letters of other scripts as xn--."""
    found = _WEB.match(_IGNORED.sub("", address[:4000]))
    if not found:
        return ""
    host = unquote(found[1].rpartition("@")[2])
    if not host.startswith("["):
        host = host.partition(":")[0]
    host = host.lower().rstrip(".")
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return host
