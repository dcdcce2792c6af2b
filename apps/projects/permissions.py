"""What a member may do in a group; who is no member meets a 404 before any of this is asked."""

from __future__ import annotations

from apps.projects.models import Group, Membership, Message

MANAGERS = {Membership.Role.OWNER, Membership.Role.ADMIN}


def can_manage(group: Group, member: Membership) -> bool:
    """Its name, its people, anybody's messages. Direct messages are managed by nobody."""
    return group.kind != Group.Kind.DIRECT and member.role in MANAGERS


def can_write(group: Group, member: Membership) -> bool:
    """In a channel only those who manage it write, and the bots that they made."""
    return group.kind != Group.Kind.CHANNEL or member.role in MANAGERS or member.is_bot


def can_pin(group: Group, member: Membership) -> bool:
    """What is pinned stands above the chat for everybody: guests leave that to the house."""
    return can_write(group, member) and member.entity_id is None


def can_edit(group: Group, member: Membership, message: Message) -> bool:
    return message.author_id == member.pk and can_write(group, member)


def can_delete(group: Group, member: Membership, message: Message) -> bool:
    return message.author_id == member.pk or can_manage(group, member)
