"""What every request bears: an id, bound to its logs and kept with its operations."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

_TRUSTED_ID = re.compile(r"[A-Za-z0-9-]{8,36}")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a write came from; empty outside a request."""

    ip: str | None = None
    user_agent: str = ""
    request_id: str = ""


_NOWHERE = Origin()
_origin: ContextVar[Origin] = ContextVar("origin", default=_NOWHERE)


def current_origin() -> Origin:
    """Address, program and id of the request at work, for operations and the audit."""
    return _origin.get()


def client_address(request: HttpRequest) -> str | None:
    """The client's address, past as many proxies as stand in front of us (`RAPPORT_PROXIES`)."""
    proxies: int = settings.RAPPORT_PROXIES
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    if 0 < proxies <= len(hops) and hops[-proxies]:
        return hops[-proxies]
    peer: str = request.META.get("REMOTE_ADDR", "")
    return peer or None


def request_id(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Give each request an id (the proxy's, where it looks like one) and return it in `X-Request-ID`."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        identifier = given if _TRUSTED_ID.fullmatch(given) else str(uuid.uuid4())
        origin = Origin(
            ip=client_address(request),
            user_agent=request.headers.get("User-Agent", "")[:300],
            request_id=identifier,
        )
        token = _origin.set(origin)
        structlog.contextvars.bind_contextvars(request_id=identifier)
        try:
            response = get_response(request)
        finally:
            _origin.reset(token)
            structlog.contextvars.clear_contextvars()
        response["X-Request-ID"] = identifier
        return response

    return middleware
