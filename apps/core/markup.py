"""Small pieces that stand in every row of a list, built without a template: fifty rows bear a hundred and more."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterable
from functools import cache, lru_cache

from django.conf import settings
from django.urls import reverse
from django.utils.html import linebreaks, urlize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

_ICONS = settings.BASE_DIR / "node_modules" / "@tabler" / "icons" / "icons"
_DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_FRAME_PATH = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')
_MARKS = re.compile("[&<>\"']").search
_INDENT = re.compile(r"\n\s+")
_GAP = re.compile(r">\s+<")
_WORD_ENDS = re.compile(r"[\s.,\-–—]+")
_MAY_LEAD_SOMEWHERE = re.compile(r"://|@|\w\.\w")
_HUES = 10
_IN_SHEET, _ELSEWHERE = SafeString(" data-sheet"), SafeString("")
_SOME_KEY = 9_007_199_254_740_993


def quoted(value: object) -> str:
    """The value for HTML, escaped unless it is safe already.

    Django's `escape` first looks for lazy texts among its arguments, which takes longer than escaping.
    """
    if isinstance(value, SafeString):
        return value
    text = str(value)
    return html.escape(text) if _MARKS(text) else text  # few have any: looking once is cheaper than five times


def fill(shape: str, *values: object) -> SafeString:
    """Django's `format_html` at half the price, for what stands in every row."""
    return SafeString(shape.format(*map(quoted, values)))


def fill_each(shape: str, rows: Iterable[tuple[object, ...]]) -> SafeString:
    """`fill` for each row, one behind the other."""
    return SafeString("".join(fill(shape, *row) for row in rows))


def joined(separator: str, pieces: Iterable[object]) -> SafeString:
    """The pieces in a row, each escaped unless it is safe, with `separator` between them."""
    return SafeString(quoted(separator).join(map(quoted, pieces)))


@cache
def _around_key(route: str, *words: str) -> tuple[str, str]:
    before, _key, after = reverse(route, args=[_SOME_KEY, *words]).partition(str(_SOME_KEY))
    return before, after


def record_url(route: str, key: int, *words: str) -> str:
    """`reverse(route, args=[key, *words])` for a list, which asks two hundred times for the same route.

    `words` are some of a few, like the name of a tab: each route is kept with each of them.
    """
    before, after = _around_key(route, *words)
    return f"{before}{key}{after}"


@cache
def drawing(name: str, style: str = "outline") -> SafeString:
    """The paths of one Tabler icon; stroke and size come from CSS, so that a row of buttons stays light."""
    if not re.fullmatch(r"[a-z0-9-]+", name):
        raise ValueError(f"{name!r} is no name of an icon")
    path = _ICONS / style / f"{name}.svg"
    if not path.is_file():
        raise FileNotFoundError(f"There is no icon {name!r}. Is node_modules complete (make setup)?")
    found = _DRAWING.search(path.read_text("utf-8"))
    inner = _FRAME_PATH.sub("", found.group(1) if found else "").strip()
    return mark_safe(_GAP.sub("><", inner))  # drawn by Tabler, read from our own disk


@lru_cache(maxsize=1024)
def icon(name: str, *, label: str = "", css: str = "", filled: bool = False) -> SafeString:
    """The icon as SVG; with a `label` it speaks for itself, else it is decoration."""
    classes = " ".join(filter(None, ["icon", "icon--filled" if filled else "", css]))
    drawn = drawing(name, "filled" if filled else "outline")
    if label:
        return fill('<svg class="{}" viewBox="0 0 24 24" role="img" aria-label="{}">{}</svg>', classes, label, drawn)
    return fill('<svg class="{}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', classes, drawn)


# Drawn once a page (`{% icon_symbols %}` in base.html), since every row of a list shows them.
SYMBOLS = ("phone", "mail", "calendar-due")


@cache
def symbols(names: tuple[str, ...] = SYMBOLS) -> SafeString:
    """The drawings that `symbol` refers to; they stand outside of whatever htmx swaps."""
    drawn = fill_each('<symbol id="i-{}" viewBox="0 0 24 24">{}</symbol>', ((name, drawing(name)) for name in names))
    return fill('<svg class="icon-symbols" aria-hidden="true">{}</svg>', drawn)


def without_indents(drawn: SafeString) -> SafeString:
    """The same HTML, lighter; not for what has text in which spaces count."""
    return mark_safe(_INDENT.sub("\n", drawn))  # was safe before


def breakable(address: str) -> SafeString:
    """An e-mail address that may go on in the next line before its @, rather than anywhere; copies as it is."""
    return mark_safe(quoted(address).replace("@", "<wbr>@"))  # escaped, then our own tag


def prose(text: str) -> SafeString:
    """What a person wrote, in its paragraphs and lines; web and mail addresses lead there."""
    if _MAY_LEAD_SOMEWHERE.search(text):
        linked = urlize(text, trim_url_limit=60, nofollow=True, autoescape=True)
        return mark_safe(linebreaks(linked))  # urlize has escaped the rest
    if "\n" not in text and "\r" not in text:
        return fill("<p>{}</p>", text)
    return mark_safe(linebreaks(text, autoescape=True))  # escaped line by line


def own_html(cleaned: str) -> SafeString:
    """HTML that a cleaner (nh3) has just let through; nothing else may come in here."""
    return mark_safe(cleaned)


def initials(name: object) -> str:
    """Up to two first letters: "Anna Kovalenko" gives "AK"."""
    words = [word for word in _WORD_ENDS.split(str(name)) if word and word[0].isalnum()]
    picked = words[:1] + words[-1:] if len(words) > 1 else words
    return "".join(word[0].upper() for word in picked)


def hue(name: object) -> int:
    """A stable number from 0 to 9 for the colour of a face without a photo."""
    return hashlib.sha1(str(name).encode(), usedforsecurity=False).digest()[0] % _HUES


def avatar(name: object, *, url: str = "", size: str = "", kind: str = "person") -> SafeString:
    """A face: the photo at `url`, else initials. `size` is "", "lg" or "xl"; organisations are square."""
    css = "avatar-face"
    if size:
        css += f" avatar-face--{size}"
    if kind == "organisation":
        css += " avatar-face--square"
    if url:
        return fill('<img class="{}" src="{}" alt="" loading="lazy" decoding="async">', css, url)
    letters = initials(name) or "?"
    return fill('<span class="{} avatar-face--hue-{}" aria-hidden="true">{}</span>', css, hue(name), letters)


def call_button(*, href: str, number: str, name: object, icon_only: bool = False) -> SafeString:
    """A number to call; alone as an icon it says whom and what."""
    return _button(" contact-button--call", "phone", href, number, _("Call %(name)s, %(number)s"), name, icon_only)


def mail_button(*, href: str, address: str, name: object, icon_only: bool = False) -> SafeString:
    """An address to write to."""
    return _button("", "mail", href, address, _("Mail %(name)s, %(number)s"), name, icon_only)


@cache
def symbol(name: str) -> SafeString:
    """An icon that is shown more than once on a page, by the drawing among its `symbols`."""
    return fill('<svg class="icon" aria-hidden="true"><use href="#i-{}"/></svg>', name)


def _button(css: str, picture: str, href: str, text: str, words: str, name: object, icon_only: bool) -> SafeString:
    sheet = _IN_SHEET if href[:1] == "/" else _ELSEWHERE  # a page of ours: where mails are written
    if not icon_only:
        return fill(
            '<a class="contact-button{}" href="{}"{}>{}<span>{}</span></a>',
            *(css, href, sheet, symbol(picture), breakable(text)),
        )
    return fill(
        '<a class="contact-button{}" href="{}"{} title="{}">{}</a>',  # the title names it, once
        *(css, href, sheet, words % {"name": name, "number": text}, symbol(picture)),
    )
