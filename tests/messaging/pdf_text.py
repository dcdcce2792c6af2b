"""The words of a PDF that Typst has made, read back as a reader's program finds them (ISO 32000-1, 9.10)."""

from __future__ import annotations

import re
import zlib

_OBJECT = re.compile(rb"(?<!\d)(\d+) 0 obj(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)
_NESTED = rb"\((?:\\.|[^\\()])*\)"  # brackets stand unescaped where they are balanced
for _level in range(4):
    _NESTED = rb"\((?:\\.|[^\\()]|" + _NESTED + rb")*\)"
_STRING = rb"(?:" + _NESTED + rb"|<[0-9a-fA-F]*>)"
_SHOWN = re.compile(
    rb"\b(BT)\b|/(f\d+) [\d.]+ Tf|(\[(?:" + _STRING + rb"|[^\]])*\])TJ|(" + _STRING + rb")Tj", re.DOTALL
)
_PAIRS = re.compile(rb"<([0-9a-fA-F]{4})> <([0-9a-fA-F]+)>")
_RANGES = re.compile(rb"<([0-9a-fA-F]{4})> <([0-9a-fA-F]{4})> <([0-9a-fA-F]+)>")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pdf_text(pdf: bytes) -> str:
    """Everything that is shown, page after page; what is placed by itself is a line of its own.

    Hyphens at the end of a line, and the invisible spaces where an address may be broken, are left out.
    """
    objects = {int(found[1]): found[2] for found in _OBJECT.finditer(pdf)}
    pages = [each for each in objects.values() if re.search(rb"/Type/Page\b(?!s)", each)]
    text = "\n".join(_page(each, objects) for each in pages)
    return re.sub("\n\u00ad\n|\u200b", "", text)


def _page(page: bytes, objects: dict[int, bytes]) -> str:
    resources = objects[_reference(page, b"Resources")]
    fonts = {name: _letters(objects[int(key)], objects) for name, key in re.findall(rb"/(f\d+) (\d+) 0 R", resources)}
    lines, letters = [], {}
    for begins, font, several, one in _SHOWN.findall(_content(objects[_reference(page, b"Contents")])):
        if begins:
            lines.append("")
            continue
        if font:
            letters = fonts[font]
            continue
        codes = b"".join(map(_bytes, re.findall(_STRING, several or one, re.DOTALL)))
        lines[-1] += "".join(letters.get(codes[at : at + 2], "") for at in range(0, len(codes), 2))
    return "\n".join(lines)


def _letters(font: bytes, objects: dict[int, bytes]) -> dict[bytes, str]:
    """What each code of a font says, by its ToUnicode map."""
    table = _content(objects[_reference(font, b"ToUnicode")])
    found = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        found.update({bytes.fromhex(a.decode()): _words(b) for a, b in _PAIRS.findall(block)})
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, start in _RANGES.findall(block):
            for at in range(int(first, 16), int(last, 16) + 1):
                found[at.to_bytes(2, "big")] = chr(ord(_words(start)) + at - int(first, 16))
    return found


def _words(digits: bytes) -> str:
    return bytes.fromhex(digits.decode()).decode("utf-16-be")


def _reference(found: bytes, name: bytes) -> int:
    match = re.search(rb"/" + name + rb" (\d+) 0 R", found)
    assert match, name
    return int(match[1])


def _content(found: bytes) -> bytes:
    match = _STREAM.search(found)
    assert match
    return zlib.decompress(match[1]) if b"FlateDecode" in found[: match.start()] else match[1]


def _bytes(text: bytes) -> bytes:
    if text.startswith(b"<"):
        return bytes.fromhex(text[1:-1].decode())

    def meant(found: re.Match[bytes]) -> bytes:
        code = found[1]
        return bytes([int(code, 8) % 256]) if code.isdigit() else _NAMED.get(code, code)

    return _ESCAPE.sub(meant, text[1:-1])
