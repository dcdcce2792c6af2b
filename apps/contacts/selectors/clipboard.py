"""What is on a user's clipboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import ngettext

from apps.contacts.models import Clipped, Entity
from apps.core import live

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models.entities import EntityQuerySet

MENU_KEY = "contacts.clipboard"
_SECONDS = 300


def on_clipboard(user: User, scope: EntityQuerySet) -> EntityQuerySet:
    """Those of `scope` that lie on the user's clipboard."""
    return scope.filter(Exists(Clipped.objects.filter(user=user, removed_at=None, entity=OuterRef("pk"))))


def clipboard_of(user: User) -> EntityQuerySet:
    """All that the user has gathered and still may see, what came last at first."""
    mine = Entity.objects.visible_to(user).live().filter(clipped__user=user, clipped__removed_at=None)
    return mine.order_by("-clipped__clipped_at", "sort_name", "pk")


def holds_anything(user: User) -> bool:
    """Also what the user no longer sees: it can be let go of."""
    return Clipped.objects.filter(user=user, removed_at=None).exists()


def clipped_count(user: User) -> int:
    """For the top bar of every page: counted anew after each change, else every five minutes."""
    return int(cache.get_or_set(_key(user), lambda: clipboard_of(user).order_by().count(), _SECONDS) or 0)


def clipboard_words(count: int) -> str:
    return ngettext("%(count)s contact on it", "%(count)s contacts on it", count) % {"count": count}


def clipboard_changed(user: User) -> None:
    """Let the user's open pages show the new number; called in the transaction that changes the clipboard."""

    def tell() -> None:
        cache.delete(_key(user))  # again, for whoever read in between
        live.publish(f"user:{user.pk}", "clipboard", {})

    cache.delete(_key(user))
    transaction.on_commit(tell)


def _key(user: User) -> str:
    return f"contacts:clipped:{user.pk}"
