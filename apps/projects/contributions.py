"""What groups add to the frame and to live events. See docs/extending.md."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from apps.core.contributions import live
from apps.projects.models import Group


def register() -> None:
    """Called once, when the app is ready."""
    live.register("group", _may_hear)


def _may_hear(user: Any, channel: str) -> bool:
    """Members hear their group: "group:7:uk" in the words of a language."""
    _prefix, _sign, rest = channel.partition(":")
    key, _sign, language = rest.partition(":")
    if not key.isdecimal() or len(key) > 18 or language not in dict(settings.LANGUAGES):
        return False
    return Group.objects.visible_to(user).filter(pk=int(key)).exists()
