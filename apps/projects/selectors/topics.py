"""The topics of a group, with what a member has not read of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from apps.projects.models import Group, Membership, Message
from apps.projects.selectors.groups import MOST_UNREAD

NEXT_ONES = 30  # messages after the one that a topic is split off at

_ROWS = """
SELECT topic.id, topic.title, topic.closed_at IS NOT NULL, (
    SELECT count(*) FROM (
        SELECT FROM projects_message AS said
        WHERE said.topic_id = topic.id AND said.deleted_at IS NULL AND said.author_id <> %(member)s
            AND said.seq > greatest(%(begin)s, coalesce(whole.read_seq, 0), coalesce(own.read_seq, 0))
        LIMIT %(most)s
    ) AS counted
)
FROM projects_topic AS topic
LEFT JOIN projects_readmark AS whole ON whole.membership_id = %(member)s AND whole.topic_id IS NULL
LEFT JOIN projects_readmark AS own ON own.membership_id = %(member)s AND own.topic_id = topic.id
WHERE topic.group_id = %(group)s AND (%(begin)s = 0 OR EXISTS (
    SELECT FROM projects_message AS said WHERE said.topic_id = topic.id AND said.seq > %(begin)s
))
ORDER BY topic.closed_at IS NOT NULL, lower(topic.title), topic.id
"""


@dataclass(frozen=True, slots=True)
class TopicRow:
    """`unread` stops at MOST_UNREAD."""

    pk: int
    title: str
    is_closed: bool
    unread: int


def topics_of(group: Group, member: Membership) -> list[TopicRow]:
    """Open ones first, by their names. Whoever came later sees those that anything was said in since."""
    given = {"group": group.pk, "member": member.pk, "begin": member.from_seq, "most": MOST_UNREAD}
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, given)
        return [TopicRow(*row) for row in cursor.fetchall()]


def around(message: Message) -> Sequence[Message]:
    """`message` and those that were said after it in the same stream, for choosing what to split off."""
    found = Message.objects.standing().filter(group=message.group_id, seq__gte=message.seq, topic=message.topic_id)
    return list(found.select_related("author").order_by("seq")[: NEXT_ONES + 1])


def with_answers(messages: Sequence[Message]) -> list[int]:
    """Ids of the first of `messages` and of those among them that answer it, or one of its answers."""
    chosen = [messages[0].pk]
    for each in messages[1:]:
        if each.reply_to_id in chosen:
            chosen.append(each.pk)
    return chosen
