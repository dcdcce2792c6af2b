"""Phones in front of Django: what begins with /dav/ is theirs, all else goes on."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from apps.sync.dav.application import MOST_BYTES, mounted
from apps.sync.dav.asgi import with_dav
from tests.sync.dav.door import APPLICATION


async def _pages(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"pages"})


def ask(path: str, *bodies: bytes, method: str = "PROPFIND") -> tuple[int, dict[bytes, bytes], bytes]:
    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "http_version": "1.1",
        "headers": [],
        "client": None,
    }
    coming = [{"type": "http.request", "body": body, "more_body": True} for body in bodies]
    coming.append({"type": "http.request", "body": b"", "more_body": False})
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return coming.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    # A thread of its own: tests in the browser leave a loop in this one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, with_dav(_pages)(scope, receive, send)).result()  # type: ignore[arg-type]  # a coroutine
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


def test_pages_are_left_alone():
    for path in ("/", "/davos/", "/contacts/", "/accounts/dav/"):
        assert ask(path)[0] == 299


def test_a_phone_is_asked_who_it_is():
    for path in ("/dav", "/dav/", "/dav/u1/contacts-1/"):
        status, headers, _body = ask(path, b"<propfind/>")
        assert status == 401
        assert headers[b"www-authenticate"].startswith(b"Basic ")


def test_a_huge_body_is_refused_without_being_kept():
    assert ask("/dav/u1/", *[b"x" * (MOST_BYTES // 4)] * 6, method="PUT")[0] == 413


def test_a_server_of_its_own_answers_below_dav_alone():
    told: list[Any] = []
    for path in ("/", "/healthz", "/dav/"):
        environ = {"PATH_INFO": path, "REQUEST_METHOD": "OPTIONS", "SERVER_PROTOCOL": "HTTP/1.1"}
        mounted(APPLICATION)(environ | {"wsgi.url_scheme": "http"}, lambda status, *rest: told.append(status[:3]))
    assert told == ["404", "200", "200"]
