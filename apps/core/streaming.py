"""Answers that are too long to be held in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest

_PIECE = 128 * 1024  # bytes: each piece costs a change of threads


def streamed(request: HttpRequest, parts: Iterator[bytes]) -> Iterator[bytes] | AsyncIterator[bytes]:
    """The parts in pieces worth sending. Under ASGI Django would collect a plain iterator before it sends anything."""
    pieces = _in_pieces(parts)
    if not isinstance(request, ASGIRequest):
        return pieces

    async def stream() -> AsyncIterator[bytes]:
        while piece := await sync_to_async(lambda: next(pieces, b""))():
            yield piece

    return stream()


def _in_pieces(parts: Iterator[bytes]) -> Iterator[bytes]:
    kept: list[bytes] = []
    size = 0
    for part in parts:
        kept.append(part)
        size += len(part)
        if size >= _PIECE:
            yield b"".join(kept)
            kept, size = [], 0
    if kept:
        yield b"".join(kept)
