"""The WSGI application below /dav/: Radicale with our plug-ins, and what it leaves to whoever runs it."""

from __future__ import annotations

import io
import logging
import sys
import uuid
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from defusedxml.common import DefusedXmlException
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import close_old_connections
from django.utils import translation
from radicale import config, httputils
from radicale.app import Application

from apps.core import clock
from apps.core.middleware import Origin, address_past_proxies, as_origin
from apps.sync.dav.auth import Auth
from apps.sync.dav.paths import parse
from apps.sync.dav.rights import Rights
from apps.sync.dav.session import Visit, visit
from apps.sync.dav.storage import Storage
from apps.sync.services.cards.receiving import refused_card

log = structlog.get_logger(__name__)

PREFIX = "/dav"
MOST_BYTES = 20 * 1024 * 1024  # of one request: a card with its photo
_CONFIGURATION: dict[str, dict[str, Any]] = {
    "auth": {"type": Auth, "delay": 0, "lc_username": False},
    "storage": {"type": Storage},
    "rights": {"type": Rights, "permit_delete_collection": False, "permit_overwrite_collection": False},
    "web": {"type": "none"},
    "server": {"max_content_length": MOST_BYTES, "max_resource_size": MOST_BYTES},
}
StartResponse = Callable[..., Any]
WsgiApplication = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


class _Application(Application):
    def _read_xml_request_body(self, environ: Any, request_info: Any) -> Any:
        try:
            return super()._read_xml_request_body(environ, request_info)
        except (DefusedXmlException, ValueError) as error:  # entity bombs, encodings that aren't
            raise RuntimeError("this XML is not taken") from error

    def do_DELETE(self, *args: Any) -> Any:  # noqa: N802  # Radicale's name
        return _forbidden_where_denied(super().do_DELETE, *args)

    def do_MOVE(self, *args: Any) -> Any:  # noqa: N802
        return _forbidden_where_denied(super().do_MOVE, *args)


def _forbidden_where_denied(answer: Callable[..., Any], *args: Any) -> Any:
    try:
        return answer(*args)
    except PermissionDenied:
        return httputils.FORBIDDEN


def make_application() -> WsgiApplication:
    """The application, for tests as it is; a server takes it `with_own_connections`."""
    configuration = config.load()
    configuration.update(_CONFIGURATION, "rapport", privileged=True)
    logging.getLogger("radicale").setLevel(logging.ERROR)  # what it says of requests bears names and addresses
    radicale = _Application(configuration)

    return lambda environ, start_response: _answer(radicale, environ, start_response)


def with_own_connections(application: WsgiApplication) -> WsgiApplication:
    """The same where no handler of Django's looks after the database connections of a thread."""

    def wrapped(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        close_old_connections()
        try:
            return application(environ, start_response)
        finally:
            close_old_connections()

    return wrapped


def mounted(application: WsgiApplication) -> WsgiApplication:
    """The same below /dav/ for a server that gives whole addresses; whatever else comes is 404, a probe is answered."""

    def wrapped(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/healthz":
            return _refuse(start_response, "200 OK")
        if not f"{path}/".startswith(f"{PREFIX}/"):
            return _refuse(start_response, "404 Not Found")
        return application({**environ, "PATH_INFO": path.removeprefix(PREFIX) or "/"}, start_response)

    return wrapped


def _answer(radicale: Application, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    length = environ.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > MOST_BYTES:
        return _refuse(start_response, "413 Content Too Large")
    if "\0" in environ["PATH_INFO"] or "%00" in environ.get("HTTP_DESTINATION", ""):
        return _refuse(start_response, "400 Bad Request")
    body = environ["wsgi.input"].read(int(length)) if int(length) else b""
    current = Visit(now=clock.now(), body=body, if_match=environ.get("HTTP_IF_MATCH", "").strip().strip('"'))
    origin = Origin(
        ip=address_past_proxies(environ.get("HTTP_X_FORWARDED_FOR", ""), environ.get("REMOTE_ADDR", "")),
        user_agent=environ.get("HTTP_USER_AGENT", "")[:300],
        request_id=str(uuid.uuid4()),
    )
    inner = {
        key: value
        for key, value in environ.items()
        # Radicale would take these for a proxy's word on where it is mounted and who asks.
        if not key.startswith(("HTTP_X_FORWARDED_", "HTTP_X_REMOTE_", "HTTP_X_SCRIPT_NAME"))
    }
    inner |= {"SCRIPT_NAME": PREFIX, "wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr}
    answered: list[Any] = []

    def note(status: str, headers: list[tuple[str, str]], *rest: Any) -> None:
        answered[:] = [status, headers]

    marker = visit.set(current)
    try:
        with as_origin(origin), translation.override(settings.LANGUAGE_CODE):
            chunks = list(radicale(inner, note))
    finally:
        visit.reset(marker)
    status, headers = answered
    if status.startswith("412") and environ["REQUEST_METHOD"] == "PUT" and current.if_match:
        _keep_refused(current, environ["PATH_INFO"])
    if current.is_locked_out:
        return _refuse(start_response, "429 Too Many Requests", ("Retry-After", "900"))
    start_response(status, _kept_headers(environ["REQUEST_METHOD"], headers))
    return chunks


def _keep_refused(current: Visit, path: str) -> None:
    """The phone will fetch what is here and may forget what it wanted: that is asked about on the pages."""
    place = parse(path)
    if place and place.href and place.folder_id is not None and current.app_password:
        refused_card(
            actor=current.user,
            device=current.app_password.name,
            folder_id=place.folder_id,
            href=place.href,
            data=current.body,
            base=current.if_match,
            now=current.now,
        )


def _kept_headers(method: str, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """No ETag answers a PUT: what is kept isn't byte for byte what came (RFC 9110, 8.8.3), so phones fetch it."""
    kept = [(name, value) for name, value in headers if not (method == "PUT" and name == "ETag")]
    return [*kept, ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]


def _refuse(start_response: StartResponse, status: str, *headers: tuple[str, str]) -> Iterable[bytes]:
    start_response(status, [("Content-Type", "text/plain; charset=utf-8"), *headers])
    return [status.encode()]
