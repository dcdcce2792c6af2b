"""How a CSV file is written: encoding, delimiter, quotes, header; guessed from its beginning."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from . import cells
from .lines import LINE_LIMIT, Lines, LongLine
from .records import ReadOptions, UnreadableFile
from .targets import OWN_MARK
from .text import guess_encoding, known_encoding
from .vocabulary import PHRASES, compose, words_of

_DELIMITERS = ",;\t|"
_SAMPLE_RECORDS = 60
_LOOKS_LIKE_DATA = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|(?:https?://|www\.)\S+|[+(]?[\d\s()./:,-]{2,}")
_DOUBLED = re.compile(r'(?<![,;\t|\n])""(?![,;\t|\r\n])')


@dataclass(slots=True)
class CsvDialect:
    """How the file is written. `header` has one unique name for each column, made up where the file gives none."""

    encoding: str
    delimiter: str
    quotechar: str = '"'
    has_header: bool = True
    header: list[str] = field(default_factory=list)
    escapechar: str | None = None  # programs that write \" for a quote
    skip_blanks: bool = False  # a blank follows each delimiter, before the quote
    has_mark: bool = False  # the first line is Excel's "sep=;"
    sample: list[list[str]] = field(default_factory=list)  # the first data rows


def sniff(head: bytes, options: ReadOptions) -> CsvDialect:
    """Tell the dialect from the file's first bytes; what `options` name is taken as it is.

    Raises UnreadableFile where there is nothing to read.
    """
    encoding = options.encoding if known_encoding(options.encoding) else guess_encoding(head)
    lines = _lines(head, encoding)
    if not any(line.strip() for line in lines):
        raise UnreadableFile(_("The file is empty."))
    mark = re.match(r"\"?sep=(.)\"?\s*\Z", lines[0])
    if mark:
        del lines[0]
        lines = lines or [""]
    text = "".join(lines)
    # Ours doubles quotes, so a backslash before one is just a backslash.
    may_escape = '\\"' in text and OWN_MARK not in lines[0]
    escape = "\\" if may_escape and not _DOUBLED.search(text.replace('\\"', "_")) else None
    quote = _quotechar(lines)
    delimiter = options.delimiter or (mark[1] if mark else "") or _delimiter(lines, quote, escape)
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise UnreadableFile(_("The delimiter has to be one character, such as a comma or a semicolon."))
    blanks = _has_blanks(lines[:2], delimiter, quote, escape)
    rows = [row for row in _parse(lines, delimiter, quote, escape, skip=blanks) if any(cell.strip() for cell in row)]
    dialect = CsvDialect(encoding, delimiter, quote, True, [], escape, blanks, mark is not None)
    if rows:
        dialect.has_header = _has_header(rows)
        width = max(len(row) for row in rows)
        dialect.header = name_columns(rows[0]) if dialect.has_header else name_columns([""] * width)
        dialect.sample = [[cells.undefuse(cell) for cell in row] for row in rows[dialect.has_header :]]
    return dialect


def name_columns(titles: list[str]) -> list[str]:
    """Names that are unique and not empty: `Phone`, `Phone (2)`, `Column 3`."""
    names: list[str] = []
    taken: set[str] = set()
    for place, title in enumerate(titles, 1):
        base = name = cells.undefuse(title.strip("\ufeff \t\r\n")) or f"Column {place}"
        again = 2
        while name in taken:
            name = f"{base} ({again})"
            again += 1
        taken.add(name)
        names.append(name)
    return names


def _lines(head: bytes, encoding: str) -> list[str]:
    lines: list[str] = []
    reader = Lines(io.BytesIO(head), encoding, head=head)
    while len(lines) < _SAMPLE_RECORDS * 20:
        try:
            lines.append(next(reader)[1])
        except LongLine:
            continue
        except StopIteration:
            break
    if len(lines) > 2 and not lines[-1].endswith("\n"):
        del lines[-1]  # cut in the middle, unless the file has no last line end
    return lines or [""]


def _quotechar(lines: list[str]) -> str:
    quoted = sum(bool(re.search(r"(?:^|[,;\t|])\s?'[^']*'\s*(?:[,;\t|]|$)", line)) for line in lines)
    return "'" if quoted > len(lines) / 2 and not any('"' in line for line in lines) else '"'


def _delimiter(lines: list[str], quote: str, escape: str | None) -> str:
    """The delimiter by which the lines fall into equally many columns; of two, the one that makes more."""
    best, best_score = ",", (0.0, 0)
    for delimiter in _DELIMITERS:
        rows = _parse(lines, delimiter, quote, escape)
        counts = [len(row) for row in rows if row]
        if not counts or counts[0] < 2:
            continue
        even = sum(min(count, counts[0]) / max(count, counts[0]) for count in counts) / len(counts)
        score = (round(even, 1), counts[0])
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _has_blanks(lines: list[str], delimiter: str, quote: str, escape: str | None) -> bool:
    """Whether a blank stands before a quote that opens a cell; a quote within a cell, as of JSON, opens none."""
    if not any(f'{delimiter} "' in line for line in lines):
        return False
    return any(cell.startswith(' "') for row in _parse(lines, delimiter, quote, escape) for cell in row)


def _parse(lines: list[str], delimiter: str, quote: str, escape: str | None, *, skip: bool = False) -> list[list[str]]:
    csv.field_size_limit(LINE_LIMIT)
    reader = csv.reader(
        iter(lines), delimiter=delimiter, quotechar=quote, escapechar=escape, doublequote=escape is None,
        skipinitialspace=skip,
    )  # fmt: skip
    rows: list[list[str]] = []
    while len(rows) < _SAMPLE_RECORDS:
        try:
            rows.append(next(reader))
        except csv.Error:
            continue
        except StopIteration:
            break
    return rows


def _has_header(rows: list[list[str]]) -> bool:
    first = [cell.strip() for cell in rows[0] if cell.strip()]
    if any(_is_known(cell) for cell in first):
        return True
    if any(_LOOKS_LIKE_DATA.fullmatch(cell) for cell in first):
        return False
    if len(first) < len(rows[0]) / 2 or any(len(cell) > 80 for cell in first):
        return False
    # A column that holds figures or addresses below words has a header; so has a table of nothing but words.
    return len(rows) == 1 or not _is_same_again(rows)


def _is_known(cell: str) -> bool:
    words = words_of(cell)
    plain = [word for word in words.split() if not word.isdigit()]
    return words in PHRASES or words in ("name", "title") or (bool(plain) and compose(plain) is not None)


def _is_same_again(rows: list[list[str]]) -> bool:
    """Whether a cell of the first row stands in its column again, as a city does and a title doesn't."""
    below = [[row[place].strip() for row in rows[1:] if place < len(row)] for place in range(len(rows[0]))]
    return any(cell.strip() and cell.strip() in column for cell, column in zip(rows[0], below, strict=True))
