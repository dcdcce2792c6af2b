"""Text out of bytes whose encoding nobody named: guessed, decoded, cut into lines, in little memory."""

from __future__ import annotations

import codecs
import io
import re
from typing import BinaryIO

from charset_normalizer import from_bytes

SAMPLE_SIZE = 256 * 1024
_CHUNK = 256 * 1024
_MAY_BE_CUT = 4096  # a sample smaller than this is taken for the whole file
_GUESS_SIZE = 32 * 1024  # enough letters to tell 8-bit encodings apart

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SIGNATURES = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"7z\xbc\xaf",
    b"\xd0\xcf\x11\xe0", b"RIFF", b"SQLite format 3\x00", b"\x7fELF", b"MZ\x90", b"Rar!",
)  # fmt: skip
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\x0b\x0c\x1a\x1b"))

# The letters that a language uses most, by the encoding in which its old programs wrote.
_CYRILLIC = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъіїєґў"
_COMMON = {
    "cp1251": _CYRILLIC,
    "koi8_r": _CYRILLIC,
    "cp866": _CYRILLIC,
    "mac_cyrillic": _CYRILLIC,
    "cp1253": "αοιετσνηυρπκμλωςίάόέήύώ",
    "cp1255": "אבגדהוזחטיךכלםמןנסעףפץצקרשת",
    "cp1256": "ابةتثجحخدذرزسشصضطظعغفقكلمنهويى",
}
# First bytes of the two-byte codes that hold a national set's everyday characters.
_EVERYDAY_LEADS = {
    "cp932": (0x88, 0x97),
    "euc_jp": (0xB0, 0xCF),
    "gb18030": (0xB0, 0xD7),
    "cp949": (0xCA, 0xFD),
    "big5": (0xA4, 0xC6),
}
# Accented letters by language: a word whose accents fit none of these was decoded wrongly.
_WESTERN = (
    "äöüß",
    "éèêëàâçîïôûùüÿœæ",
    "áéíóúñü",
    "ãõáâàçéêíóôúü",
    "åäöæøé",
    "àèéìòù",
    "ëïéöüè",
    "áðéíóúýþæö",
    "àèéíïòóúüç",
)
_CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîșțşţ", "čćđšž", "äöüßé")
_PUNCTUATION = "’‘“”„–—…€«»·°§©®º½²´\xa0"
_WORD = re.compile(r"[^\x00-\x40\x5b-\x60\x7b-\x7f]+")
_BROKEN_WORD = re.compile(r"[a-zа-яёіїєα-ω][A-ZА-ЯЁІЇЄΑ-Ω]|[A-Za-z](?=[^\W\d_A-Za-z])|[^\W\d_A-Za-z](?=[A-Za-z])")


def guess_encoding(sample: bytes) -> str:
    """Name the encoding that `sample`, the beginning of a file, is most likely written in.

    A byte order mark wins, then valid UTF-8, then UTF-16 by its zero bytes, then the 8-bit and
    East Asian encodings by the letters they would give. Plain ASCII is called `utf-8`. A sample
    of 4 kB or more may end within a character.
    """
    for bom, name in _BOMS:
        if sample.startswith(bom):
            return name
    wide = _guess_wide(sample)
    if wide:
        return wide
    if b"\x1b$" in sample and _decodes(sample, "iso2022_jp_2"):
        return "iso2022_jp_2"
    if _decodes(sample, "utf-8"):
        return "utf-8"
    first = next(place for place, byte in enumerate(sample) if byte > 0x7F)
    return _guess_eight_bit(sample[max(0, first - 64) :][:_GUESS_SIZE])


def looks_binary(sample: bytes) -> bool:
    """Whether `sample` begins like a picture, an archive or a program rather than any text."""
    if sample.startswith(_SIGNATURES):
        return True
    if not sample or sample.startswith(tuple(bom for bom, _ in _BOMS)) or _guess_wide(sample):
        return False
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return controls > max(16, len(sample) * 0.04)


def peek(stream: BinaryIO, size: int = SAMPLE_SIZE) -> tuple[bytes, BinaryIO]:
    """Read the first `size` bytes; give them and a stream that still begins with them."""
    sample = _read_fully(stream, size)
    return sample, io.BufferedReader(_Rejoined(sample, stream), buffer_size=_CHUNK)


def open_text(stream: BinaryIO, encoding: str = "") -> io.TextIOWrapper:
    """Open `stream` as text, in `encoding` or the guessed one; undecodable bytes become U+FFFD.

    Line ends stay as they are (as the csv module wants them). `.encoding` tells what was guessed. An
    encoding that Python doesn't know is guessed instead.
    """
    sample, whole = peek(stream)
    name = encoding if known_encoding(encoding) else guess_encoding(sample)
    return io.TextIOWrapper(whole, encoding=name, errors="replace", newline="")


def known_encoding(name: str) -> bool:
    """Whether Python can decode text by `name` (any spelling of it)."""
    try:
        return bool(name) and codecs.lookup(name)._is_text_encoding
    except (LookupError, ValueError):
        return False


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(sample, final=len(sample) < _MAY_BE_CUT)
    except UnicodeDecodeError:
        return False
    return True


def _guess_wide(sample: bytes) -> str:
    """UTF-16 or UTF-32 without a mark: every second (or three of four) bytes of Western text are zero."""
    head = sample[: 4096 - 4096 % 4]
    if len(head) < 4 or head.count(0) < len(head) * 0.15:
        return ""
    by_place = [head[place::4].count(0) / (len(head) / 4) for place in range(4)]
    if min(by_place[1:]) > 0.8:
        return "utf-32-le"
    if min(by_place[:3]) > 0.8:
        return "utf-32-be"
    even, odd = by_place[0] + by_place[2], by_place[1] + by_place[3]
    for name, ours, other in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if ours > 0.3 and other < ours * 0.1 and _decodes(head, name):
            return name
    return ""


def _guess_eight_bit(sample: bytes) -> str:
    high = [byte for byte in sample if byte > 0x7F]
    scores = {name: _alphabet_score(sample, name, letters) for name, letters in _COMMON.items()}
    scores |= {name: _east_asian_score(sample, name) for name in _EVERYDAY_LEADS}
    best = max(scores, key=lambda name: scores[name])
    if scores[best] > 0.5 and _share_in_runs(sample, len(high)) > 0.4:
        return best
    western, central = _fitting(sample, "cp1252", _WESTERN), _fitting(sample, "cp1250", _CENTRAL)
    if max(western, central) > 0.6:
        return "cp1252" if western >= central else "cp1250"
    if scores[best] > 0.5:
        return best
    match = from_bytes(sample).best()
    return match.encoding if match is not None and match.encoding != "ascii" else "cp1252"


def _share_in_runs(sample: bytes, total: int) -> float:
    """The share of high bytes beside another: near 1 where a whole script is high, small for accents."""
    runs = re.findall(rb"[\x80-\xff]{2,}", sample)
    return sum(map(len, runs)) / total


def _fitting(sample: bytes, encoding: str, languages: tuple[str, ...]) -> float:
    """The share of accented words that one of the languages could write."""
    words = {word for word in _WORD.findall(sample.decode(encoding, errors="replace")) if not word.isascii()}
    accents = [{char for char in word.lower() if char > "\x7f" and char not in _PUNCTUATION} for word in words]
    return sum(any(used <= set(language) for language in languages) for used in accents) / (len(accents) or 1)


def _alphabet_score(sample: bytes, encoding: str, letters: str) -> float:
    """The share of the alphabet's letters, the ten commonest counting more, less what breaks words."""
    text = sample.decode(encoding, errors="replace")
    high = [char for char in text if char > "\x7f"]
    own = frozenset(letters)
    common = frozenset(letters[:10])
    known = sum(char.lower() in own for char in high)
    often = sum(char.lower() in common for char in high)
    capitals = sum(char.isupper() for char in high)
    broken = len(_BROKEN_WORD.findall(text))
    size = len(high) or 1
    return (known * 0.5 + often * 0.8 - broken * 1.5 - max(0, capitals - size * 0.5) * 0.2) / size


def _east_asian_score(sample: bytes, encoding: str) -> float:
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(sample, final=False)
    except UnicodeDecodeError:
        return 0.0
    high = [char for char in text if char > "\x7f"]
    kana = sum("\u3040" <= char <= "\u30ff" for char in high)
    ideographs = [char for char in high if "\u4e00" <= char <= "\u9fff"]
    # Names and addresses use the everyday characters, which the Chinese and Japanese sets put first.
    everyday = sum(_is_everyday(char, encoding) for char in ideographs)
    if encoding == "cp949":
        # Only the syllables of the national standard: the rest of cp949 swallows nearly any two bytes.
        syllables = sum("\uac00" <= char <= "\ud7a3" and min(char.encode("cp949")) > 0xA0 for char in high)
        points = syllables * 1.1 + everyday * 0.3
    elif encoding in ("cp932", "euc_jp"):
        points = kana * 1.3 + everyday
    else:
        points = everyday * 0.95 + kana * 0.2
    return points / (len(high) or 1)


def _is_everyday(char: str, encoding: str) -> bool:
    lead = char.encode(encoding)[0]
    first, last = _EVERYDAY_LEADS[encoding]
    return first <= lead <= last


def _read_fully(stream: BinaryIO, size: int) -> bytes:
    parts: list[bytes] = []
    while size > 0 and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


class _Rejoined(io.RawIOBase):
    """What was already read, followed by the rest of the stream (which may be unable to seek)."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = memoryview(head)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # any buffer, as io.BufferedReader gives
        part: bytes | memoryview
        if self._head:
            part, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        else:
            part = self._rest.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)
