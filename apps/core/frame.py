"""The frame around every page: the menus of its reader, and those of its parts that look alike to many readers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import pgettext_lazy

from apps.core import contributions
from apps.core.markup import SYMBOLS, fill, without_indents

PLACES_ON_PHONES = 4  # beside "More"
_KEPT = 512  # drawings of a few kilobytes


@dataclass(frozen=True, slots=True)
class MenuLink:
    title: object = field(compare=False)  # lazily translated; goes with the address
    url: str
    icon: str
    is_current: bool
    shortcut: str
    counted: str = ""  # the key under which its number is asked for
    in_sheet: bool = False


@dataclass(frozen=True, slots=True)
class Shared:
    """All that a kept part of the frame is drawn from, beside the language: equal ones give equal drawings.

    So nothing of one reader alone, of one request or of one moment belongs here.
    """

    site_name: str
    logo: str
    theme: str
    is_signed_in: bool
    is_staff: bool
    main: tuple[MenuLink, ...]
    tools: tuple[MenuLink, ...]  # icons of the top bar
    new: tuple[MenuLink, ...]
    own: tuple[MenuLink, ...]  # the user's own pages: preferences, security, sessions
    settings: tuple[MenuLink, ...]

    @property
    def phone_main(self) -> tuple[MenuLink, ...]:
        return self.main[:PLACES_ON_PHONES]

    @property
    def phone_more(self) -> tuple[MenuLink, ...]:
        return self.main[PLACES_ON_PHONES:]

    @property
    def pictures(self) -> tuple[str, ...]:
        """The icons of the menus, most of which both the sidebar and the bar of phones show."""
        return tuple(sorted({link.icon for link in self.main + self.settings + self.own}.difference(SYMBOLS)))


def menus_of(user: Any, path: str) -> dict[str, tuple[MenuLink, ...]]:
    """The menus of a signed-in `user` on the page at `path`, by the names that `Shared` has for them."""
    found: dict[str, list[MenuLink]] = {"main": [], "tool": [], "new": [], "user": [], "settings": []}
    seen = [(key, item, _address(item.url_name)) for key, item in contributions.menu.items() if item.may_see(user)]
    sections = (item.section or url for _key, item, url in seen if item.place == "main")
    # Voicemails lie within the mail: the closest section is the current one.
    closest = max((section for section in sections if path.startswith(section)), key=len, default="")
    for key, item, url in seen:
        section = item.section or url
        current = section == closest if item.place == "main" else path.startswith(section)
        counted = key if item.number else ""
        found[item.place].append(MenuLink(item.title, url, item.icon, current, item.shortcut, counted, item.in_sheet))
    if any(link.is_current for link in found["settings"]):  # settings of contacts are settings first
        found["main"] = [replace(link, is_current=False) for link in found["main"]]
    home = MenuLink(pgettext_lazy("menu", "Home"), _address("home"), "home", path == "/", "g h")
    first = () if contributions.home_of(user) else (home,)  # who begins elsewhere has that in the menu
    return {
        "main": (*first, *found["main"]),
        "tools": tuple(found["tool"]),
        "new": tuple(found["new"]),
        "own": tuple(found["user"]),
        "settings": tuple(found["settings"]),
    }


_address = cache(reverse)


def draw(template: str, shared: Shared) -> SafeString:
    """Render a part of the frame; drawn once for all readers who share what it is drawn from, and then kept.

    The template sees `shared` as its `frame` and nothing else: neither request nor user, so neither can be kept.
    """
    drawing = _draw if settings.DEBUG else _kept  # as with the templates themselves
    return drawing(template, shared, translation.get_language())


def _draw(template: str, shared: Shared, language: str | None) -> SafeString:
    drawn = render_to_string(template, {"frame": shared})  # in `language`, the active one
    return without_indents(drawn)  # menus are on every page


def with_numbers(drawn: str, user: Any, asked: dict[str, SafeString]) -> str:
    """The drawing with what its menus count for this reader, whom a kept part knows nothing of.

    `asked` keeps the numbers of one page, on which they stand twice.
    """
    for key, item in contributions.menu.items():
        if item.number and (place := number_place(key)) in drawn:
            if key not in asked:
                asked[key] = draw_number(key, user)
            drawn = drawn.replace(place, asked[key])
    return drawn


def number_place(key: str) -> str:
    """Where a kept part has the number."""
    return f"<!--number:{key}-->"


def draw_number(key: str, user: Any) -> SafeString:
    """What the entry `key` of the main menu counts for `user`; alone for a page that heard of news."""
    item = contributions.menu.get(key)
    if item is None or item.number is None:
        return SafeString("")
    count = item.number.count(user)
    most = item.number.most
    return fill(
        '<menu-number class="menu-number" data-live-channel="user:{}" data-source="{}" data-event="{}">'
        '<span class="menu-number__figure" aria-hidden="true"{}>{}</span>'
        '<span class="menu-number__words visually-hidden">{}</span></menu-number>',
        user.pk,
        _address(item.number.url_name),
        item.number.event,
        SafeString("") if count else SafeString(" hidden"),
        f"{most - 1}+" if count >= most else count,
        item.number.words(count) if count else "",
    )


_kept = lru_cache(_KEPT)(_draw)
