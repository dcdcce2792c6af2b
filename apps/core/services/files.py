"""Bytes kept once, by their SHA-256, under `MEDIA_ROOT`."""

from __future__ import annotations

import hashlib
import mimetypes
import os
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path, PurePath
from typing import BinaryIO, Protocol

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.core.models import File

_CHUNK = 1024 * 1024
_FEW = 8


class Readable(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


MOST_UPLOADED = 50 * 1024 * 1024  # bytes of a file that a person adds to a record


class Upload(Protocol):
    """A file as a form brings it."""

    @property
    def name(self) -> str | None: ...
    @property
    def size(self) -> int | None: ...
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


def store_many(contents: Sequence[bytes], *, mime_type: str, now: datetime) -> list[File]:
    """Keep each of `contents` and return their rows in that order; the disk is waited for once, not once a file.

    As with `store`, a file is on disk before its row can be committed; call it inside that transaction.
    """
    sums = [hashlib.sha256(content).hexdigest() for content in contents]
    by_sum = dict(zip(sums, contents, strict=True))
    known = {file.sha256: file for file in File.objects.filter(sha256__in=by_sum)}
    fresh = {sha256: content for sha256, content in by_sum.items() if sha256 not in known}
    _write_all(fresh)
    if fresh:
        rows = [
            File(sha256=sha256, size=len(content), mime_type=mime_type[:100], created_at=now)
            for sha256, content in sorted(fresh.items())
        ]
        # Where somebody else kept the same bytes just now, "updating" their row brings its id back.
        made = File.objects.bulk_create(rows, update_conflicts=True, update_fields=["size"], unique_fields=["sha256"])
        known |= {file.sha256: file for file in made}
    return [known[sha256] for sha256 in sums]


def path(file: File) -> Path:
    """Where the bytes of `file` lie."""
    return _place(file.sha256)


def open_file(file: File) -> BinaryIO:
    """Open the bytes of `file` for reading; the caller closes them. Raises FileNotFoundError if they are gone."""
    return path(file).open("rb")


def _place(sha256: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "files" / sha256[:2] / sha256[2:4] / sha256


def _write_all(contents: dict[str, bytes]) -> None:
    """Write new files under their names and wait until all of it, names too, is on disk.

    A crash before that leaves at worst a broken file without a row, which the next one of the same bytes replaces.
    """
    if not contents:
        return
    incoming = Path(settings.MEDIA_ROOT) / "incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    placed = [_place(sha256) for sha256 in contents]
    for folder in {final.parent for final in placed}:
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=incoming) as aside:  # a folder once is cheaper than a fresh name each time
        for final, content in zip(placed, contents.values(), strict=True):
            name = f"{aside}/{final.name}"
            with os.fdopen(os.open(name, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as target:
                target.write(content)
            os.replace(name, final)  # noqa: PTH105  plain calls: this is done for each mail of a mailbox
    _settle(placed)


def _settle(paths: Sequence[Path]) -> None:
    """Wait for the disk: file by file where they are few; else once for everything, which is many times faster."""
    if len(paths) > _FEW:
        os.sync()
        return
    for each in (*paths, *{path.parent for path in paths}):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _chunks(content: Readable | bytes) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    while chunk := content.read(_CHUNK):
        yield chunk


def keep_upload(upload: Upload, *, now: datetime) -> tuple[File, str]:
    """Keep a file that a person adds to a record: its row and bare name. Raises ValidationError under "uploads"."""
    name = bare_name(upload.name or "")
    if not upload.size:
        raise ValidationError({"uploads": _("%(name)s is empty.") % {"name": name}})
    if upload.size > MOST_UPLOADED:
        most = MOST_UPLOADED // 1024 // 1024
        raise ValidationError({"uploads": _("%(name)s has more than %(size)s MB.") % {"name": name, "size": most}})
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return store(upload, mime_type=kind, now=now), name


def bare_name(name: str) -> str:
    """The file's name alone, without folders of whoever sent it."""
    return PurePath(name.replace("\\", "/").replace("\x00", "")).name.strip()[:255] or _("file")
