"""A stream of bytes cut into the texts of single cards, whatever stands between, around or inside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

CARD_LIMIT = 20_000_000  # bytes of one card
LINE_LIMIT = 8_000_000  # bytes of one line as it stands in the file
_LINES_LIMIT = 400_000  # physical lines of one card: 20 MB folded as usual
_STRAY_LIMIT = 64_000
_DEPTH_LIMIT = 8
_NESTED_LIMIT = 16
_CHUNK = 256 * 1024
_BOM = b"\xef\xbb\xbf"
_OPEN_AGENT = re.compile(rb"(?:[\w-]+\.)?AGENT(?:;[^:]*)?:\s*", re.IGNORECASE)


@dataclass(slots=True)
class Block:
    """The physical lines of one card, without BEGIN and END. `fault` says why it can't be a card."""

    line: int  # 1-based line of its BEGIN
    lines: list[bytes] = field(default_factory=list)
    size: int = 0
    fault: str = ""
    is_agent: bool = False
    is_stray: bool = False

    def add(self, line: bytes) -> None:
        if self.fault:
            return
        self.size += len(line) + 1
        if len(line) > LINE_LIMIT:
            self._give_up(f"It has a line of more than {LINE_LIMIT:,} bytes.", line)
        elif self.size > CARD_LIMIT or len(self.lines) >= _LINES_LIMIT:
            self._give_up(f"It is larger than {CARD_LIMIT // 1_000_000} MB.", line)
        else:
            self.lines.append(line)

    def _give_up(self, fault: str, line: bytes) -> None:
        self.fault = fault
        self.lines = [*self.lines[:20], line[:500]]

    def excerpt(self) -> str:
        """The first 500 characters as given, for a report."""
        return b"\n".join(line[:500] for line in self.lines[:20]).decode("utf-8", errors="replace")[:500]


def split_cards(stream: BinaryIO) -> Iterator[Block]:
    """Give the cards of `stream` in the order of their beginnings; at most a few of them are held.

    A card without END ends at the next BEGIN. A card inside another one that is closed properly is given
    as a card of its own, unless it is the other's AGENT: then it stays there as escaped text. Lines outside
    of any card are given as a faulty block, or as a card if an END follows them.
    """
    stack: list[Block] = []
    closed: list[Block] = []  # cards that ended inside the one that stands at the bottom of the stack
    stray = Block(1)
    number = 0
    for number, line in enumerate(_physical_lines(stream), start=1):
        mark = _mark(line)
        if mark is None:
            if stack:
                stack[-1].add(line)
            elif not line.isspace() and line and not line.startswith(b"#") and stray.size < _STRAY_LIMIT:
                stray.line = stray.line if stray.lines else number
                stray.add(line)
        elif mark:
            if stray.lines:
                yield _outside(stray)
                stray = Block(number)
            if stack and not stack[-1].lines and not stack[-1].fault:
                continue  # BEGIN said twice
            if len(stack) >= _DEPTH_LIMIT or len(closed) >= _NESTED_LIMIT:
                yield from _in_order([*closed, *stack])
                stack, closed = [], []
            is_agent = bool(stack and stack[-1].lines and _OPEN_AGENT.fullmatch(stack[-1].lines[-1]))
            stack.append(Block(number, is_agent=is_agent))
        elif stack:
            block = stack.pop()
            if block.is_agent and stack:
                _enclose(block, stack[-1])
            elif not stack and not closed:
                yield block
            elif not stack:
                yield from _in_order([*closed, block])
                closed = []
            else:
                closed.append(block)
                if sum(one.size for one in closed) > CARD_LIMIT:
                    yield from _in_order([*closed, *stack])
                    stack, closed = [], []
        elif stray.lines:
            yield stray
            stray = Block(number)
    yield from _in_order([*closed, *stack])
    if stray.lines:
        yield _outside(stray)


def _mark(line: bytes) -> bool | None:
    """True for BEGIN:VCARD, False for END:VCARD, None for any other line."""
    if line[:1] not in b"BbEe\xef":
        return None
    word = line.removeprefix(_BOM)[:40].strip().upper()
    if word == b"BEGIN:VCARD":
        return True
    return False if word == b"END:VCARD" else None


def _in_order(blocks: list[Block]) -> list[Block]:
    # One that was never closed and holds nothing is a BEGIN too many.
    return sorted((block for block in blocks if block.lines), key=lambda block: block.line)


def _outside(stray: Block) -> Block:
    stray.is_stray = True
    stray.fault = "These lines stand outside of any card."
    return stray


def _enclose(agent: Block, parent: Block) -> None:
    text = b"\n".join([b"BEGIN:VCARD", *agent.lines, b"END:VCARD"])
    for plain, escaped in ((b"\\", b"\\\\"), (b"\n", b"\\n"), (b",", b"\\,"), (b";", b"\\;")):
        text = text.replace(plain, escaped)
    opening = parent.lines.pop()
    parent.add(opening.strip() + text)


def _physical_lines(stream: BinaryIO) -> Iterator[bytes]:
    """Lines by any line end, without NUL bytes. Of an endless line only a little more than the limit is kept."""
    rest = b""
    while chunk := stream.read(_CHUNK):
        data = rest + chunk
        held = data[len(data.rstrip(b"\r")) :][-2:]
        data = data[: len(data) - len(held)]
        if b"\r" in data:
            data = data.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if b"\0" in data:
            data = data.replace(b"\0", b"")
        if b"VCARDBEGIN" in data or b"VCARD\xef\xbb\xbfBEGIN" in data:  # files joined without a line end between
            data = data.replace(b"END:VCARD" + _BOM, b"END:VCARD").replace(b"END:VCARDBEGIN", b"END:VCARD\nBEGIN")
        lines = data.split(b"\n")
        rest = lines.pop()[: LINE_LIMIT + 1] + held
        yield from lines
    if rest:
        yield rest.rstrip(b"\r")
