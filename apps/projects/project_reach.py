"""Whose history of projects somebody reads: that of the projects that they are in (docs/adr/0009)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.urls import reverse

from apps.accounts.permissions import is_staff_member
from apps.activities.models.reach import CONTEXTS_FROM
from apps.core.epochs import AtHand, Epoch
from apps.projects.models import Project

CONTEXT = "projects.project"
_SECONDS = 300
_epoch = Epoch("projects:members-epoch")
_at_hand = AtHand(tuple, _SECONDS)


def forget_reach() -> None:
    """Called in the transaction that changes who is in a group, or what is a project."""
    _epoch.change()


def tokens_of(ids: Collection[int]) -> dict[int, list[int]]:
    return {pk: [CONTEXTS_FROM + pk] for pk in ids}


def tokens_for(user: Any) -> list[int]:
    """Closed ones too: what was written down in them is still their members' to read."""
    if not is_staff_member(user):
        return []

    def ask() -> tuple[int, ...]:
        return tuple(CONTEXTS_FROM + pk for pk in Project.objects.visible_to(user).values_list("pk", flat=True))

    return list(_at_hand.get(f"projects:reach:{user.pk}:{_epoch.current()}", ask))


def describe(ids: Collection[int]) -> dict[int, tuple[str, str]]:
    titles = Project.objects.filter(pk__in=ids).values_list("pk", "group__title")
    return {pk: (title, reverse("projects:project_history", args=[pk])) for pk, title in titles}
