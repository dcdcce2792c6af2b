"""Live events as server-sent events, answered raw in front of Django.

Django's own handler keeps a thread for each open response; this one keeps a small object (ADR 0002).
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

import structlog
from django.db import DatabaseError

from apps.core.live.hub import Client, Hub
from apps.core.live.listening import who_may_hear

log = structlog.get_logger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

PATH = "/live/"
_KEEP_ALIVE = 25.0  # seconds; proxies cut what stays silent for a minute
_RECHECK = 120.0  # seconds between two looks at session and rights
_MOST_CHANNELS = 100
_MOST_STREAMS = 40  # of one user in one process: tabs, not loops
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


def with_live_events(django_application: Any) -> Application:
    """Return an ASGI application that answers `/live/` itself and leaves everything else to Django."""
    hubs: dict[asyncio.AbstractEventLoop, Hub] = {}

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        if scope["type"] == "lifespan":
            await _lifespan(hubs, receive, send)
        elif scope["type"] == "http" and scope["path"] == PATH:
            await _stream(hubs.setdefault(loop, Hub()), scope, receive, send)
        else:
            await django_application(scope, receive, send)

    return application


async def _lifespan(hubs: dict[asyncio.AbstractEventLoop, Hub], receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        else:
            hub = hubs.pop(asyncio.get_running_loop(), None)
            if hub is not None:
                await hub.close()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def _stream(hub: Hub, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["method"] != "GET":
        await _refuse(send, 405)
        return
    wanted = frozenset(parse_qs(scope["query_string"].decode("latin-1")).get("channel", [])[:_MOST_CHANNELS])
    cookies = "; ".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")
    try:
        user_id, channels = await who_may_hear(cookies, wanted)
    except DatabaseError:
        log.warning("live.session.unreadable")
        await _refuse(send, 503)
        return
    if user_id is None or not channels:
        await _refuse(send, 403)
        return
    if sum(client.user_id == user_id for client in hub.clients) >= _MOST_STREAMS:
        await _refuse(send, 429)
        return
    await _serve(hub, Client(user_id, channels), cookies, receive, send)


async def _serve(hub: Hub, client: Client, cookies: str, receive: Receive, send: Send) -> None:
    """Send until the page goes away or may not listen any more."""
    sending = asyncio.create_task(_send_events(hub, client, cookies, send))
    leaving = asyncio.create_task(_until_disconnect(receive))
    try:
        await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        hub.leave(client)
        sending.cancel()
        leaving.cancel()
        outcome, _ = await asyncio.gather(sending, leaving, return_exceptions=True)
    if isinstance(outcome, Exception):  # asyncio's own cancellation is none
        raise outcome


async def _until_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send_events(hub: Hub, client: Client, cookies: str, send: Send) -> None:
    await hub.join(client)
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await _send(send, b"retry: 2000\nevent: open\ndata: {}\n\n")
    loop = asyncio.get_running_loop()
    next_check = loop.time() + _RECHECK * (0.75 + random.random() / 2)  # noqa: S311  spreads the look-ups
    while True:
        try:
            await asyncio.wait_for(client.news.wait(), _KEEP_ALIVE)
        except TimeoutError:
            await _send(send, b": ka\n\n")
        if client.must_recheck or loop.time() >= next_check:
            client.must_recheck = False
            next_check = loop.time() + _RECHECK
            if not await _still_may(hub, client, cookies):
                await _send(send, b"event: closed\ndata: {}\n\n")
                await send({"type": "http.response.body", "body": b""})
                return
        if events := client.take():
            await _send(send, events)


async def _still_may(hub: Hub, client: Client, cookies: str) -> bool:
    try:
        user_id, channels = await who_may_hear(cookies, client.channels)
    except DatabaseError:
        log.warning("live.session.unreadable")
        return True  # asked again in a while; what is heard until then was allowed
    if user_id != client.user_id or not channels:
        return False
    if channels != client.channels:
        hub.narrow(client, channels)
    return True


async def _send(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _refuse(send: Send, status: int) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
