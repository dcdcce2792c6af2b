"""What open pages hear of a group: each message drawn once a language, the same for all readers."""

from __future__ import annotations

from django.conf import settings

from apps.core.live import publish_many, recheck
from apps.projects.drawing import draw_message
from apps.projects.models import Group, Membership, Message


def announce(message: Message) -> None:
    """Carry a message as it is now to the group's open pages, once the transaction has committed."""
    drawn = Message.objects.for_drawing().get(pk=message.pk)
    facts = {"id": drawn.pk, "seq": drawn.seq, "rev": drawn.rev}
    channel = f"group:{drawn.group_id}"
    publish_many(
        (f"{channel}:{language}", "message", {**facts, "html": draw_message(drawn, language)})
        for language, _name in settings.LANGUAGES
    )


def announce_typing(group: Group, member: Membership) -> None:
    """Say that a member is typing; nothing is kept of it."""
    facts = {"member": member.pk, "name": member.display_name}
    publish_many((f"{group.channel}:{language}", "typing", facts) for language, _name in settings.LANGUAGES)


def announce_read(group: Group, member: Membership, seq: int) -> None:
    facts = {"member": member.pk, "seq": seq}
    publish_many((f"{group.channel}:{language}", "read", facts) for language, _name in settings.LANGUAGES)


def close_streams(member: Membership) -> None:
    """Have the pages of somebody who left asked again what they may hear."""
    if member.user_id is not None:
        recheck(member.user_id)
