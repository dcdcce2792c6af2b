"""Text out of the bytes of a mail, whatever charset the mail names."""

from __future__ import annotations

import codecs
import re

from apps.contacts.formats.text import guess_encoding, known_encoding

_GUESS_FROM = 64 * 1024
_JIS_RUN = re.compile(rb"\x1b(\([A-Z]|\$[@-Z]|\$\([A-Z])([^\x1b]*)")
_ASCII = frozenset({"", "ascii", "us-ascii", "7bit", "8bit", "binary", "default", "x-unknown", "unknown-8bit"})
# Names that mailers write for encodings that Python knows otherwise, or that are wider in practice: whoever says
# Latin-1 sends Windows' letters too, whoever says gb2312 those of gb18030 (as the WHATWG Encoding Standard has it).
_MEANT = {
    "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "x-sjis": "cp932",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "gb2312": "gb18030", "gbk": "gb18030",
    "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "iso-2022-jp": "iso2022_jp_ext", "iso-8859-8-i": "cp1255",
    "iso-8859-8": "cp1255", "x-mac-cyrillic": "mac_cyrillic", "unicode-1-1-utf-7": "utf-7", "utf8mb4": "utf-8",
    "windows-874": "cp874", "tis-620": "cp874", "iso-8859-9": "cp1254",
}  # fmt: skip


def decode_text(data: bytes, charset: str = "") -> tuple[str, bool]:
    """The text of `data`, and whether `charset` (as the mail names it) was right.

    A charset that is missing, unknown or contradicted by the bytes is guessed. Never raises: what
    fits nothing becomes U+FFFD.
    """
    name = charset.strip("\"' \t").lower()
    if data.isascii() and b"\x1b" not in data and not _is_seven_bit_code(name):
        return data.decode("ascii"), True
    if _MEANT.get(name, name) == "cp1252" and (text := _try(data, "utf-8")) is not None:
        return text, False  # letters of Latin-1 hardly ever stand so that they read as UTF-8; many programs lie
    if name not in _ASCII:
        text = _try(data, _MEANT.get(name, name))
        if text is not None:
            return text, True
        if name == "iso-2022-jp":
            return _decode_jis(data), True
        if known_encoding(name) and _mostly_reads(data, name):
            return data.decode(_MEANT.get(name, name), "replace"), True
    text = _try(data, "utf-8") if b"\x1b" not in data else None
    if text is not None:
        return text, name in _ASCII
    guess = guess_encoding(data[:_GUESS_FROM])
    # The same letters, and those of Ukrainian, which KOI8-R has frames for.
    return data.decode("koi8_u" if guess.replace("-", "_").lower() == "koi8_r" else guess, "replace"), False


def _decode_jis(data: bytes) -> str:
    """ISO-2022-JP with the letters that Windows adds to it (its row 13 holds the № of Cyrillic mails).

    Python's own codecs refuse those; the same pairs in Shift_JIS are known to its cp932.
    """
    pieces = []
    for escape, run in _JIS_RUN.findall(b"\x1b(B" + data):
        if escape in {b"$B", b"$@"}:
            pairs = zip(run[::2], run[1::2], strict=False)
            run = b"".join(_shifted(row, cell) for row, cell in pairs)
        pieces.append(run.decode("cp932", "replace"))
    return "".join(pieces)


def _shifted(row: int, cell: int) -> bytes:
    """One JIS pair as Shift_JIS (JIS X 0208, annex 1)."""
    if not (0x21 <= row <= 0x7E and 0x21 <= cell <= 0x7E):
        return b"?"
    lead = (row + 1) // 2 + (0x70 if row < 0x5F else 0xB0)
    trail = cell + (0x1F + (cell >= 0x60) if row % 2 else 0x7E)
    return bytes((lead, trail))


def _is_seven_bit_code(name: str) -> bool:
    """Encodings whose bytes are ASCII and mean something else."""
    return name.startswith(("utf-7", "unicode-1-1-utf-7", "hz", "utf-16", "utf-32", "utf7", "utf16", "utf32"))


def _try(data: bytes, name: str) -> str | None:
    try:
        if not codecs.lookup(name)._is_text_encoding:
            return None
        return data.decode(name)
    except (LookupError, ValueError):
        return None


def _mostly_reads(data: bytes, name: str) -> bool:
    """One bad letter (a text cut in the middle) doesn't make the charset wrong."""
    try:
        text = data.decode(_MEANT.get(name, name), "replace")
    except (LookupError, ValueError):
        return False
    return text.count("\ufffd") <= max(1, len(text) // 200)
