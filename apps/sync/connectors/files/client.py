"""A folder into which a plant's program drops files: the only place that touches one."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from apps.sync.connectors.places import allowed_path
from apps.sync.connectors.trouble import SourceTrouble
from apps.sync.formats.naming import OddName, content_type_of

LARGEST = 64 * 1024 * 1024
DONE, REFUSED = "done", "refused"
_SETTLED = 1.0  # seconds since a file was last written to; a younger one may not be whole
_UNFINISHED = (".part", ".tmp", ".filepart")
_LONGEST_NAME = 200  # bytes of it that are kept, so that a number and an ending fit behind


class Unfit(Exception):
    """A file that can't be taken in, whatever is done here; the text says why."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file that lies there whole. `name` may hold bytes that are no text."""

    folder: Path
    name: str

    @property
    def path(self) -> Path:
        return self.folder / self.name


def open_folder(name: str) -> Path:
    """The folder, and in it those for what was read. Raises SourceTrouble."""
    folder = allowed_path(name)
    try:
        if not folder.is_dir():
            raise SourceTrouble(f"{name} is no folder.", is_permanent=True)
        for each in (DONE, REFUSED):
            (folder / each).mkdir(exist_ok=True)
            if (folder / each).is_symlink():
                raise SourceTrouble(f"{name}/{each} is a link, not a folder.", is_permanent=True)
    except OSError as error:
        raise SourceTrouble(f"{name}: {error.strerror or error}", is_permanent=True) from error
    return folder


def dropped_files(folder: Path, *, now: datetime) -> list[Dropped]:
    """What lies there whole, oldest first, without what is hidden or still being written. Raises SourceTrouble."""
    found: list[tuple[int, str]] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.name.lower().endswith(_UNFINISHED):
                    continue
                status = entry.stat(follow_symlinks=False)
                # The moment of the last change, not the file's own date, which its copier may have brought along.
                if not stat.S_ISDIR(status.st_mode) and now.timestamp() - status.st_ctime >= _SETTLED:
                    found.append((status.st_mtime_ns, entry.name))
    except FileNotFoundError:  # one of them was taken away while we looked
        return []
    except OSError as error:
        raise SourceTrouble(f"{folder}: {error.strerror or error}") from error
    return [Dropped(folder, name) for _time, name in sorted(found)]


def read_dropped(file: Dropped) -> tuple[bytes, str] | None:
    """Its bytes and content type; None where it is gone or grows. Raises Unfit, SourceTrouble."""
    try:
        content_type = content_type_of(file.name)
        # No link is followed, and nobody waits for the other end of a pipe.
        number = os.open(file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OddName as error:
        raise Unfit(str(error)) from error
    except FileNotFoundError:
        return None
    except OSError as error:
        if file.path.is_symlink() or not file.path.is_file():
            raise Unfit("It is a link, a pipe or a device, not a file.") from error
        raise SourceTrouble(f"{printable(file.name)} can't be read: {error.strerror or error}") from error
    with os.fdopen(number, "rb") as opened:
        before = os.fstat(number)
        if not stat.S_ISREG(before.st_mode):
            raise Unfit("It is a link, a pipe or a device, not a file.")
        if before.st_size > LARGEST:
            raise Unfit(f"It has {before.st_size:,} bytes; at most {LARGEST:,} are read. Divide it.")
        body = opened.read(LARGEST + 1)
        after = os.fstat(number)
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns) or len(body) != after.st_size:
        return None
    return body, content_type


def put_away(file: Dropped, *, reasons: list[str]) -> None:
    """Move it to done/, or to refused/ with the reasons in a text beside it. Raises SourceTrouble."""
    place = file.folder / (REFUSED if reasons else DONE)
    try:
        target = _free(place, file.name)
        if reasons:
            target.with_name(f"{target.name}.txt").write_text("\n".join(reasons) + "\n")
        file.path.rename(target)
    except FileNotFoundError:
        return
    except OSError as error:
        words = f"{printable(file.name)} was read, but can't be moved away: {error.strerror or error}"
        raise SourceTrouble(words) from error


def printable(name: str) -> str:
    """A name that goes into texts and the database, whatever bytes it has."""
    text = name.encode(errors="replace").decode()
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def _free(place: Path, name: str) -> Path:
    """A name that isn't taken: nothing that lies there is written over."""
    stem, ending = Path(name).stem, Path(name).suffix[:20]
    stem = os.fsdecode(os.fsencode(stem)[: _LONGEST_NAME - len(os.fsencode(ending))])
    target, number = place / f"{stem}{ending}", 1
    while os.path.lexists(target) or os.path.lexists(f"{target}.txt"):
        number += 1
        target = place / f"{stem}.{number}{ending}"
    return target
