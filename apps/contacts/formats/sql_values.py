"""The values of one row of an SQL dump as text, read by sqlglot; nothing is ever run."""

from __future__ import annotations

import base64
import re

from django.utils.translation import gettext as _
from sqlglot import exp, parse_one, tokenize
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

_TEXTS = frozenset(
    (
        TokenType.STRING, TokenType.NATIONAL_STRING, TokenType.RAW_STRING, TokenType.BYTE_STRING,
        TokenType.HEREDOC_STRING, TokenType.UNICODE_STRING, TokenType.NUMBER,
    )
)  # fmt: skip
_PLAIN = re.compile(r"\s*+(?:'((?:[^']++|'')*+)'|([+-]?\d+(?:\.\d+)?)|(NULL))\s*+([,)])", re.IGNORECASE)
_COPY_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{1,2})|([0-7]{1,3})|(.))", re.DOTALL)
_COPY_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class BadRow(ValueError):
    """Why a row can't be read, in a person's words."""


def values_of(row: str, dialect: str) -> list[str | None]:
    """The values of `(1, 'Ann', NULL)`: numbers as written, dates and text as text, blobs in base64.

    What only a database could tell (`now()`, `DEFAULT`) is None.
    """
    if "\\" not in row or dialect == "sqlite":
        plain = _plain_values(row)
        if plain is not None:
            return plain
    try:
        tokens = tokenize(row, read=dialect)
    except SqlglotError as error:
        raise BadRow(_("The values of this row can't be told apart: a quote is not closed.")) from error
    if len(tokens) < 2 or tokens[-1].token_type is not TokenType.R_PAREN:
        raise BadRow(_("A bracket of this row is not closed."))
    values: list[str | None] = []
    first, depth = 1, 0
    for place in range(1, len(tokens)):
        kind = tokens[place].token_type
        if kind in (TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE):
            depth += 1
        elif depth and kind in (TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE):
            depth -= 1
        elif not depth and (kind is TokenType.COMMA or place == len(tokens) - 1):
            values.append(_value(tokens[first:place], row, dialect))
            first = place + 1
    return values


def _plain_values(row: str) -> list[str | None] | None:
    """The values of a row of plain texts, numbers and NULLs, which every dialect writes alike; else None."""
    values: list[str | None] = []
    place, end = 1, len(row)
    while (found := _PLAIN.match(row, place)) is not None:
        text, number, _null, mark = found.groups()
        values.append(text.replace("''", "'") if text is not None else number)
        place = found.end()
        if mark == ")":
            return values if place == end else None
    return None


def _value(tokens: list[Token], row: str, dialect: str) -> str | None:
    if len(tokens) == 1:
        token = tokens[0]
        if token.token_type in _TEXTS or token.token_type is TokenType.IDENTIFIER:
            return token.text
        if token.token_type is TokenType.NULL:
            return None
        if token.token_type is TokenType.TRUE:
            return "1"
        if token.token_type is TokenType.FALSE:
            return "0"
    if not tokens:
        raise BadRow(_("A value of this row is missing."))
    text = row[tokens[0].start : tokens[-1].end + 1]
    try:
        made = parse_one(f"SELECT {text}", read=dialect)
    except SqlglotError as error:
        raise BadRow(_('The value "%(text)s" can\'t be read.') % {"text": text[:60]}) from error
    if len(made.expressions) != 1:
        raise BadRow(_('The value "%(text)s" can\'t be read.') % {"text": text[:60]})
    return _told(made.expressions[0])


def _told(node: exp.Expr | None) -> str | None:
    """The text of an expression made of literals; None where only a database could tell it."""
    match node:
        case exp.Literal() | exp.ByteString() | exp.National() | exp.RawString() | exp.Heredoc() | exp.UnicodeString():
            return str(node.this)
        case exp.Boolean():
            return "1" if node.this else "0"
        case exp.HexString():
            return _blob(str(node.this))
        case exp.BitString():
            return str(int(str(node.this) or "0", 2))
        case exp.Neg():
            inner = _told(node.this)
            return None if inner is None else f"-{inner}"
        case exp.Cast() | exp.Paren():
            return _told(node.this)
        case exp.Introducer():
            return _told(node.expression)
        case exp.Chr():
            return "".join(chr(int(str(code.this))) for code in node.expressions if isinstance(code, exp.Literal))
        case exp.Replace():
            parts = [_told(part) for part in (node.this, node.expression, node.args.get("replacement"))]
            whole, old, new = (part or "" for part in parts)
            return whole.replace(old, new) if old else whole
        case exp.DPipe():
            return (_told(node.this) or "") + (_told(node.expression) or "")
        case exp.Concat():
            return "".join(_told(part) or "" for part in node.expressions)
        case exp.Array():
            return ";".join(_told(part) or "" for part in node.expressions)
    return None


def _blob(digits: str) -> str:
    try:
        data = bytes.fromhex(digits)
    except ValueError:
        return digits
    return base64.b64encode(data).decode()


def unescape_copy(cell: str) -> str | None:
    """A cell of a COPY block in PostgreSQL's text format."""
    if "\\" not in cell:
        return cell
    if cell == "\\N":
        return None
    return _COPY_ESCAPE.sub(_unescaped, cell)


def _unescaped(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 16))
    if found[2]:
        return chr(int(found[2], 8))
    return _COPY_LETTERS.get(found[3], found[3])
