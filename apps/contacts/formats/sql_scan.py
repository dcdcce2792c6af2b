"""Rows out of an SQL dump, one at a time: statements are cut up by their quotes and comments, never run.

Only one row is in memory, however many an INSERT has. What a row's values mean is left to sqlglot (`sql_values`).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import TextIOBase

from django.utils.translation import gettext as _
from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from .sql_values import BadRow, unescape_copy, values_of

ROW_LIMIT = 16_000_000
_HEADER_LIMIT = 1_000_000
_CHUNK = 256 * 1024
_EXCERPT = 500

_SPACE = re.compile(r"(?:\s++|--[^\n]*+|#[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/)*+")
_START = re.compile(r"(?:(INSERT|REPLACE)|(COPY)|(CREATE\s++(?:\w++\s++){0,2}TABLE))\b", re.IGNORECASE)
_VALUES = re.compile(r"\bVALUES?\b", re.IGNORECASE)
_NO_VALUES = re.compile(r"\b(?:SELECT|SET|DEFAULT\s+VALUES)\b", re.IGNORECASE)
_NEXT_STATEMENT = re.compile(r"\n\s*(?=(?:INSERT|REPLACE|COPY|CREATE\s+TABLE)\b)", re.IGNORECASE)
_RESYNC = re.compile(r"\n\s*(?=\(|(?:INSERT|REPLACE|COPY|CREATE\s+TABLE)\b)", re.IGNORECASE)
_INSERT_WORDS = re.compile(
    r"(?:INSERT|REPLACE)\s+(?:(?:LOW_PRIORITY|DELAYED|HIGH_PRIORITY|IGNORE|OR\s+\w+)\s+)*(?:INTO\s+)?(?:ONLY\s+)?",
    re.IGNORECASE,
)
_COPY = re.compile(
    r"COPY\s+(?P<table>(?:\"[^\"]+\"|[\w.])+)\s*(?:\((?P<columns>[^)]*)\))?\s+FROM\s+stdin(?P<options>[^;]*);[^\n]*\n",
    re.IGNORECASE,
)
_BACKSLASHED = r"(?:[^{0}\\]++|\\.|{0}{0})*+{0}"
_DOUBLED = r"(?:[^{0}]++|{0}{0})*+{0}"


@dataclass(slots=True)
class SqlRow:
    """One row of an INSERT or COPY: 1-based place among its table's rows, line, values as text (None is NULL)."""

    table: str
    columns: tuple[str, ...]
    values: list[str | None]
    index: int
    line: int


@dataclass(slots=True)
class SqlFault:
    """Something that could not be read; `table` is empty where not even that is known."""

    table: str
    reason: str
    excerpt: str
    index: int
    line: int


class _TooLong(Exception):
    pass


class _Unclosed(Exception):
    pass


def _pieces(dialect: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The pattern of one piece (a run of plain text, a string, a comment, a sign), and of a row without brackets."""
    single = (_BACKSLASHED if dialect == "mysql" else _DOUBLED).format("'")
    double = (_BACKSLASHED if dialect == "mysql" else _DOUBLED).format('"')
    quoted = [f"'{single}", f'"{double}', "`[^`]*+`", r"--[^\n]*+", r"/\*(?:[^*]++|\*(?!/))*+\*/"]
    plain, signs = r"[^'\"`();#/$-]++", r"[-$#]|/(?!\*)"
    if dialect == "mysql":
        quoted.append(r"\#[^\n]*+")
    if dialect == "postgres":
        plain = r"(?:[^'\"`();#/$eE-]|[eE](?!'))++"
        quoted += ["[eE]'" + _BACKSLASHED.format("'"), r"\$(?P<tag>\w*)\$.*?\$(?P=tag)\$"]
    inner = "|".join([plain, *quoted, signs])
    piece = re.compile(f"(?P<plain>{plain})|{'|'.join(quoted)}|{signs}|[();]", re.DOTALL)
    return piece, re.compile(rf"\((?:{inner})*+\)", re.DOTALL)


def _miscounted(values: int, columns: int) -> str:
    return _("The row has %(values)s values for %(columns)s columns.") % {"values": values, "columns": columns}


class Scanner:
    """Iterates over the rows of a dump. `wanted(table, index)` says whether a row's values are worth reading;
    those of others are passed over and not given."""

    def __init__(
        self, text: TextIOBase, dialect: str, wanted: Callable[[str, int], bool] = lambda table, index: True
    ) -> None:
        self._text = text
        self._dialect = dialect
        self._wanted = wanted
        self._piece, self._flat = _pieces(dialect)
        self._buffer = ""
        self._at = 0
        self._line = 1
        self._counted = 0
        self._is_all = False
        self._columns: dict[str, tuple[str, ...]] = {}
        self._counts: dict[str, int] = {}

    def __iter__(self) -> Iterator[SqlRow | SqlFault]:
        while True:
            self._skip_space()
            if self._at >= len(self._buffer):
                return
            if self._buffer[self._at] == "\\":
                self._skip_line()
                continue
            self._need(64)
            found = _START.match(self._buffer, self._at)
            line = self._line_at(self._at)
            try:
                if found is None:
                    self._skip_statement()
                elif found[1]:
                    yield from self._insert()
                elif found[2]:
                    yield from self._copy()
                else:
                    self._create()
            except (_TooLong, _Unclosed) as fault:
                reason = _("The statement is too long.") if isinstance(fault, _TooLong) else _("A quote is not closed.")
                yield SqlFault("", reason, self._buffer[self._at : self._at + _EXCERPT], 0, line)
                self._resync(_NEXT_STATEMENT)

    # What is in the buffer

    def _fill(self) -> bool:
        """Read on, twice as far each time; no at the end of the file."""
        if self._is_all:
            return False
        chunk = self._text.read(max(_CHUNK, len(self._buffer) - self._at))
        self._is_all = not chunk
        self._buffer += chunk.replace("\0", "")
        return bool(chunk)

    def _need(self, size: int) -> None:
        while len(self._buffer) - self._at < size and self._fill():
            pass

    def _drop(self) -> None:
        """Forget what was read."""
        if self._at > _CHUNK or self._at == len(self._buffer):
            self._line_at(self._at)
            self._buffer = self._buffer[self._at :]
            self._counted = self._at = 0

    def _line_at(self, place: int) -> int:
        """The line at a place not before the last one asked for."""
        self._line += self._buffer.count("\n", self._counted, place)
        self._counted = max(self._counted, place)
        return self._line

    def _match(self, pattern: re.Pattern[str], place: int, limit: int) -> re.Match[str] | None:
        while True:
            found = pattern.match(self._buffer, place)
            if found is not None and (self._is_all or found.end() < len(self._buffer)):
                return found
            if len(self._buffer) - place > limit:
                raise _TooLong
            if not self._fill():
                return pattern.match(self._buffer, place)

    def _skip_space(self) -> None:
        """Go to the next statement."""
        while True:
            self._drop()
            found = _SPACE.match(self._buffer, self._at)
            end = found.end() if found else self._at
            if end >= len(self._buffer) - 2 and self._fill():
                continue  # a comment may go on
            self._at = end
            if self._buffer[end : end + 1] != ";":
                return
            self._at += 1

    def _skip_line(self) -> None:
        while (end := self._buffer.find("\n", self._at)) < 0:
            self._at = len(self._buffer)
            self._drop()
            if not self._fill():
                return
        self._at = end + 1

    def _resync(self, pattern: re.Pattern[str]) -> None:
        """Go on where a statement (or a row) seems to begin."""
        place = self._at + 1
        while not (found := pattern.search(self._buffer, place)):
            self._at = max(self._at, len(self._buffer) - 64)
            self._drop()
            place = self._at
            if not self._fill():
                self._at = len(self._buffer)
                return
        self._at = found.end()

    def _pieces_of_statement(self, limit: int) -> Iterator[re.Match[str]]:
        """Piece by piece up to and without the `;`."""
        place = self._at
        while True:
            piece = self._match(self._piece, place, limit)
            if piece is None:
                if place >= len(self._buffer):
                    self._at = place
                    return
                raise _Unclosed
            if piece[0] == ";":
                self._at = place
                return
            yield piece
            place = piece.end()

    def _skip_statement(self) -> None:
        """Go to the `;`, or to what looks like the next statement where it is missing."""
        while (piece := self._match(self._piece, self._at, ROW_LIMIT)) is not None and piece[0] != ";":
            self._at = piece.end()
            if piece.lastgroup == "plain" and (found := _NEXT_STATEMENT.search(self._buffer, *piece.span())):
                self._at = found.end()
                return
            self._drop()
        if piece is None and self._at < len(self._buffer):
            raise _Unclosed

    # Statements

    def _create(self) -> None:
        start = self._at
        for _piece in self._pieces_of_statement(_HEADER_LIMIT):
            pass
        try:
            made = parse_one(self._buffer[start : self._at], read=self._dialect)
        except SqlglotError:
            return
        if isinstance(made, exp.Create) and isinstance(made.this, exp.Schema):
            columns = [column.name for column in made.this.expressions if isinstance(column, exp.ColumnDef)]
            self._columns[made.this.this.name] = tuple(columns)

    def _insert(self) -> Iterator[SqlRow | SqlFault]:
        start, depth = self._at, 0
        values: re.Match[str] | None = None
        for piece in self._pieces_of_statement(_HEADER_LIMIT):
            if piece[0] == "(":
                depth += 1
            elif piece[0] == ")":
                depth -= 1
            elif depth == 0 and piece.lastgroup == "plain":
                values = _VALUES.search(self._buffer, *piece.span())
                if values or _NO_VALUES.search(self._buffer, *piece.span()):
                    break
        header = self._buffer[start : values.start() if values else self._at]
        target = self._target(header) if values else None
        if values is None or target is None:
            reason = _("Only INSERT statements with VALUES can be read.")
            yield SqlFault("", reason, self._buffer[start : start + _EXCERPT], 0, self._line_at(start))
            self._at = max(self._at, start + 1)
            self._skip_statement()
            return
        table, columns = target
        self._at = values.end()
        yield from self._rows(table, columns)

    def _target(self, header: str) -> tuple[str, tuple[str, ...]] | None:
        header = _INSERT_WORDS.sub("INSERT INTO ", header, count=1)
        header = re.sub(r"\s+OVERRIDING\s+\w+\s+VALUE\s*\Z", " ", header, flags=re.IGNORECASE)
        try:
            made = parse_one(header + " VALUES (NULL)", read=self._dialect)
        except SqlglotError:
            return None
        into = made.this
        if isinstance(into, exp.Schema):
            return into.this.name, tuple(column.name for column in into.expressions)
        return (into.name, self._columns.get(into.name, ())) if isinstance(into, exp.Table) else None

    def _rows(self, table: str, columns: tuple[str, ...]) -> Iterator[SqlRow | SqlFault]:
        while True:
            self._skip_row_space()
            if self._buffer[self._at : self._at + 1] != "(":
                break
            start, end = self._at, -1
            index = self._counts[table] = self._counts.get(table, 0) + 1
            line = self._line_at(start)
            try:
                end = self._end_of_row()
                if self._wanted(table, index):
                    columns = columns or self._columns.get(table, ())
                    yield self._row(table, columns, self._buffer[start:end], index, line)
                self._at = end
            except (BadRow, _Unclosed, _TooLong) as fault:
                reason = str(fault) or _("A quote or a bracket of this row is not closed, or it is too long.")
                yield SqlFault(table, reason, self._buffer[start : start + _EXCERPT], index, line)
                # A quote too many makes a row swallow the beginning of the next ones.
                swallowed = _RESYNC.search(self._buffer, start + 1, end) if end >= 0 else None
                if end < 0:
                    self._resync(_RESYNC)
                else:
                    self._at = swallowed.end() if swallowed else end
                if end < 0 or swallowed:
                    continue
            self._skip_row_space()
            if self._buffer[self._at : self._at + 1] != ",":
                break
            self._at += 1
        if self._buffer[self._at : self._at + 1] not in ("", ";") and not _START.match(self._buffer, self._at):
            self._skip_statement()

    def _skip_row_space(self) -> None:
        self._drop()
        self._need(32)
        while (found := self._match(_SPACE, self._at, ROW_LIMIT)) and found.end() > self._at:
            self._at = found.end()
        self._need(32)

    def _end_of_row(self) -> int:
        while True:
            flat = self._flat.match(self._buffer, self._at)
            if flat is not None:
                return flat.end()
            # Either brackets within brackets, or not all of it is here yet.
            depth, place = 0, self._at
            while (piece := self._match(self._piece, place, ROW_LIMIT)) is not None:
                if place - self._at > ROW_LIMIT:
                    raise _TooLong
                place = piece.end()
                if piece[0] == "(":
                    depth += 1
                elif piece[0] == ")":
                    depth -= 1
                    if depth == 0:
                        return place
                elif piece[0] == ";":
                    break
            raise _Unclosed

    def _row(self, table: str, columns: tuple[str, ...], text: str, index: int, line: int) -> SqlRow:
        values = values_of(text, self._dialect)
        if not columns:
            columns = self._columns[table] = tuple(f"Column {place}" for place in range(1, len(values) + 1))
        if len(values) != len(columns):
            raise BadRow(_miscounted(len(values), len(columns)))
        return SqlRow(table, columns, values, index, line)

    def _copy(self) -> Iterator[SqlRow | SqlFault]:
        found = self._match(_COPY, self._at, _HEADER_LIMIT)
        if found is None:
            self._skip_statement()
            return
        table = found["table"].rpartition(".")[2].strip('"')
        named = tuple(name.strip().strip('"') for name in (found["columns"] or "").split(",") if name.strip())
        columns = named or self._columns.get(table, ())
        is_csv = "csv" in found["options"].lower()
        self._at = found.end()
        while (line := self._next_line()) is not None and line.rstrip("\r") != "\\.":
            index = self._counts[table] = self._counts.get(table, 0) + 1
            number = self._line_at(self._at) - 1
            if not self._wanted(table, index):
                continue
            cells: list[str | None] = (
                [*next(csv.reader([line]), [])] if is_csv else [unescape_copy(cell) for cell in line.split("\t")]
            )
            columns = columns or tuple(f"Column {place}" for place in range(1, len(cells) + 1))
            if len(cells) == len(columns):
                yield SqlRow(table, columns, cells, index, number)
            else:
                yield SqlFault(table, _miscounted(len(cells), len(columns)), line[:_EXCERPT], index, number)

    def _next_line(self) -> str | None:
        self._drop()
        while (end := self._buffer.find("\n", self._at)) < 0 and self._fill():
            if len(self._buffer) - self._at > ROW_LIMIT:
                raise _TooLong
        if self._at >= len(self._buffer):
            return None
        end = end if end >= 0 else len(self._buffer)
        line, self._at = self._buffer[self._at : end], min(end + 1, len(self._buffer))
        return line
