"""One question to a service that an administrator named by its keys; the answer, or what was in the way.

Keys stand in headers or in the address, so nothing that is raised or logged here bears either: errors of
requests, which do, aren't kept as causes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

import requests
from django.utils.translation import gettext as _
from urllib3.exceptions import HTTPError

from apps.core.hosts import guarded_session
from apps.core.services.webhooks.posting import seconds_asked

_LARGEST = 16 * 1024 * 1024  # bytes of an answer
_TRYING_HELPS = frozenset({408, 409, 425, 429})  # of the answers in the four hundreds


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait for a connection, for the next byte, and for all of it."""

    connect: float = 10.0
    read: float = 60.0
    whole: float = 90.0


class OutsideTrouble(Exception):
    """It can't be done now, in words for an administrator. `is_permanent`: trying again doesn't help.

    `problem` is what the service said, where it answered; `retry_after` are the seconds that it asked for.
    """

    def __init__(
        self,
        words: str,
        *,
        is_permanent: bool = False,
        status: int | None = None,
        problem: Mapping[str, Any] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(words)
        self.is_permanent, self.status, self.retry_after = is_permanent, status, retry_after
        self.problem: Mapping[str, Any] = problem or {}


@dataclass(frozen=True, slots=True)
class Question:
    method: str
    url: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None  # JSON
    user: tuple[str, str] | None = None  # of HTTP Basic


def as_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def ask(question: Question, patience: Patience) -> Any:
    """What its JSON says; None for an empty answer. Redirects aren't followed. Raises OutsideTrouble."""
    began = time.monotonic()
    headers = {"User-Agent": "Rapport/1", "Accept": "application/json", "Accept-Encoding": "identity"}
    if question.body is not None:
        headers["Content-Type"] = "application/json"
    try:
        with (
            guarded_session(longest=patience.whole) as session,
            session.request(
                question.method,
                question.url,
                params=dict(question.query),
                data=question.body,
                headers=headers,
                auth=question.user,
                timeout=(patience.connect, patience.read),
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            status, asked = response.status_code, response.headers.get("Retry-After", "")
            raw = response.raw.read(_LARGEST + 1, decode_content=False)
    except requests.Timeout:
        raise OutsideTrouble(_("It took too long to answer.")) from None
    except requests.exceptions.SSLError:
        raise OutsideTrouble(_("Its certificate can't be trusted.")) from None
    except (requests.RequestException, HTTPError, HTTPException, OSError, ValueError):
        raise OutsideTrouble(_("It can't be reached.")) from None
    if time.monotonic() - began >= patience.whole:  # cut off, which Python may take for an end
        raise OutsideTrouble(_("It took too long to answer."))
    if len(raw) > _LARGEST:
        raise OutsideTrouble(_("Its answer is too large."), status=status)
    return _read(status, raw, asked)


def _read(status: int, raw: bytes, asked: str) -> Any:
    found = _parsed(raw)
    if 200 <= status < 300:
        if found is _NONSENSE:
            raise OutsideTrouble(_("Its answer can't be read."), status=status)
        return found
    problem = found if isinstance(found, dict) else {}
    told = ": ".join(str(problem[name]) for name in ("title", "detail") if problem.get(name))
    raise OutsideTrouble(
        told[:500] or _("It answered with status %(status)s.") % {"status": status},
        is_permanent=300 <= status < 500 and status not in _TRYING_HELPS,
        status=status,
        problem=problem,
        retry_after=seconds_asked(asked),
    )


_NONSENSE = object()


def _parsed(raw: bytes) -> Any:
    text = raw.decode("utf-8", "replace").strip().replace("\x00", "")
    if not text:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _NONSENSE
