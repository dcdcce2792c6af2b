"""The door of phones in front of Django, where one process answers everything (demo and development)."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from apps.sync.dav.application import MOST_BYTES, PREFIX, WsgiApplication, make_application, with_own_connections

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_THREADS = 4  # phones wait for each other, pages for none of them


def with_dav(application: Any) -> Application:
    """Return an ASGI application that answers `/dav/` itself and leaves everything else to `application`."""
    dav = with_own_connections(make_application())
    threads = ThreadPoolExecutor(_THREADS, "dav")

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not f"{scope['path']}/".startswith(f"{PREFIX}/"):
            await application(scope, receive, send)
            return
        body = await _body(receive)
        loop = asyncio.get_running_loop()
        status, headers, chunks = await loop.run_in_executor(threads, _ask, dav, _environ(scope, body))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"".join(chunks)})

    return answering


async def _body(receive: Receive) -> bytes:
    """The whole body; of one that is too large one byte too many, which is refused by its length."""
    body, more = bytearray(), True
    while more:
        message = await receive()
        more = message["type"] == "http.request" and message.get("more_body", False)
        if len(body) <= MOST_BYTES:
            body += message.get("body", b"")
    return bytes(body[: MOST_BYTES + 1])


def _environ(scope: Scope, body: bytes) -> dict[str, Any]:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": scope["path"].removeprefix(PREFIX).encode().decode("latin-1") or "/",
        "QUERY_STRING": scope.get("query_string", b"").decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": (scope.get("client") or ("", 0))[0],
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": io.BytesIO(body),
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").upper().replace("-", "_"), raw_value.decode("latin-1")
        key = name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    environ["CONTENT_LENGTH"] = str(len(body))
    return environ


def _ask(dav: WsgiApplication, environ: dict[str, Any]) -> tuple[int, list[tuple[bytes, bytes]], Iterable[bytes]]:
    told: list[Any] = []
    chunks = dav(environ, lambda status, headers, *rest: told.extend((status, headers)))
    headers = [(name.lower().encode("latin-1"), str(value).encode("latin-1")) for name, value in told[1]]
    return int(told[0].split()[0]), headers, chunks
