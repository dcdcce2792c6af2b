"""One event over the wire. Nothing in here touches the database: it runs in threads, beside other receivers."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException

import requests
from urllib3.exceptions import HTTPError

from apps.core.hosts import guarded_session

_CONNECT, _READ = 5.0, 8.0  # seconds of silence
_WHOLE = 10.0  # seconds that all of it may take
_KEPT = 2048  # bytes of an answer
_LONGEST_REST = 24 * 3600.0
_TRYING_HELPS = frozenset({408, 409, 425, 429})  # of the answers in the four hundreds


@dataclass(frozen=True, slots=True)
class Parcel:
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `status` is None where nothing did; `retry_after` is in seconds, where the receiver asked."""

    status: int | None
    text: str = ""
    ms: int = 0
    error: str = ""
    retry_after: float | None = None

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        return self.status == 410

    @property
    def is_misconfigured(self) -> bool:
        """Somebody has to change something: a wrong address, key or path, a redirect."""
        return self.status is not None and 300 <= self.status < 500 and self.status not in _TRYING_HELPS


def post(parcel: Parcel) -> Answer:
    """Never raises for what a receiver does. Redirects aren't followed, of the answer only a little is read."""
    began = time.monotonic()
    with guarded_session(longest=_WHOLE) as session:
        try:
            with session.post(
                parcel.url,
                data=parcel.body,
                headers=dict(parcel.headers),
                timeout=(_CONNECT, _READ),
                allow_redirects=False,
                stream=True,
            ) as response:
                if time.monotonic() - began >= _WHOLE:  # cut off within its headers, which Python takes for their end
                    return Answer(None, ms=_since(began), error="It took too long.")
                status = response.status_code
                rest = seconds_asked(response.headers.get("Retry-After", ""))
                text = _beginning(response)
        except requests.RequestException as error:
            return Answer(None, ms=_since(began), error=_in_words(error))
    trouble = "" if 200 <= status < 300 else f"HTTP {status}"
    return Answer(status, text=text, ms=_since(began), error=trouble, retry_after=rest)


def _beginning(response: requests.Response) -> str:
    """Undecoded, so that no small answer becomes a large one. That it breaks off says nothing of the status."""
    try:
        raw = response.raw.read(_KEPT, decode_content=False)
    except (HTTPError, HTTPException, OSError, ValueError):
        return ""
    return _kept(raw.decode("utf-8", "replace"))


def seconds_asked(text: str) -> float | None:
    """What a Retry-After says: seconds or a date (RFC 9110, 10.2.3), within reason."""
    if text.isdecimal() and len(text) < 10:
        return min(float(text), _LONGEST_REST)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    left = (at.replace(tzinfo=at.tzinfo or UTC) - datetime.fromtimestamp(time.time(), UTC)).total_seconds()
    return min(max(left, 0.0), _LONGEST_REST)


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _in_words(error: requests.RequestException) -> str:
    cause: BaseException = error
    while (inner := cause.__cause__ or cause.__context__) is not None:
        cause = inner
    return _kept(f"{type(error).__name__}: {cause}")[:300]


def _kept(text: str) -> str:
    """Without what Postgres can't keep: receivers answer whatever they like."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
