"""Large files as several batches: between two records, each part readable by itself."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from apps.sync.formats.csvs import decoded
from apps.sync.formats.jsons import vouched
from apps.sync.formats.raws import Unreadable


def divided(body: bytes, content_type: str, *, most_bytes: int) -> list[bytes]:
    """The body in parts of at most `most_bytes`, in their order; one that is small enough stays as it is.

    Raises Unreadable for what can't be divided and is too large.
    """
    if len(body) <= most_bytes:
        return [body]
    kind = content_type.partition(";")[0]
    if kind in ("application/x-ndjson", "application/jsonl"):
        return list(_lines(body, most_bytes))
    if kind == "text/csv":
        return list(_rows(body, most_bytes))
    raise Unreadable(f"It has {len(body):,} bytes; of a file that can't be divided at most {most_bytes:,} are taken.")


def _lines(body: bytes, most: int) -> Iterator[bytes]:
    """The first line vouches for all, if it says up to when: it stands in front of each part."""
    lines = [line for line in body.splitlines() if line.strip()]
    head = lines.pop(0) + b"\n" if lines and vouched(lines[0]) else b""
    return _packed(head, (line + b"\n" for line in lines), most)


def _rows(body: bytes, most: int) -> Iterator[bytes]:
    text = decoded(body)
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise Unreadable(f"The table can't be read: {error}.") from error
    written = (_row(row, delimiter) for row in rows if row)
    return _packed(next(written, b""), written, most)


def _row(cells: list[str], delimiter: str) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter).writerow(cells)
    return buffer.getvalue().encode()


def _packed(head: bytes, pieces: Iterable[bytes], most: int) -> Iterator[bytes]:
    part, size = [head], len(head)
    for piece in pieces:
        if len(head) + len(piece) > most:
            raise Unreadable(f"One of its records has {len(piece):,} bytes; at most {most:,} go into a batch.")
        if size + len(piece) > most:
            yield b"".join(part)
            part, size = [head], len(head)
        part.append(piece)
        size += len(piece)
    if len(part) > 1:
        yield b"".join(part)
