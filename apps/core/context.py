"""What every page's frame needs; each part is worked out only where a template asks for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import pgettext_lazy

from apps.core import contributions

THEMES = ("light", "dark")
PLACES_ON_PHONES = 4  # beside "More"


@dataclass(frozen=True, slots=True)
class MenuLink:
    title: object
    url: str
    icon: str
    is_current: bool
    shortcut: str


class Frame:
    """Menus, theme and name of the site, for the reader of one request."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.site_name = settings.RAPPORT_NAME
        self.logo = static(settings.RAPPORT_BRAND_LOGO)
        self.picture = static(settings.RAPPORT_BRAND_PICTURE)
        self.language_codes = [code for code, _name in settings.LANGUAGES]

    @property
    def user(self) -> Any:
        return getattr(self.request, "user", None)

    @cached_property
    def is_signed_in(self) -> bool:
        return bool(self.user and self.user.is_authenticated)

    @cached_property
    def is_staff(self) -> bool:
        return self.is_signed_in and contributions.works_in_house(self.user)

    @cached_property
    def theme(self) -> str:
        """Light or dark where the reader chose on this device or in the preferences; else "", the system's choice."""
        chosen = self.request.COOKIES.get("theme") or getattr(getattr(self.user, "preferences", None), "theme", "")
        return chosen if chosen in THEMES else ""

    @cached_property
    def main(self) -> list[MenuLink]:
        home = MenuLink(pgettext_lazy("menu", "Home"), reverse("home"), "home", self.request.path == "/", "g h")
        links = self._links("main")
        if any(link.is_current for link in self.settings):  # settings of contacts are settings first
            links = [replace(link, is_current=False) for link in links]
        return [home, *links] if self.is_signed_in else []

    @cached_property
    def new(self) -> list[MenuLink]:
        return self._links("new")

    @cached_property
    def own(self) -> list[MenuLink]:
        """The user's own pages: preferences, security, sessions."""
        return self._links("user")

    @cached_property
    def settings(self) -> list[MenuLink]:
        return self._links("settings")

    @property
    def phone_main(self) -> list[MenuLink]:
        return self.main[:PLACES_ON_PHONES]

    @property
    def phone_more(self) -> list[MenuLink]:
        return self.main[PLACES_ON_PHONES:]

    def _links(self, place: str) -> list[MenuLink]:
        if not self.is_signed_in:
            return []
        links = []
        for item in contributions.menu:
            if item.place == place and item.may_see(self.user):
                url = reverse(item.url_name)
                current = self.request.path.startswith(item.section or url)
                links.append(MenuLink(item.title, url, item.icon, current, item.shortcut))
        return links


def frame(request: HttpRequest) -> dict[str, Any]:
    return {"frame": Frame(request)}
