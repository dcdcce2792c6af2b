"""The words of a draft: HTML of our own editor, cleaned of all that it doesn't make, and as plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping

import nh3
from django.utils.html import escape

from apps.messaging.mime.html_text import html_to_text, text_to_html
from apps.messaging.mime.nesting import bare_words, is_too_heavy

MOST_LETTERS = 500_000
_TAGS = {
    *("p", "br", "div", "span", "h1", "h2", "h3", "h4", "h5", "ul", "ol", "li", "blockquote", "pre", "code", "hr"),
    *("a", "strong", "b", "em", "i", "u", "s", "sub", "sup", "img"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "blockquote": {"cite"},
}
_PICTURE = re.compile(r"cid:[A-Za-z0-9._@+-]{1,200}")
_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_SOURCE = re.compile(r'(<img\b[^>]*?\bsrc=")([^"]*)(")', re.IGNORECASE)


def clean_body(html: str, *, pictures: Mapping[str, str] | None = None) -> str:
    """Safe HTML whose pictures are `cid:` ones alone; `pictures` maps addresses of ours to their content ids."""
    known = pictures or {}
    html = html.replace("\x00", "")[:MOST_LETTERS]
    if is_too_heavy(html):  # a stranger's mail that is answered may be built to take minutes
        return f"<pre>{escape(bare_words(html))}</pre>"

    def kept(tag: str, name: str, value: str) -> str | None:
        if tag == "img" and name == "src":
            value = f"cid:{known[value]}" if value in known else value
            return value if _PICTURE.fullmatch(value) else None
        return value

    cleaned = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=kept,
        url_schemes={"http", "https", "mailto", "tel", "cid"},
    )
    # A picture from elsewhere would tell its server who reads the mail: it goes altogether.
    return _IMAGE.sub(lambda found: found[0] if 'src="cid:' in found[0] else "", cleaned)


def with_pictures(html: str, addresses: Mapping[str, str]) -> str:
    """The body as the editor shows it: `addresses` maps content ids to where their pictures are."""

    def shown(found: re.Match[str]) -> str:
        address = addresses.get(found[2].removeprefix("cid:"))
        return f"{found[1]}{address}{found[3]}" if address else found[0]

    return _SOURCE.sub(shown, html)


def content_ids(html: str) -> set[str]:
    """The content ids of the pictures that the body shows."""
    return {found[2].removeprefix("cid:") for found in _SOURCE.finditer(html) if found[2].startswith("cid:")}


def as_text(html: str) -> str:
    """The body for who reads plain text."""
    return html_to_text(html).strip("\n")


def as_html(text: str) -> str:
    """Plain words as a body of the editor."""
    return clean_body(text_to_html(text).html)


def is_empty(html: str) -> bool:
    """Nothing to read and nothing to see."""
    return "<img" not in html and not as_text(html).strip()
