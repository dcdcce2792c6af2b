"""What open pages hear of a group: each message drawn once a language, the same for all readers."""

from __future__ import annotations

from django.conf import settings

from apps.accounts.selectors import staff_users
from apps.core import clock
from apps.core.live import publish, publish_many, recheck
from apps.projects.drawing import draw_message
from apps.projects.models import Group, GuestAccess, Membership, Message
from apps.projects.selectors.groups import LETTERS


def announce(message: Message) -> None:
    """Carry a message as it is now to the group's open pages, once the transaction has committed.

    Where some member may not read it, since it is older than they, pages hear that it changed and ask by themselves.
    """
    drawn = Message.objects.for_drawing().get(pk=message.pk)
    facts = {"id": drawn.pk, "seq": drawn.seq, "rev": drawn.rev}
    channel = f"group:{drawn.group_id}"
    newer = Membership.objects.present().filter(group=drawn.group_id, user__isnull=False, from_seq__gte=drawn.seq)
    languages = [language for language, _name in settings.LANGUAGES]
    if newer.exists():
        publish_many((f"{channel}:{language}", "message", facts) for language in languages)
    else:
        publish_many(
            (f"{channel}:{language}", "message", {**facts, "html": draw_message(drawn, language)})
            for language in languages
        )
    # Guests ask through their own door for what they may read.
    publish_many((access.channel, "message", facts) for access in _guests_of(drawn.group_id))
    if drawn.seq == drawn.group.last_seq:
        _announce_last(drawn)


def _guests_of(group_id: int) -> list[GuestAccess]:
    """Who hears of the chat now: one whose day has come hears nothing, though a page of theirs may still be open."""
    standing = GuestAccess.objects.standing(clock.now()).filter(project=group_id, tabs__contains=["chat"])
    return list(standing.only("pk"))


def _announce_last(message: Message) -> None:
    """Have the open lists of the group's members show what was said last."""
    facts = {
        "group": message.group_id,
        "seq": message.seq,
        "at": message.sent_at.isoformat(),
        "author": message.author.display_name,
        "words": message.text[:LETTERS],
        "deleted": message.deleted_at is not None,
        "by": message.author.user_id,
    }
    present = Membership.objects.present().filter(group=message.group_id, from_seq__lt=message.seq)
    users = present.filter(user__in=staff_users()).values_list("user", flat=True)
    publish_many((f"user:{pk}", "group", facts) for pk in users)


def announce_topics(group: Group) -> None:
    """Have open pages ask for the topics anew, and for the messages that changed with them."""
    rev, seq = Group.objects.values_list("last_rev", "last_seq").get(pk=group.pk)
    channels = [f"{group.channel}:{language}" for language, _name in settings.LANGUAGES]
    publish_many((channel, "message", {"rev": rev, "seq": seq}) for channel in channels)
    publish_many((channel, "topics", {}) for channel in channels)
    publish_many((access.channel, "message", {"rev": rev, "seq": seq}) for access in _guests_of(group.pk))


def announce_board(group: Group) -> None:
    """Have open boards of the group's tasks ask for them anew."""
    publish_many((f"{group.channel}:{language}", "tasks", {}) for language, _name in settings.LANGUAGES)


def announce_typing(group: Group, member: Membership) -> None:
    """Say that a member is typing; nothing is kept of it."""
    facts = {"member": member.pk, "name": member.display_name}
    publish_many((f"{group.channel}:{language}", "typing", facts) for language, _name in settings.LANGUAGES)
    publish_many((access.channel, "typing", facts) for access in _guests_of(group.pk))


def announce_read(group: Group, member: Membership, seq: int) -> None:
    facts = {"member": member.pk, "seq": seq}
    publish_many((f"{group.channel}:{language}", "read", facts) for language, _name in settings.LANGUAGES)
    publish_many((access.channel, "read", facts) for access in _guests_of(group.pk))
    if member.user_id is not None:
        publish(f"user:{member.user_id}", "group-read", {"group": group.pk, "seq": seq})


def close_streams(member: Membership) -> None:
    """Have the pages of somebody who left asked again what they may hear."""
    if member.user_id is not None:
        recheck(member.user_id)
