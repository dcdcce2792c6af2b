"""The files and links of a group."""

from __future__ import annotations

from apps.accounts.models import User
from apps.projects.models import Attachment, Group, MessageLink

PAGE = 60


def files_of(user: User, group: Group, *, kind: str = "", before: int = 0) -> tuple[list[Attachment], int]:
    """A page of files, the newest first, from below the id `before` on; and the id to go on from, 0 at the end."""
    found = Attachment.objects.visible_to(user).filter(group=group).select_related("file", "message__author")
    if kind in Attachment.Kind.values:
        found = found.filter(kind=kind)
    if before:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-pk")[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else 0


def links_of(user: User, group: Group, *, before: int = 0) -> tuple[list[MessageLink], int]:
    """The same of links."""
    found = MessageLink.objects.visible_to(user).filter(group=group).select_related("message__author")
    if before:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-pk")[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else 0


def guest_files(user: User, group_id: int, *, kind: str = "", before: int = 0) -> tuple[list[Attachment], int]:
    """The same for a guest, who may see files without being told by whom."""
    found = Attachment.objects.visible_to(user).filter(group=group_id).select_related("file")
    if kind in Attachment.Kind.values:
        found = found.filter(kind=kind)
    if before:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-pk")[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else 0


def guest_links(user: User, group_id: int, *, before: int = 0) -> tuple[list[MessageLink], int]:
    found = MessageLink.objects.visible_to(user).filter(group=group_id)
    if before:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-pk")[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else 0
