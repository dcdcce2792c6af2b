"""Physical lines of one card to properties: unfolding, encodings, groups and parameters.

vobject's own parser is not used for reading. Measured here, it reads 3,900 simple cards a second before
anything is mapped; its parameter expression takes exponential time (22 commas without a colon: 1.7 s, each
two more: four times that), so that one line of a foreign file would stop a worker; and it knows neither 4.0 nor
bare base64 (docs/adr/0007). It stays the judge of what we write: the tests read our cards back with it.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from apps.contacts.formats.text import guess_encoding, known_encoding
from apps.contacts.formats.vcard.values import clean

_HEAD_LIMIT = 200_000
_NAME = re.compile(r"\s*(?:([\w-]{1,200})\.)?([A-Za-z0-9_-]{1,100})\s*")
_PARAMETER = re.compile(r';((?:[^;"]|"[^"]*"?)*)')
_PARAMETER_VALUE = re.compile(r'"([^"]*)"?|([^,"]+)')
_CARET = re.compile(r"\^(.)")  # RFC 6868
_CARETS = {"n": "\n", "^": "^", "'": '"'}
_ENCODINGS = {"b": "b", "base64": "b", "q": "q", "quoted-printable": "q", "qp": "q"}
_BARE = {
    **dict.fromkeys(("quoted-printable", "base64", "8bit", "7bit"), "ENCODING"),
    **dict.fromkeys(("url", "uri", "inline", "content-id", "cid"), "VALUE"),
}
_SCHEMES = frozenset(("HTTP", "HTTPS", "FTP"))  # a web address on a line of its own is no property
_MULTIBYTE = frozenset(("shift_jis", "cp932", "euc_jp", "iso2022_jp", "gb2312", "gbk", "gb18030", "big5", "euc_kr"))
_CHARSET = re.compile(rb";\s*CHARSET\s*=\s*\"?([\w.:+-]+)", re.IGNORECASE)
_QUOTED = re.compile(rb"[^:]*;(?:\s*ENCODING\s*=\s*)?\"?(?:QUOTED-PRINTABLE|Q|QP)\"?\s*[;:]", re.IGNORECASE)
_AGENT_CARD = re.compile(rb"(?im)^(?:[\w-]+\.)?AGENT(?:;[^:\n]*)?:\s*BEGIN:VCARD[ \t]*(?:\n[ \t].*)*")


@dataclass(slots=True, frozen=True)
class Head:
    """What stands before the colon. Shared between properties: never change one."""

    name: str  # upper case
    group: str = ""
    params: dict[str, list[str]] = field(default_factory=dict)  # names in upper case, values as written
    types: tuple[str, ...] = ()  # lower case, without "pref"
    pref: int = 0  # 1 is the most preferred, 0 not preferred at all
    encoding: str = ""  # "b" (base64), "q" (quoted-printable) or empty

    def param(self, name: str) -> str:
        values = self.params.get(name)
        return values[0] if values else ""


class Property(NamedTuple):
    head: Head
    value: str  # unfolded and decoded, still escaped


def read_properties(lines: list[bytes], fallback: str) -> list[Property]:
    """The properties of one card in order. `fallback` names the encoding of what is not UTF-8 (empty: guess)."""
    found: list[tuple[Head, list[str]]] = []
    previous = 0
    for line in _logical_lines(lines, fallback):
        if not line or line.isspace() or line[0] == "#":
            continue
        colon = _colon(line)
        head = parse_head(line[:colon]) if 0 < colon < _HEAD_LIMIT else None
        if head is not None and not (head.name in _SCHEMES and line.startswith("//", colon + 1)):
            found.append((head, [line[colon + 1 :]]))
        elif found:
            _continue(found[-1], line, previous)
        previous = len(line)
    return [Property(head, clean(parts[0] if len(parts) == 1 else "".join(parts))) for head, parts in found]


def _continue(last: tuple[Head, list[str]], line: str, previous: int) -> None:
    """Add a line that is no property to the one before: a fold that lost its blank, or a bare line end."""
    head, parts = last
    if head.encoding == "b":
        parts.append(line.strip())
    elif len(parts[-1]) - len(parts[-1].rstrip("\\")) & 1:
        parts[-1] = parts[-1][:-1]
        parts.append("\\n" + line)
    else:
        parts.append(line if 70 <= previous <= 80 else "\\n" + line)


def _colon(line: str) -> int:
    """Where the value begins: the first colon that is not between quotes (the first of all if they don't pair)."""
    colon = line.find(":")
    quote = line.find('"', 0, colon + 1)
    while quote != -1:
        end = line.find('"', quote + 1)
        after = line.find(":", end + 1)
        if end == -1 or after == -1:
            return colon
        quote = line.find('"', end + 1, after)
        if quote == -1:
            return after
    return colon


def parse_head(text: str) -> Head | None:
    """The parts before the colon, or None where that is no property's name."""
    return _parse_head(text) if len(text) > 300 else _cached_head(text)


def _parse_head(text: str) -> Head | None:
    match = _NAME.match(text)
    if match is None or text[match.end() : match.end() + 1] not in ("", ";"):
        return None
    group, name = match[1] or "", match[2].upper().replace("_", "-")
    if match.end() == len(text):
        return Head(name, group)
    params: dict[str, list[str]] = {}
    for parameter in _PARAMETER.findall(text, match.end()):
        key, is_named, given = parameter.partition("=")
        key = key.strip()
        if not is_named:
            key, given = _BARE.get(key.lower(), "TYPE"), key
        if values := _parameter_values(key.upper(), given):
            params.setdefault(key.upper(), []).extend(values)
    types = [word.lower() for word in params.get("TYPE", ())]
    preferred = params.get("PREF", [""])[0]
    pref = int(preferred) if preferred.isascii() and preferred.isdigit() and len(preferred) < 4 else 0
    if not pref and "pref" in types:
        pref = 1
    encoding = _ENCODINGS.get(params.get("ENCODING", [""])[0].lower(), "")
    return Head(name, group, params, tuple(word for word in types if word != "pref"), pref, encoding)


_cached_head = lru_cache(maxsize=4096)(_parse_head)


def _parameter_values(key: str, given: str) -> list[str]:
    values = []
    for quoted, plain in _PARAMETER_VALUE.findall(given):
        text = _CARET.sub(lambda match: _CARETS.get(match[1], match[0]), quoted or plain).strip()
        if key != "TYPE":
            values.append(text)
        else:  # TYPE="voice,home" is two, and some write TYPE=HOME,TYPE=VOICE
            values += [word.strip().removeprefix("TYPE=").removeprefix("type=") for word in text.split(",")]
    return [clean(value) for value in values if value]


def _logical_lines(lines: list[bytes], fallback: str) -> Iterator[str]:
    data = b"\n".join(lines)
    upper = data.upper()
    if b"AGENT" in upper:
        data = _AGENT_CARD.sub(_escape_agent, data)
    if b";Q" in upper or b"=Q" in upper or b'"Q' in upper:
        yield from _unfold_quoted(data.split(b"\n"), fallback)
        return
    if b"\n " in data or b"\n\t" in data:
        data = data.replace(b"\n ", b"").replace(b"\n\t", b"")
    if data.isascii() and b"\x1b" not in data:
        yield from data.decode("ascii").split("\n")
        return
    if b"CHARSET" not in upper and b"\x1b$" not in data:
        try:
            yield from data.decode("utf-8").split("\n")
            return
        except UnicodeDecodeError:
            fallback = fallback or _guess(data)
    for line in data.split(b"\n"):
        yield _decode(line, _charset(line), fallback)


def _unfold_quoted(lines: list[bytes], fallback: str) -> Iterator[str]:
    """The same for a card with quoted-printable values, whose soft line breaks come before folding."""
    fallback = fallback or _guess(b"\n".join(lines))
    place = 0
    while place < len(lines):
        parts = [lines[place]]
        place += 1
        match = _QUOTED.match(parts[0])
        while place < len(lines):
            following = lines[place]
            if match and parts[-1].rstrip(b" \t").endswith(b"="):
                if following[:10].strip().upper() == b"END:VCARD":
                    break
                parts[-1] = parts[-1].rstrip(b" \t")[:-1]
                parts.append(following)
            elif following[:1] in (b" ", b"\t"):
                parts.append(following[1:])
            else:
                break
            place += 1
        line = b"".join(parts)
        if match is None:
            yield _decode(line, _charset(line), fallback)
            continue
        head, value = line[: match.end() - 1], line[match.end() - 1 :]
        colon = value.index(b":") if b":" in value else 0
        head, value = head + value[:colon], value[colon + 1 :]
        text = _decode(quopri.decodestring(value), _charset(head), fallback)
        text = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
        yield f"{_decode(head, '', fallback)}:" + text.replace("\n", "\\n")


def _escape_agent(match: re.Match[bytes]) -> bytes:
    head, _, text = match[0].partition(b":")
    text = re.sub(rb"\n[ \t]", rb"\n", text)
    for plain, escaped in ((b"\\", b"\\\\"), (b"\n", b"\\n"), (b",", b"\\,"), (b";", b"\\;")):
        text = text.replace(plain, escaped)
    return head + b":" + text


def _charset(head: bytes) -> str:
    match = _CHARSET.search(head.partition(b":")[0]) if b"=" in head else None
    if match is None:
        return ""
    name = match[1].decode("ascii", errors="replace").lower().replace("-", "_")
    name = {"shift_jis": "cp932", "sjis": "cp932", "windows_31j": "cp932", "ks_c_5601_1987": "cp949"}.get(name, name)
    return name if known_encoding(name) else ""


def _decode(data: bytes, charset: str, fallback: str) -> str:
    """UTF-8 where it is valid (programs lie in CHARSET), unless a multi-byte charset is named and fits."""
    if data.isascii() and b"\x1b" not in data:
        return data.decode("ascii")
    order = [charset, "utf-8", fallback] if charset in _MULTIBYTE else ["utf-8", charset, fallback]
    if b"\x1b$" in data:
        order.insert(0, "iso2022_jp_2")
    for name in order:
        if name:
            try:
                return data.decode(name)
            except (UnicodeDecodeError, LookupError):
                continue
    return data.decode(fallback or "utf-8", errors="replace")


def fallback_encoding(sample: bytes) -> str:
    """What a file's lines are in that are not UTF-8 and name no charset; empty if the sample has none of them."""
    if b"QUOTED-PRINTABLE" in sample.upper():
        sample = quopri.decodestring(sample)
    odd = [line for line in sample.split(b"\n")[:-1] if not line.isascii() and not _is_utf_8(line)]
    return _guess(b"\n".join(odd)) if odd else ""


def _guess(data: bytes) -> str:
    """An encoding for what is not UTF-8 in `data`."""
    odd = b"\n".join(line for line in data.split(b"\n") if not line.isascii() and not _is_utf_8(line))
    guessed = guess_encoding(odd)
    return "cp1252" if guessed.startswith("utf") else guessed


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
