"""What guests add to the frame, and what their pages may hear. See docs/extending.md."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from apps.accounts.permissions import roles_of
from apps.core import clock
from apps.core.contributions import MenuItem, homes, live, menu, verbs
from apps.projects.middleware import GUEST
from apps.projects.models import GuestAccess

VERBS = {
    "project.guest_invited": gettext_lazy("Guest invited into a project"),
    "project.guest_changed": gettext_lazy("What a guest sees changed"),
    "project.guest_ended": gettext_lazy("Guest shown out of a project"),
    "project.entry_shown": gettext_lazy("What guests may read changed"),
    "guest.invited": gettext_lazy("Guest invited into a project"),
    "guest.changed": gettext_lazy("What a guest sees changed"),
    "guest.ended": gettext_lazy("Guest shown out of a project"),
}


def register() -> None:
    """Called once, when the app is ready."""
    homes.register("guest", _home)
    live.register("guest", _may_hear)
    item = MenuItem("main", gettext_lazy("Projects"), "guest:guest_home", "building", is_guest_user, section="/guest/")
    menu.register("guest.projects", item, position=5)
    for verb, words in VERBS.items():
        verbs.register(verb, words)


def is_guest_user(user: Any) -> bool:
    return roles_of(user) == GUEST


def _home(user: Any) -> str:
    return reverse("guest:guest_home") if is_guest_user(user) else ""


def _may_hear(user: Any, channel: str) -> bool:
    """A guest hears of the chat that they are in: "guest:7", the id of their own access."""
    key = channel.removeprefix("guest:")
    if not key.isdecimal() or len(key) > 18 or not is_guest_user(user):
        return False
    own = GuestAccess.objects.standing(clock.now()).filter(pk=int(key), user=user, tabs__contains=["chat"])
    return own.exists()
