"""Whether HTML is heavier than any person's program writes it, and its words without any parser."""

from __future__ import annotations

import re
from html import unescape

# Parsers take quadratic time for deep trees, and repeat each unclosed format in every paragraph after it.
_MAX_OPEN = 400
_MAX_FORMATS = 60
_MAX_TAGS = 100_000
_MAX_ENTITIES = 40_000  # nh3 slows down with the square of their number
_FORMATS = frozenset({
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
})  # fmt: skip
# These need no end tag, or have none.
_LOOSE = frozenset({
    "p", "li", "td", "tr", "th", "dd", "dt", "tbody", "thead", "tfoot", "option", "br", "img", "hr", "input", "meta",
    "link", "col", "wbr", "area", "base", "embed", "source", "track", "param", "html", "head", "body",
})  # fmt: skip
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,30})")
_ANY = re.compile(r"<[^<>]{0,10000}>")


def is_too_heavy(html: str) -> bool:
    """Linear in the length of `html`; counts tags, so that it may be wrong about what stands in comments."""
    if html.count("&") > _MAX_ENTITIES:
        return True
    open_tags: dict[str, int] = {}
    deep = formats = 0
    for count, (closing, name) in enumerate(_TAG.findall(html)):
        tag = name.lower()
        if tag in _LOOSE:
            step = 0
        elif not closing:
            step = 1
        else:
            step = -1 if open_tags.get(tag, 0) else 0
        open_tags[tag] = open_tags.get(tag, 0) + step
        formats += step if tag in _FORMATS else 0
        deep += step
        if deep > _MAX_OPEN or formats > _MAX_FORMATS or count > _MAX_TAGS:
            return True
    return False


def bare_words(html: str) -> str:
    """What stands between the tags, as text."""
    return unescape(_ANY.sub(" ", html))
