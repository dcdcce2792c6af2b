"""The document in the frame: a mail's own HTML, made safe, under a policy that lets nothing run (DECISIONS 10)."""

from __future__ import annotations

import html
from dataclasses import dataclass

from django.utils.translation import ngettext

from apps.messaging.contents import number_of_cid
from apps.messaging.mime.html import safe_html
from apps.messaging.mime.message import ParsedMessage
from apps.messaging.pictures import Picture, picture_url

# The sandbox gives the document an origin of its own, without scripts, forms or our cookies. Popups are let through for
# links alone, which open in a tab of their own, outside of the sandbox.
_SANDBOX = "sandbox allow-popups allow-popups-to-escape-sandbox"
_POLICY = f"{_SANDBOX}; default-src 'none'; img-src {{images}}; style-src 'unsafe-inline'; frame-ancestors 'self'"
_STYLE = """
:root { color-scheme: light; }
body { background: #fff; color: #161b26; font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  margin: 0; overflow-wrap: anywhere; padding: 12px; }
img, table { max-width: 100%; }
img { height: auto; }
a { color: #1f5fbf; }
pre { font: inherit; white-space: pre-wrap; }
blockquote { border-left: 3px solid #dfe3ea; color: #5b6577; margin: 8px 0; padding-left: 12px; }
header { border-bottom: 1px solid #c3cad6; margin-bottom: 12px; padding-bottom: 12px; }
dl { display: grid; gap: 2px 12px; grid-template-columns: max-content 1fr; margin: 0; }
dt { color: #5b6577; }
dd { margin: 0; }
a[data-host]:is(:hover, :focus)::after { background: #161b26; color: #fff; content: attr(data-host); font-size: 12px;
  margin-left: 4px; padding: 0 4px; }
img[data-blocked] { border: 1px dashed #8a94a6; min-height: 1em; min-width: 1em; }
.rapport-hint { background: #eef0f4; border-radius: 6px; font-size: 13px; margin: 0 0 12px; padding: 6px 10px; }
h1 { font-size: 20px; margin: 0 0 8px; }
"""
# What is quoted stays away until it is asked for.
_FOLDED = '.quote, blockquote[type="cite"] { display: none; }'


@dataclass(frozen=True, slots=True)
class Document:
    body: str  # a whole HTML document
    policy: str
    remote_blocked: int  # so many pictures would have been fetched elsewhere


def document_of(
    parsed: ParsedMessage,
    *,
    user_id: int,
    message_id: int,
    language: str,
    allow_remote: bool = False,
    as_text: bool = False,
    fold_quotes: bool = False,
    head: list[tuple[str, str]] | None = None,
) -> Document:
    """The mail as a document; `head` are lines above it, where it is printed: the first is its title."""

    def picture(cid: str) -> str | None:
        number = number_of_cid(parsed, cid)
        return None if number is None else picture_url(Picture(user_id, message_id, number))

    blocked = 0
    if as_text or not parsed.html:
        inside = f"<pre>{html.escape(parsed.text)}</pre>"
    else:
        safe = safe_html(parsed.html, picture=picture, allow_remote=allow_remote)
        inside, blocked = safe.html, safe.remote_blocked
    if blocked:
        words = ngettext(
            "%(count)d picture from elsewhere was not fetched: its owner would learn that you read this mail.",
            "%(count)d pictures from elsewhere were not fetched: their owners would learn that you read this mail.",
            blocked,
        )
        inside = f'<p class="rapport-hint">{html.escape(words % {"count": blocked})}</p>{inside}'
    images = "'self' https:" if allow_remote else "'self'"
    style = _STYLE + (_FOLDED if fold_quotes else "")
    title = html.escape(head[0][1]) if head else ""
    body = (
        f'<!doctype html><html lang="{html.escape(language)}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{style}</style></head>'
        f"<body>{_head(head)}{inside}</body></html>"
    )
    return Document(body, _POLICY.format(images=images), blocked)


def _head(lines: list[tuple[str, str]] | None) -> str:
    if not lines:
        return ""
    (_name, title), *rest = lines
    rows = "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in rest if value)
    return f"<header><h1>{html.escape(title)}</h1><dl>{rows}</dl></header>"
