"""A stranger's HTML made safe to show, in a frame of its own that runs nothing anyway."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import unquote

import nh3

from .links import LINK_SCHEMES, is_raster_data, scheme_of, true_host
from .nesting import bare_words, is_too_heavy
from .styles import safe_style

HTML_LIMIT = 4_000_000  # characters; more is cut
_TAGS = frozenset({
    "a", "abbr", "address", "article", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite",
    "code", "col", "colgroup", "dd", "del", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font", "footer",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main", "mark", "ol", "p",
    "pre", "q", "s", "samp", "section", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody", "td",
    "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "wbr",
})  # fmt: skip
# Their content is no text to read, or would be read differently by another parser.
_GONE = frozenset({
    "script", "style", "title", "svg", "math", "iframe", "object", "applet", "noscript", "noembed", "noframes", "xmp",
    "template", "select", "textarea", "audio", "video", "canvas", "plaintext",
})  # fmt: skip
# What mail programs mark as words of an earlier mail; ours bears the last of these.
QUOTE = "quote"
_QUOTES = {"gmail_quote", "yahoo_quoted", "moz-cite-prefix", "protonmail_quote", "zmail_extra", QUOTE}
_SIZES = {"width", "height", "align", "valign", "bgcolor"}
_ATTRIBUTES = {
    "*": {"style", "dir", "lang"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "align", "border"},
    "table": {*_SIZES, "border", "cellpadding", "cellspacing"},
    "td": {*_SIZES, "colspan", "rowspan", "nowrap"},
    "th": {*_SIZES, "colspan", "rowspan", "nowrap"},
    "tr": _SIZES,
    "col": {"width", "span"},
    "font": {"color", "face", "size"},
    "div": {"align", "class"},
    "blockquote": {"class", "type"},
    "p": {"align"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value"},
}
# nh3 writes every attribute as name="value" with quotes escaped, so its tags can be found again exactly.
_LINK = re.compile(r'<a((?: [a-z-]+="[^"]*")*)>')
_PICTURE = re.compile(r'<img((?: [a-z-]+="[^"]*")*)>')
_SOURCE = re.compile(r' src="([^"]*)"')
_HREF = re.compile(r' href="([^"]*)"')


@dataclass(frozen=True, slots=True)
class SafeHtml:
    html: str
    remote_blocked: int  # pictures on other hosts that were left out


def safe_html(html: str, *, picture: Callable[[str], str | None], allow_remote: bool) -> SafeHtml:
    """`html` with only tags, attributes and styles that show text, tables and pictures.

    `picture` gives our own address for a Content-ID, or None. Pictures on other hosts stay only with
    `allow_remote`; left out, they are `<img data-blocked>`. A link opens a new page and bears the true
    host as `title` and `data-host`. What is quoted is `.quote` or `blockquote[type=cite]`. Never raises.
    """
    html = html[:HTML_LIMIT].replace("\x00", "")
    if is_too_heavy(html):
        return SafeHtml(f"<pre>{escape(bare_words(html))}</pre>", 0)
    guard = _Guard(allow_remote=allow_remote)
    cleaned = nh3.clean(
        html,
        tags=set(_TAGS),
        clean_content_tags=set(_GONE),
        attributes=_ATTRIBUTES,
        attribute_filter=guard.allow,
        url_schemes={*LINK_SCHEMES, "cid", "data"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    cleaned = _LINK.sub(_with_host, cleaned)
    cleaned = _PICTURE.sub(lambda tag: _shown(tag, picture), cleaned)
    return SafeHtml(cleaned, guard.blocked)


class _Guard:
    """Decides on each attribute that nh3 lets through."""

    def __init__(self, *, allow_remote: bool) -> None:
        self._allow_remote = allow_remote
        self.blocked = 0

    def allow(self, tag: str, attribute: str, value: str) -> str | None:
        if attribute == "style":
            return safe_style(value) or None
        if attribute == "class":
            return QUOTE if _QUOTES & set(value.split()) else None
        if attribute == "type" and tag == "blockquote":
            return "cite" if value.strip().lower() == "cite" else None
        if attribute == "href":
            return value if scheme_of(value) in LINK_SCHEMES else None
        if attribute == "src":
            return self._source(value)
        return value[:2000]

    def _source(self, value: str) -> str | None:
        scheme = scheme_of(value)
        if scheme == "cid":
            return value  # exchanged afterwards: nh3 would deny an address of our own
        if scheme == "data":
            return value if is_raster_data(value) else None
        if scheme in {"http", "https"}:
            if self._allow_remote:
                return value
            self.blocked += 1
        return None


def _with_host(link: re.Match[str]) -> str:
    href = _HREF.search(link[1])
    host = escape(true_host(unescape(href[1]))) if href else ""
    return f'<a{link[1]} title="{host}" data-host="{host}">' if host else link[0]


def _shown(tag: re.Match[str], picture: Callable[[str], str | None]) -> str:
    """A picture with its address, ours for those that came with the mail; or marked as left out."""
    source = _SOURCE.search(tag[1])
    if source is None:
        return f"<img{tag[1]} data-blocked>"
    address = unescape(source[1])
    if scheme_of(address) != "cid":
        return tag[0]
    own = picture(unquote(address.strip()[4:]).strip("<>"))
    rest = tag[1].replace(source[0], "", 1)
    return f'<img src="{escape(own)}"{rest}>' if own else f"<img{rest} data-blocked>"
