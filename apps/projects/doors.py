"""How views come to a group: through its own membership, or not at all."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import get_object_or_404

from apps.accounts.models import User
from apps.projects.models import Group, Membership, Message, Project, Topic


def enter(user: User, group_id: int) -> tuple[Group, Membership]:
    """The group and one's own membership; 404 for everybody who isn't in it."""
    found = (
        Membership.objects.present()
        .filter(group_id=group_id, user=user)
        .select_related("group__project", "draft")
        .first()
    )
    if found is None:
        raise Http404
    return found.group, found


def enter_project(user: User, group_id: int) -> tuple[Project, Membership]:
    """The project and one's own membership; 404 for who isn't in it, and for a mere group."""
    group, member = enter(user, group_id)
    found = project_of(group)
    if found is None:
        raise Http404
    return found, member


def project_of(group: Group) -> Project | None:
    """The project that a group is; None for a mere one."""
    found: Project | None = getattr(group, "project", None)
    return found if found is not None and found.closed_at is None else None


def message_of(user: User, group_id: int, message_id: int) -> Message:
    readable = Message.objects.visible_to(user).select_related("group", "author", "forwarded_from")
    return get_object_or_404(readable, group_id=group_id, pk=message_id)


def topic_of(group: Group, topic_id: int) -> Topic | None:
    """That of the group; None for 0, 404 for what isn't there."""
    return get_object_or_404(Topic, pk=topic_id, group=group) if topic_id else None


def number(text: str | None) -> int:
    """A number out of an address; 0 where there is none."""
    return int(text) if text and text.isdecimal() and len(text) <= 18 else 0
