"""Raw messages out of a path: an .eml file, an mbox, a Maildir, or a folder of these."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

MESSAGE_LIMIT = 256 << 20  # bytes of one message in an mbox; what is beyond is cut, not loaded
_BOM = b"\xef\xbb\xbf"
_LINE = 1 << 16
_FIELD = re.compile(rb">?From |[!-9;-~]{1,100}[ \t]*:")
# A postmark ends in a time and a year, or is Thunderbird's bare "From -"; a sentence hardly does.
_POSTMARK = re.compile(rb"From (?:-|\S.*\d\d:\d\d.*\d{4}.*?)\s*\Z")
_MAILDIR = ("cur", "new", "tmp")
_SKIPPED_ENDINGS = frozenset({".msf", ".dat", ".lock", ".json", ".txt", ".md", ".html", ".ini", ".db", ".zip"})


def iter_messages(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield (name, raw message) for everything below `path`, folders sorted, one message in memory at a time.

    The name is the file's path, with `#3` for the third message of an mbox. A symlink out of `path`
    is not followed; files that hold no mail are passed over. Raises OSError if `path` cannot be read.
    """
    if path.is_dir():
        root = path.resolve()
        for file in _files(path, root):
            yield from _of_file(file, is_named=False)
    else:
        yield from _of_file(path, is_named=True)


def _files(folder: Path, root: Path) -> Iterator[Path]:
    is_maildir = (folder / "cur").is_dir() and (folder / "new").is_dir()
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        # Links within the folder would give their mail twice; links out of it lead to others' files.
        if entry.is_symlink() or not entry.resolve().is_relative_to(root):
            continue
        if entry.is_dir():
            if not (is_maildir and entry.name == "tmp"):  # half-written deliveries
                yield from _files(entry, root)
        elif entry.is_file() and not (is_maildir and folder.name not in _MAILDIR):
            yield entry


def _of_file(file: Path, *, is_named: bool) -> Iterator[tuple[str, bytes]]:
    with file.open("rb") as stream:
        head = stream.read(_LINE)
        stream.seek(0)
        in_maildir = file.parent.name in {"cur", "new"}
        if file.suffix.lower() == ".eml" or in_maildir:
            yield str(file), stream.read(MESSAGE_LIMIT)
        elif _is_mbox(head):
            for number, raw in enumerate(_split(stream), start=1):
                yield f"{file}#{number}", raw
        elif is_named or (_looks_like_mail(head) and file.suffix.lower() not in _SKIPPED_ENDINGS):
            yield str(file), stream.read(MESSAGE_LIMIT)


def _is_mbox(head: bytes) -> bool:
    first, _, rest = head.removeprefix(_BOM).lstrip(b"\r\n").partition(b"\n")
    return first.startswith(b"From ") and bool(_FIELD.match(rest))


def _looks_like_mail(head: bytes) -> bool:
    lines = head.removeprefix(_BOM).lstrip().splitlines()[:40]
    return (
        bool(lines)
        and bool(_FIELD.match(lines[0]))
        and any(
            re.match(rb"(?i)(?:from|to|subject|date|received|message-id|mime-version)[ \t]*:", line) for line in lines
        )
    )


def _split(stream: BinaryIO) -> Iterator[bytes]:
    """Cut an mbox (RFC 4155 and its loose kin) at its "From " lines.

    A body may hold an unescaped "From ": a new message begins only where the line looks like a
    postmark and a header field follows. ">From " is taken back by one level (the mboxrd way).
    """
    lines: list[bytes] = []
    size = 0
    previous_blank, first = True, True
    line = stream.readline(_LINE).removeprefix(_BOM)
    while line:
        following = stream.readline(_LINE)
        if line.startswith(b"From ") and _begins(line, following, previous_blank):
            if not first and lines:
                yield b"".join(lines)
            lines, size, first = [], 0, False
        elif size < MESSAGE_LIMIT:
            lines.append(line[1:] if _is_escaped(line) else line)
            size += len(line)
        previous_blank = not line.strip()
        line = following
    if lines and not (first and not b"".join(lines).strip()):
        yield b"".join(lines)


def _begins(line: bytes, following: bytes, previous_blank: bool) -> bool:
    if not _FIELD.match(following):
        return False
    return bool(_POSTMARK.match(line)) or (previous_blank and b"@" in line)


def _is_escaped(line: bytes) -> bool:
    return line.startswith(b">") and line.lstrip(b">").startswith(b"From ")
