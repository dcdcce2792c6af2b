"""The files and links of a group."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.accounts.models import User
from apps.projects.models import Attachment, Group, Membership, MessageLink

PAGE = 60
MOST_SENDERS = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one looks for among them: part of a name or address, a kind of file, who sent it (a membership)."""

    text: str = ""
    kind: str = ""
    sender: int = 0

    def __bool__(self) -> bool:
        return bool(self.text or self.kind or self.sender)


EVERYTHING = Wanted()


def files_of(user: User, group: Group, *, wanted: Wanted = EVERYTHING, before: int = 0) -> tuple[list[Attachment], int]:
    """A page of files, the newest first, from below the id `before` on; and the id to go on from, 0 at the end."""
    found = Attachment.objects.visible_to(user).filter(group=group).select_related("file", "message__author")
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.sender:
        found = found.filter(message__author=wanted.sender)
    if wanted.text:
        found = found.filter(name__icontains=wanted.text)
    if before:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-pk")[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else 0


def links_of(
    user: User, group: Group, *, wanted: Wanted = EVERYTHING, before: int = 0
) -> tuple[list[MessageLink], int]:
    """The same of links."""
    found = MessageLink.objects.visible_to(user).filter(group=group).select_related("message__author")
    if wanted.sender:
        found = found.filter(message__author=wanted.sender)
    if wanted.text:
        found = found.filter(Q(title__icontains=wanted.text) | Q(url__icontains=wanted.text))
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


def senders_of(user: User, group: Group, parts: QuerySet[Attachment] | QuerySet[MessageLink]) -> list[tuple[int, str]]:
    """(membership id, name) of who sent something of `parts` that `user` may read, by name."""
    theirs = parts.filter(group=group, message__author=OuterRef("pk"))
    found = Membership.objects.visible_to(user).filter(Exists(theirs), group=group)
    return list(found.order_by("display_name", "pk").values_list("pk", "display_name")[:MOST_SENDERS])
