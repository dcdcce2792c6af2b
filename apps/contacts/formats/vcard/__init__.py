"""vCard 2.1, 3.0 and 4.0 in, 3.0 and 4.0 out.

splitting   bytes -> the lines of one card at a time
lines       lines -> properties (unfolded, decoded)
reading     properties -> Card (with places, jobs, media)
writing     Card -> bytes
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from apps.contacts.formats.records import Card, ReadOptions, Rejected, Skipped, UnreadableFile
from apps.contacts.formats.text import guess_encoding, known_encoding, looks_binary, peek
from apps.contacts.formats.vcard.lines import fallback_encoding, read_properties
from apps.contacts.formats.vcard.reading import read_card
from apps.contacts.formats.vcard.splitting import split_cards
from apps.contacts.formats.vcard.writing import write_card

__all__ = ["VERSIONS", "read", "write"]

VERSIONS = ("4.0", "3.0")
_PROPERTY_LIMIT = 20_000
_WIDE = ("utf-16", "utf-32")


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Card | Rejected | Skipped]:
    """Give the cards of `stream` one by one, and a `Rejected` for each that can't be read.

    Only one card (up to 20 MB) is held at a time. Raises UnreadableFile for what has no vCard in it.
    """
    sample, whole = peek(stream)
    if not sample.strip(b"\xef\xbb\xbf \t\r\n\0"):
        raise UnreadableFile("The file is empty.")
    if looks_binary(sample):
        raise UnreadableFile("This is not a vCard file but a picture, an archive or another kind of file.")
    chosen = options.encoding if known_encoding(options.encoding) else ""
    guessed = chosen or guess_encoding(sample)
    if guessed.lower().replace("_", "-").startswith(_WIDE):
        whole = io.BufferedReader(_AsUtf8(whole, guessed))
    fallback = chosen or fallback_encoding(sample)
    index = 0
    lost: list[Rejected] = []  # what stands before the first card
    for block in split_cards(whole):
        index += 1
        if block.is_stray and index == 1:
            lost.append(Rejected(index, block.fault, block.excerpt(), block.line))
            continue
        yield from lost
        lost.clear()
        if block.fault:
            yield Rejected(index, block.fault, block.excerpt(), block.line)
            continue
        properties = read_properties(block.lines, fallback)
        if block.lines and not properties:
            yield Rejected(index, "No line of this card can be read.", block.excerpt(), block.line)
        elif len(properties) > _PROPERTY_LIMIT:
            yield Rejected(index, f"It has more than {_PROPERTY_LIMIT:,} entries.", block.excerpt(), block.line)
        else:
            yield read_card(properties, index)
    if index == len(lost):
        raise UnreadableFile("There is no vCard in this file: no line says BEGIN:VCARD.")


def write(cards: Iterable[Card], *, version: str = "4.0") -> Iterator[bytes]:
    """Give each of `cards` as the bytes of one vCard, `version` "3.0" or "4.0". Raises ValueError for another."""
    if version not in VERSIONS:
        raise ValueError(f"vCard {version} is not written.")
    return (write_card(card, version) for card in cards)


class _AsUtf8(io.RawIOBase):
    """A stream in UTF-16 or UTF-32, read as UTF-8: the splitter looks for ASCII bytes."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # any buffer, as io.BufferedReader gives
        if not self._rest:
            self._rest = self._text.read(len(buffer)).encode("utf-8", errors="replace")
        part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)
