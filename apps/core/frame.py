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

PLACES_ON_PHONES = 4  # beside "More"
_KEPT = 512  # drawings of a few kilobytes


@dataclass(frozen=True, slots=True)
class MenuLink:
    title: object = field(compare=False)  # lazily translated; goes with the address
    url: str
    icon: str
    is_current: bool
    shortcut: str


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
    new: tuple[MenuLink, ...]
    own: tuple[MenuLink, ...]  # the user's own pages: preferences, security, sessions
    settings: tuple[MenuLink, ...]

    @property
    def phone_main(self) -> tuple[MenuLink, ...]:
        return self.main[:PLACES_ON_PHONES]

    @property
    def phone_more(self) -> tuple[MenuLink, ...]:
        return self.main[PLACES_ON_PHONES:]


def menus_of(user: Any, path: str) -> dict[str, tuple[MenuLink, ...]]:
    """The menus of a signed-in `user` on the page at `path`, by the names that `Shared` has for them."""
    found: dict[str, list[MenuLink]] = {"main": [], "new": [], "user": [], "settings": []}
    for item in contributions.menu:
        if item.may_see(user):
            url = _address(item.url_name)
            current = path.startswith(item.section or url)
            found[item.place].append(MenuLink(item.title, url, item.icon, current, item.shortcut))
    if any(link.is_current for link in found["settings"]):  # settings of contacts are settings first
        found["main"] = [replace(link, is_current=False) for link in found["main"]]
    home = MenuLink(pgettext_lazy("menu", "Home"), _address("home"), "home", path == "/", "g h")
    return {
        "main": (home, *found["main"]),
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
    return render_to_string(template, {"frame": shared})  # in `language`, the active one


_kept = lru_cache(_KEPT)(_draw)
