"""Files become batches, and are moved to done/ or, with the reason beside them, to refused/."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog
from django.conf import settings
from django.db import transaction

from apps.core import clock
from apps.sync.models import Source
from apps.sync.services.heartbeats import sign_of_life
from apps.sync.services.ingesting import KINDS, content_type_of
from apps.sync.services.locking import try_poll_lock
from apps.sync.services.receiving import receive_batch

log = structlog.get_logger(__name__)


def collect(*, source_id: int, at: Callable[[], datetime] = clock.now) -> int:
    """Take in what lies in the folder of a source, by name; how many files. A second worker does nothing.

    A file is moved once its batch is committed: where a worker dies between the two, its key makes the repeat
    harmless. Whoever drops files writes them under a name with a leading dot and renames them.
    """
    source = Source.objects.select_related("plant").get(pk=source_id)
    try:
        folder = folder_of(source)
        folder.mkdir(parents=True, exist_ok=True)
        paths = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
        with transaction.atomic():
            if not try_poll_lock(source_id):
                return 0
            for path in paths:
                _take(source, path, at())
    except OSError as error:
        log.warning("source.unreachable", source_id=source_id, error=str(error))
        return 0
    sign_of_life(source, now=at())
    return len(paths)


def folder_of(source: Source) -> Path:
    """Below RAPPORT_FEED_FOLDER, whatever the setting says. Raises OSError where it leads out of there."""
    home = Path(settings.RAPPORT_FEED_FOLDER).resolve()
    folder = (home / str(source.settings["folder"])).resolve()
    if folder != home and home not in folder.parents:
        raise OSError(f"The folder {source.settings['folder']} isn't below {home}.")
    return folder


def _take(source: Source, path: Path, now: datetime) -> None:
    content_type = content_type_of(path)
    size = path.stat().st_size
    if not content_type:
        _move(path, "refused", now, f"Its name has to end in one of {', '.join(KINDS)}.")
        return
    if size > source.max_bytes:
        _move(path, "refused", now, f"It has {size:,} bytes; this source takes {source.max_bytes:,}.")
        return
    body = path.read_bytes()
    key = f"file:{path.name[:40]}:{hashlib.sha256(body).hexdigest()}"
    receipt = receive_batch(source=source, key=key, content_type=content_type, body=body, now=now)
    where = "refused" if receipt.unreadable else "done"
    transaction.on_commit(lambda: _move(path, where, now, receipt.unreadable))


def _move(path: Path, where: str, now: datetime, reason: str) -> None:
    folder = path.parent / where
    folder.mkdir(exist_ok=True)
    name = path.name if not (folder / path.name).exists() else f"{now:%Y%m%dT%H%M%S%f}-{path.name}"
    path.rename(folder / name)
    if reason:
        (folder / f"{name}.reason.txt").write_text(f"{reason}\n")
