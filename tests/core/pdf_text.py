"""The words on a PDF that our typesetter made, read back: fonts by their ToUnicode tables, page by page."""

from __future__ import annotations

import re
import zlib

_OBJECT = re.compile(rb"(?<!\d)(\d+) 0 obj\s(.*?)\sendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)
_SHOWN = re.compile(rb"/(f\d+) [\d.]+ Tf|(\((?:\\.|[^\\)])*\))|(EMC)", re.DOTALL)
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text_of_pdf(pdf: bytes) -> str:
    """All of its text, a new line wherever something else begins."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    found: list[str] = []
    for body in objects.values():
        if b"/Type/Page/" not in body:
            continue
        fonts = _fonts(objects, _number(rb"/Resources (\d+)", body))
        found.append(_shown(_content(objects[_number(rb"/Contents (\d+)", body)]), fonts))
    return "\n".join(found)


def _fonts(objects: dict[int, bytes], resources: int) -> dict[bytes, dict[bytes, str]]:
    fonts = re.findall(rb"/(f\d+) (\d+) 0 R", objects[resources])
    return {name: _letters(_content(objects[_number(rb"/ToUnicode (\d+)", objects[int(at)])])) for name, at in fonts}


def _letters(table: bytes) -> dict[bytes, str]:
    pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]{4,})>", table.partition(b"endcodespacerange")[2])
    return {bytes.fromhex(code.decode()): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in pairs}


def _shown(content: bytes, fonts: dict[bytes, dict[bytes, str]]) -> str:
    letters: dict[bytes, str] = {}
    words: list[str] = []
    for font, text, end in _SHOWN.findall(content):
        letters = fonts[font] if font else letters
        if text:
            codes = _ESCAPED.sub(_unescaped, text[1:-1])
            words += [letters.get(codes[place : place + 2], "") for place in range(0, len(codes), 2)]
        if end:
            words.append("\n")
    return "".join(words)


def _unescaped(found: re.Match[bytes]) -> bytes:
    sign = found[1]
    return bytes([int(sign, 8)]) if sign.isdigit() else _NAMED.get(sign, sign)


def _number(pattern: bytes, body: bytes) -> int:
    found = re.search(pattern, body)
    assert found is not None, pattern
    return int(found[1])


def _content(body: bytes) -> bytes:
    found = _STREAM.search(body)
    assert found is not None
    return zlib.decompress(found[1])
