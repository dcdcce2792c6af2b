"""What every page's frame needs; each part is worked out only where a template asks for it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.safestring import SafeString

from apps.core import contributions
from apps.core.frame import Shared, menus_of

THEMES = ("light", "dark")
_NO_MENUS = {"main": (), "tools": (), "new": (), "own": (), "settings": ()}


class Frame:
    """Menus, theme and name of the site, for the reader of one request."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.site_name = settings.RAPPORT_NAME
        self.numbers: dict[str, SafeString] = {}  # of the menus, once a page
        self.language_codes = [code for code, _name in settings.LANGUAGES]

    @property
    def logo(self) -> str:
        return static(settings.RAPPORT_BRAND_LOGO)

    @property
    def picture(self) -> str:
        return static(settings.RAPPORT_BRAND_PICTURE)

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
    def shared(self) -> Shared:
        """What the parts that `{% kept %}` draws are drawn from."""
        menus = menus_of(self.user, self.request.path) if self.is_signed_in else _NO_MENUS
        return Shared(
            site_name=self.site_name,
            logo=self.logo,
            theme=self.theme,
            is_signed_in=self.is_signed_in,
            is_staff=self.is_staff,
            **menus,
        )


def frame(request: HttpRequest) -> dict[str, Any]:
    return {"frame": Frame(request)}
