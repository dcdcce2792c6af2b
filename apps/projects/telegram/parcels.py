"""An export as it comes: a folder, its `result.json` alone, or a zip archive of both. Nothing in it is trusted.

Nothing is unpacked: the JSON is mapped into memory from the disk, files are read one by one when they are wanted.
"""

from __future__ import annotations

import mmap
import shutil
import tempfile
import zipfile
import zlib
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol, Self, cast

from django.utils.translation import gettext as _

from apps.core.services.files import MOST_UPLOADED
from apps.projects.telegram.reading import ExportedChat, NotAnExport, read_chats

RESULT = "result.json"
MOST_ENTRIES = 50_000
MOST_JSON = 1024**3  # bytes
_MOST_RATIO, _RATIO_FROM = 200, 1024 * 1024
_DAMAGE = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, RuntimeError)


class ExportedFiles(Protocol):
    def open(self, path: str) -> BinaryIO | None:
        """The file at `path` below the export, to be closed by the caller; None where it isn't there."""


class FolderFiles:
    def __init__(self, folder: Path) -> None:
        self._base = folder.resolve()

    def open(self, path: str) -> BinaryIO | None:
        """What points out of the folder isn't there."""
        if not path or "\x00" in path:
            return None
        try:
            found = (self._base / path).resolve()
            return found.open("rb") if found.is_relative_to(self._base) and found.is_file() else None
        except OSError:
            return None


class NoFiles:
    def open(self, path: str) -> BinaryIO | None:
        return None


class ArchiveFiles:
    """Those of a zip archive below the folder that its `result.json` lies in, by their exact names."""

    def __init__(self, archive: zipfile.ZipFile, base: PurePosixPath) -> None:
        self._archive = archive
        self._base = base

    def open(self, path: str) -> BinaryIO | None:
        try:
            entry = self._archive.getinfo(str(self._base / path))
        except KeyError:
            return None
        if entry.is_dir() or entry.file_size > MOST_UPLOADED or _is_bomb(entry):
            return None
        try:
            return _copied(self._archive, entry)
        except _DAMAGE:
            return None


class Parcel:
    """An uploaded export while it is open. Raises NotAnExport where it is none, or meant to do harm."""

    chats: list[ExportedChat]
    files: ExportedFiles

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stream: BinaryIO = stack.enter_context(self._path.open("rb"))
            self.files = NoFiles()
            if zipfile.is_zipfile(stream):
                stream = self._of_archive(stack)
            stream.seek(0, 2)
            if not 0 < stream.tell() <= MOST_JSON:
                raise NotAnExport(_("The file is empty or too large."))
            # It is unmapped with the last chat that looks into it.
            self.chats = read_chats(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def _of_archive(self, stack: ExitStack) -> BinaryIO:
        try:
            archive = stack.enter_context(zipfile.ZipFile(self._path))
        except _DAMAGE as error:
            raise NotAnExport(_("The archive is damaged and can't be opened.")) from error
        entries = archive.infolist()
        if len(entries) > MOST_ENTRIES:
            raise NotAnExport(_("The archive has more than %(most)s files.") % {"most": MOST_ENTRIES})
        results = [each for each in entries if PurePosixPath(each.filename).name == RESULT]
        if not results:
            raise NotAnExport(_("There is no %(name)s in this archive.") % {"name": RESULT})
        result = min(results, key=lambda each: (each.filename.count("/"), each.filename))
        if result.file_size > MOST_JSON or _is_bomb(result):
            raise NotAnExport(_("The archive unpacks to far more than it may."))
        self.files = ArchiveFiles(archive, PurePosixPath(result.filename).parent)
        try:
            return stack.enter_context(_copied(archive, result))
        except _DAMAGE as error:
            raise NotAnExport(_("The archive is damaged and can't be opened.")) from error


def _copied(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> BinaryIO:
    """On the disk, from its beginning: no more of it than its entry says. Raises what a damaged archive makes."""
    with ExitStack() as stack:
        target = stack.enter_context(tempfile.TemporaryFile())
        with archive.open(entry) as stream:
            shutil.copyfileobj(stream, target)
        target.seek(0)
        stack.pop_all()
    return cast(BinaryIO, target)


def _is_bomb(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > _RATIO_FROM and entry.file_size > _MOST_RATIO * max(entry.compress_size, 1)
