"""Answers that are too long to be held in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest

_PIECE = 64 * 1024  # letters: each piece costs a change of threads


def streamed(request: HttpRequest, lines: Iterator[str]) -> Iterator[str] | AsyncIterator[str]:
    """The lines in pieces worth sending. Under ASGI Django would collect a plain iterator before it sends anything."""
    pieces = _in_pieces(lines)
    if not isinstance(request, ASGIRequest):
        return pieces

    async def stream() -> AsyncIterator[str]:
        while piece := await sync_to_async(lambda: next(pieces, ""))():
            yield piece

    return stream()


def _in_pieces(lines: Iterator[str]) -> Iterator[str]:
    kept: list[str] = []
    size = 0
    for line in lines:
        kept.append(line)
        size += len(line)
        if size >= _PIECE:
            yield "".join(kept)
            kept, size = [], 0
    if kept:
        yield "".join(kept)
