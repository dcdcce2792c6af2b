"""Bodies of templates as HTML: cleaned before and after they are filled, tags freed of what an editor made of them."""

from __future__ import annotations

import html
import re

import nh3

from apps.messaging.services.liquid.scanning import pieces

_MARKUP = re.compile(r"<[^<>]*>")
_TAGS = {
    *("p", "br", "hr", "div", "span", "b", "strong", "i", "em", "u", "s", "sub", "sup", "small", "blockquote", "pre"),
    *("h1", "h2", "h3", "h4", "ul", "ol", "li", "a", "table", "thead", "tbody", "tr", "td", "th", "code"),
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_SCHEMES = {"http", "https", "mailto", "tel"}


def clean_body(body: str) -> str:
    """Only what a mail needs: no script, style, form or frame, and no address that runs something.

    Pictures are put in while writing: one from elsewhere would tell its server who reads the mail.
    """
    return nh3.clean(body, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel=None)


def for_liquid(body: str) -> str:
    """The body with plain tags: an editor writes `&gt;` for `>`, and may have made half of a variable bold.

    Raises TemplateProblem for tags that are never closed.
    """
    return "".join(_freed(piece.text) if piece.is_tag else piece.text for piece in pieces(body, "body"))


def _freed(tag: str) -> str:
    return html.unescape(_MARKUP.sub("", tag)).replace("\xa0", " ")
