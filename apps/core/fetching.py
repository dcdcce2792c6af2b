"""Pages of hosts that people name, fetched behind the guard (`hosts`): little is read, and for a short time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError

from apps.core.hosts import guarded_session

_CONNECT, _READ = 4.0, 5.0  # seconds of silence
_WHOLE = 6.0  # seconds that one step of the way may take
_REDIRECTS = (301, 302, 303, 307, 308)
_STEPS = 4
_HEADERS = {"User-Agent": "Rapport-Links/1", "Accept-Encoding": "identity", "Accept-Language": "*"}


class Unreachable(Exception):
    """Nobody answered, or with a failure of theirs; another time may do."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The beginning of a page; `charset` is what its header says, or ""."""

    body: bytes
    charset: str


def fetch_page(url: str, *, types: Collection[str], most: int) -> Fetched | None:
    """At most `most` bytes of a page of one of these media types; None where there is no such page.

    Follows a few redirects, each checked by the guard like the first address. Raises Unreachable.
    """
    address = url
    for _step in range(_STEPS):
        if not _is_plain(address):
            return None
        try:
            found = _asked(address, types, most)
        except (requests.RequestException, HTTPError, HTTPException, OSError, ValueError) as error:
            raise Unreachable from error
        if not isinstance(found, str):
            return found
        address = urljoin(address, found)
    return None


def _asked(address: str, types: Collection[str], most: int) -> Fetched | str | None:
    """What is there; a str leads elsewhere."""
    with (
        guarded_session(longest=_WHOLE) as session,
        session.get(
            address, headers=_HEADERS, timeout=(_CONNECT, _READ), allow_redirects=False, stream=True
        ) as response,
    ):
        if response.status_code in _REDIRECTS:
            return response.headers.get("Location") or None
        if response.status_code >= 500 or response.status_code == 429:
            raise Unreachable
        kind, _sign, parameters = response.headers.get("Content-Type", "").partition(";")
        coded = response.headers.get("Content-Encoding", "identity").strip().lower() != "identity"
        if response.status_code != 200 or kind.strip().lower() not in types or coded:
            return None
        body = response.raw.read(most, decode_content=False)
    return Fetched(body, _charset(parameters))


def _is_plain(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username


def _charset(parameters: str) -> str:
    name, _sign, value = parameters.strip().partition("=")
    return value.split(";")[0].strip("\"' ")[:40] if name.strip().lower() == "charset" else ""
