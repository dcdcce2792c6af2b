"""Bodies that are too large are refused before Django's handler has kept them, which reads each one to its end."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


def with_body_limits(application: Any, limits: Mapping[str, int]) -> Application:
    """An ASGI application that takes no more bytes than `limits` say for addresses that begin so: 413 (RFC 9110)."""

    async def limited(scope: Scope, receive: Receive, send: Send) -> None:
        limit = next((limit for start, limit in limits.items() if scope.get("path", "").startswith(start)), None)
        if scope["type"] != "http" or limit is None:
            await application(scope, receive, send)
        elif _announced(scope) > limit:
            await _refuse(send, limit)
        else:
            await _watch(application, scope, receive, send, limit)

    return limited


async def _watch(application: Application, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
    """Count what comes without a length; beyond the limit the application sees its caller leave."""
    taken, answered = 0, False

    async def counted() -> dict[str, Any]:
        nonlocal taken
        if taken > limit:
            return {"type": "http.disconnect"}
        message = await receive()
        taken += len(message.get("body", b""))
        return message if taken <= limit else {"type": "http.disconnect"}

    async def noted(message: dict[str, Any]) -> None:
        nonlocal answered
        answered = True
        await send(message)

    await application(scope, counted, noted)
    if taken > limit and not answered:
        await _refuse(send, limit)


def _announced(scope: Scope) -> int:
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(length) if length.isdigit() else 0


async def _refuse(send: Send, limit: int) -> None:
    text = {"title": "Too large", "status": 413, "detail": f"A request here has at most {limit:,} bytes."}
    headers = [(b"content-type", b"application/problem+json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(text).encode()})
