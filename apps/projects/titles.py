"""The title of a page, out of the beginning of its bytes, whatever they are."""

from __future__ import annotations

import codecs
import html
import re
import unicodedata

LONGEST = 300
_TITLE = re.compile(r"<title(?:\s[^<>]{0,300})?>([^<]{0,3000})", re.IGNORECASE)
_META = re.compile(rb"<meta[^<>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NEAR = 2048  # bytes in which a page says its charset
_WEB = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}


def title_in(body: bytes, charset: str = "") -> str:
    """Of its first `<title>`, on one line and without signs that nobody sees; "" where there is none."""
    found = _TITLE.search(_text(body, charset))
    if found is None:
        return ""
    shown = "".join(each for each in html.unescape(found[1]) if each.isspace() or not _is_hidden(each))
    return " ".join(shown.split())[:LONGEST].strip()


def _text(body: bytes, charset: str) -> str:
    marked = next((name for mark, name in _BOMS if body.startswith(mark)), "")
    said = _META.search(body[:_NEAR])
    for name in (marked, charset, said[1].decode("ascii") if said else "", "utf-8"):
        if name and (known := _known(name)):
            return body.decode(known, "replace")
    return ""


def _known(name: str) -> str:
    """Python's name of a charset as browsers take it; "" for none of text."""
    try:
        found = codecs.lookup(_WEB.get(name.strip().lower(), name.strip()))
    except (LookupError, ValueError):
        return ""
    return found.name if getattr(found, "_is_text_encoding", True) else ""


def _is_hidden(sign: str) -> bool:
    return unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Cn"}
