"""HTML mails as plain text, and plain mails as HTML."""

from __future__ import annotations

import re
from html import escape, unescape

import nh3

from .html import HTML_LIMIT, SafeHtml, safe_html
from .nesting import bare_words, is_too_heavy

_BLOCKS = frozenset({
    "address", "article", "blockquote", "dd", "div", "dl", "dt", "figure", "footer", "form", "h1", "h2", "h3", "h4",
    "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "tbody", "thead", "tr", "ul",
})  # fmt: skip
_SPACED = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "table"})
_TAGS = _BLOCKS | {"br", "td", "th"}
_GONE = {"script", "style", "title", "svg", "math", "noscript", "template", "iframe", "object", "head"}
_TOKEN = re.compile(r"<(/?)([a-z0-9]+)[^>]*>|([^<]+)")
_SPACE = re.compile(r"[ \t\r\n\f\u200b\ufeff]+")
_MANY_BREAKS = re.compile(r"\n{3,}")
_QUOTE = re.compile(r"(?:>[ \t]?)+")
_WEB = re.compile(r"(?i)\b(?:https?://|www\.)[^\s<>\"']{1,2000}|\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}\b")
_MAX_QUOTE = 20


def html_to_text(html: str) -> str:
    """The words of `html`, a line for each block, quotes with "> " before each line. Never raises."""
    html = html[:HTML_LIMIT]
    if is_too_heavy(html):
        return bare_words(html).strip()
    plain = nh3.clean(html, tags=set(_TAGS), clean_content_tags=_GONE, attributes={}, link_rel=None)
    writer = _Writer()
    for closing, tag, text in _TOKEN.findall(plain):
        if text:
            writer.words(unescape(text))
        else:
            writer.tag(tag, is_closing=bool(closing))
    return _MANY_BREAKS.sub("\n\n", "\n".join(writer.finish())).strip("\n")


class _Writer:
    """Collects lines; blocks break them, quotes mark them."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._depth = 0
        self._preformatted = 0

    def words(self, text: str) -> None:
        if self._preformatted:
            first, *rest = text.split("\n")
            self._line.append(first)
            for line in rest:
                self._break()
                self._line.append(line)
        else:
            self._line.append(_SPACE.sub(" ", text))

    def tag(self, tag: str, *, is_closing: bool) -> None:
        if tag == "br":
            self._break()
        elif tag in {"td", "th"}:
            self._line.append("" if is_closing else " ")
        else:
            self._end_line()
            is_quote = tag == "blockquote"
            # The blank line around a quote is none of its own.
            self._depth = max(0, self._depth - (is_quote and is_closing))
            if tag in _SPACED:
                self._space()
            self._depth += is_quote and not is_closing
            if tag == "pre":
                self._preformatted = max(0, self._preformatted + (-1 if is_closing else 1))
            elif tag == "li" and not is_closing:
                self._line.append("- ")

    def finish(self) -> list[str]:
        self._end_line()
        return self._lines

    def _end_line(self) -> None:
        if "".join(self._line).strip():
            self._break()
        self._line = []

    def _space(self) -> None:
        mark = ("> " * min(self._depth, _MAX_QUOTE)).rstrip()
        if self._lines and self._lines[-1] != mark:
            self._lines.append(mark)

    def _break(self) -> None:
        line = "".join(self._line).replace("\xa0", " ")
        line = line.rstrip() if self._preformatted else line.strip()
        self._lines.append(f"{'> ' * min(self._depth, _MAX_QUOTE)}{line}".rstrip())
        self._line = []


def text_to_html(text: str) -> SafeHtml:
    """A plain mail as HTML: links made, quoted lines in nested blockquotes, line breaks kept."""
    parts: list[str] = []
    depth = 0
    for line in text[:HTML_LIMIT].splitlines():
        quote = _QUOTE.match(line)
        level = min(quote[0].count(">"), _MAX_QUOTE) if quote else 0
        if level != depth:
            parts.append("<blockquote>" * (level - depth) + "</blockquote>" * (depth - level))
            depth = level
        parts.append(_with_links(line[quote.end() :] if quote else line) + "<br>")
    parts.append("</blockquote>" * depth)
    return safe_html("\n".join(parts), picture=lambda content_id: None, allow_remote=False)


def _with_links(line: str) -> str:
    pieces, place = [], 0
    for found in _WEB.finditer(line):
        words = found[0].rstrip(".,;:!?)]}")
        address = words if words.lower().startswith("http") else "https://" + words
        if "@" in words and "/" not in words:
            address = "mailto:" + words
        pieces += [escape(line[place : found.start()]), f'<a href="{escape(address)}">{escape(words)}</a>']
        place = found.start() + len(words)
    return "".join(pieces) + escape(line[place:])
