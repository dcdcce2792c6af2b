"""Bytes kept once, by their SHA-256, under `MEDIA_ROOT`."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings

from apps.core.models import File

_CHUNK = 1024 * 1024


class Readable(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


class FileTooLarge(Exception):
    """More bytes than the caller allows; nothing was kept."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"The file is larger than {limit // (1024 * 1024)} MB.")


def store(content: Readable | bytes, *, mime_type: str, now: datetime, limit: int | None = None) -> File:
    """Keep `content` (bytes, or a stream read in portions) and return its row; the same bytes give the same row.

    The file is complete and on disk before its name exists. `mime_type` is that of the first time it was seen.
    Raises FileTooLarge beyond `limit` bytes.
    """
    incoming = Path(settings.MEDIA_ROOT) / "incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    descriptor, name = tempfile.mkstemp(dir=incoming)
    try:
        with os.fdopen(descriptor, "wb") as target:
            for chunk in _chunks(content):
                size += len(chunk)
                if limit is not None and size > limit:
                    raise FileTooLarge(limit)
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        final = _place(digest.hexdigest())
        final.parent.mkdir(parents=True, exist_ok=True)
        Path(name).replace(final)
    finally:
        Path(name).unlink(missing_ok=True)
    defaults = {"size": size, "mime_type": mime_type[:100], "created_at": now}
    return File.objects.get_or_create(sha256=digest.hexdigest(), defaults=defaults)[0]


def path(file: File) -> Path:
    """Where the bytes of `file` lie."""
    return _place(file.sha256)


def open_file(file: File) -> BinaryIO:
    """Open the bytes of `file` for reading; the caller closes them. Raises FileNotFoundError if they are gone."""
    return path(file).open("rb")


def _place(sha256: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "files" / sha256[:2] / sha256[2:4] / sha256


def _chunks(content: Readable | bytes) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    while chunk := content.read(_CHUNK):
        yield chunk
