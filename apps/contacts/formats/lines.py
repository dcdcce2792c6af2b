"""Physical lines of a table or LDIF file: decoded one by one, capped in length, able to be given back."""

from __future__ import annotations

import codecs
import io
from typing import BinaryIO

from .text import guess_encoding

# A photo of 5 MB in base64 fits; a line without end doesn't fill the memory.
LINE_LIMIT = 8_000_000
_CHUNK = 64 * 1024
_WIDE = ("utf-16", "utf-32")
_SINGLE = ("cp125", "windows-125", "iso-8859", "iso8859", "latin", "koi8")


class LongLine(Exception):
    """The next line is longer than the limit. It was passed over: going on gives the line after it."""


class Lines:
    """Iterates over `(number, line)`; numbers are 1-based, lines keep their ends and lose NUL characters.

    A line that `encoding` can't decode is decoded by a second guess made from such a line, so that one
    program's export pasted into another's still reads. After `LongLine` the iteration may go on.
    """

    def __init__(self, stream: BinaryIO, encoding: str, *, head: bytes = b"", limit: int = LINE_LIMIT) -> None:
        self._encoding = "utf-8" if encoding.replace("_", "-").lower() == "utf-8-sig" else encoding
        self._fallback = ""
        if self._encoding.replace("_", "-").lower().startswith(_SINGLE):
            # Text of these is hardly ever valid UTF-8, so a line that is was pasted in.
            self._encoding, self._fallback = "utf-8", self._encoding
        self._limit = limit
        self._given_back: list[tuple[int, str]] = []
        self.number = 0
        wide = self._encoding.replace("_", "-").lower().startswith(_WIDE)
        if wide or (b"\r" in head and b"\n" not in head):
            stream = io.BufferedReader(_Recoded(stream, self._encoding, wide=wide), buffer_size=_CHUNK)
            if wide:
                self._encoding = "utf-8"
        self._read = stream.readline

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> tuple[int, str]:
        if self._given_back:
            return self._given_back.pop()
        raw = self._read(self._limit)
        if not raw:
            raise StopIteration
        self.number += 1
        if len(raw) >= self._limit and not raw.endswith(b"\n"):
            while (rest := self._read(_CHUNK)) and not rest.endswith(b"\n"):
                pass
            raise LongLine
        line = self._decode(raw)
        if self.number == 1 and line[:1] == "\ufeff":
            line = line[1:]
        return self.number, line.replace("\0", "") if "\0" in line else line

    def give_back(self, lines: list[tuple[int, str]]) -> None:
        """Have `lines`, read before, read again in the same order."""
        self._given_back.extend(reversed(lines))

    def _decode(self, raw: bytes) -> str:
        try:
            return raw.decode(self._encoding)
        except UnicodeDecodeError:
            self._fallback = self._fallback or guess_encoding(raw)
            return raw.decode(self._fallback, errors="replace")


class _Recoded(io.RawIOBase):
    """The same text in UTF-8 (from a wide encoding), with the line ends of old Macs made `\\n`."""

    def __init__(self, stream: BinaryIO, encoding: str, *, wide: bool) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace") if wide else None
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # any buffer, as io.BufferedReader gives
        while not self._ready:
            chunk = self._stream.read(_CHUNK)
            if self._decoder is not None:
                self._ready = self._decoder.decode(chunk, final=not chunk).encode(errors="replace")
            else:
                self._ready = chunk.replace(b"\r", b"\n")
            if not chunk:
                break
        part, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)
