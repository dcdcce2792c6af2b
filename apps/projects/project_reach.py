"""Whose history of projects somebody reads: that of the projects that they are in (docs/adr/0009)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse

from apps.activities.models.reach import CONTEXTS_FROM
from apps.core.epochs import Epoch
from apps.projects.models import Project

CONTEXT = "projects.project"
_epoch = Epoch("projects:members-epoch")


def forget_reach() -> None:
    """Called in the transaction that changes who is in a group, or what is a project."""
    _epoch.change()


def tokens_of(ids: Collection[int]) -> dict[int, list[int]]:
    return {pk: [CONTEXTS_FROM + pk] for pk in ids}


def kept_for(user: Any) -> QuerySet[Project]:
    """Closed ones too: what was written down in them is still their members' to read."""
    return Project.objects.visible_to(user).annotate(token=F("pk") + CONTEXTS_FROM)


def nothing_else(_user: Any) -> list[int]:
    return []


def stamp() -> str:
    return _epoch.current()


def describe(ids: Collection[int]) -> dict[int, tuple[str, str]]:
    titles = Project.objects.filter(pk__in=ids).values_list("pk", "group__title")
    return {pk: (title, reverse("projects:project_history", args=[pk])) for pk, title in titles}
