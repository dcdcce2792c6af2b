"""What every request bears: an id, bound to its logs and kept with its operations; and text that can be kept."""

from __future__ import annotations

import ipaddress
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from apps.core.refusals import Refused
from apps.core.sheets import close_sheet, page_before

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


@contextmanager
def as_origin(origin: Origin) -> Iterator[None]:
    """Let what is written in the block come from there, with its request's id in the logs."""
    token = _origin.set(origin)
    structlog.contextvars.bind_contextvars(request_id=origin.request_id)
    try:
        yield
    finally:
        _origin.reset(token)
        structlog.contextvars.clear_contextvars()


def client_address(request: HttpRequest) -> str | None:
    """The client's address, past as many proxies as stand in front of us (`RAPPORT_PROXIES`)."""
    return address_past_proxies(request.headers.get("X-Forwarded-For", ""), request.META.get("REMOTE_ADDR", ""))


def address_past_proxies(forwarded_for: str, address: str) -> str | None:
    """The same of what a server that isn't Django has: the header and its peer's address."""
    proxies: int = settings.RAPPORT_PROXIES
    hops = [hop.strip() for hop in forwarded_for.split(",")]
    if 0 < proxies <= len(hops) and hops[-proxies]:
        address = hops[-proxies]
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:  # a unix socket's peer, or a proxy that is not ours
        return None


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
        with as_origin(origin):
            response = get_response(request)
        response["X-Request-ID"] = identifier
        return response

    return middleware


def without_nul(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Take NUL signs out of query and cookies: Postgres keeps none, so a view could only fail on them.

    Forms and the API refuse them in what is posted, with a message at the field.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        query: str = request.META.get("QUERY_STRING", "")
        if "%00" in query or "\x00" in query:
            request.META["QUERY_STRING"] = _without_nul(query)
        for name, value in request.COOKIES.items():
            if "\x00" in value:  # a quoted cookie may spell it "\000"
                request.COOKIES[name] = value.replace("\x00", "")
        return get_response(request)

    return middleware


def _without_nul(query: str) -> str:
    while "%00" in query or "\x00" in query:  # "%%0000" has another one inside
        query = query.replace("%00", "").replace("\x00", "")
    return query


class Refusals:
    """Answer what a service refuses, and no view foresaw, with its own words instead of an error page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page that the button stood on comes again, as it is now, and says why."""
        if not isinstance(exception, Refused):
            return None
        messages.warning(request, str(exception))
        return close_sheet(request, page_before(request, "/"))
