"""Zip archives of contact files, opened with care: sizes are counted while reading, not believed."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO, BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from .records import UnreadableFile

MAX_FILES = 2_000
MAX_TOTAL = 2 * 1024**3
MAX_RATIO = 200
_RATIO_FROM = 1024 * 1024  # a small file may be packed as tightly as it likes
_NESTED = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"7z\xbc\xaf", b"Rar!", b"\xfd7zXZ")
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, EOFError, OSError)
_BOMB = gettext_noop("The archive unpacks to far more than it may. Unpack it and import the files in it.")


def open_archive(stream: BinaryIO) -> Iterator[tuple[str, BinaryIO]]:
    """Give each file of a zip archive with its name, one after the other; each has to be read before the next.

    Folders, hidden files and what Macs add are left out. Raises UnreadableFile for a broken or locked archive, one
    with more than `MAX_FILES` files, one that unpacks to more than `MAX_TOTAL` bytes or to `MAX_RATIO` times its
    size, and for archives within archives; while a file is being read, too.
    """
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnreadableFile(_("The archive is damaged and can't be opened.")) from error
    with archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) > MAX_FILES:
            raise UnreadableFile(_("The archive has more than %(limit)s files.") % {"limit": f"{MAX_FILES:,}"})
        if sum(member.file_size for member in members) > MAX_TOTAL:
            raise UnreadableFile(_(_BOMB))
        budget = _Budget()
        for member in members:
            path = PurePosixPath(member.filename)
            if path.parts[:1] == ("__MACOSX",) or path.name.startswith("."):
                continue
            if member.flag_bits & 1:
                raise UnreadableFile(_("The archive is locked with a password."))
            yield path.name, io.BufferedReader(_Counted(archive, member, budget))


class _Budget:
    """What may still be unpacked, over all files of an archive."""

    def __init__(self) -> None:
        self.left = MAX_TOTAL


class _Counted(io.RawIOBase):
    """Reads a packed file, opened when first read, and refuses to go on once it is a bomb."""

    def __init__(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: _Budget) -> None:
        self._archive = archive
        self._member = member
        self._budget = budget
        self._source: IO[bytes] | None = None
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # any buffer, as io.BufferedReader gives
        try:
            if self._source is None:
                self._source = self._archive.open(self._member)
            part = self._source.read(len(buffer))
        except _DAMAGE as error:
            sentence = _('"%(name)s" in the archive is damaged.') % {"name": self._member.filename}
            raise UnreadableFile(sentence) from error
        if self._read == 0 and part.startswith(_NESTED):
            raise UnreadableFile(_("The archive holds another archive. Unpack it and import the files in it."))
        self._read += len(part)
        self._budget.left -= len(part)
        packed = max(self._member.compress_size, 1)
        if self._budget.left < 0 or (self._read > _RATIO_FROM and self._read / packed > MAX_RATIO):
            raise UnreadableFile(_(_BOMB))
        buffer[: len(part)] = part
        return len(part)
