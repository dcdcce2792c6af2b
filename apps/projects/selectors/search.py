"""Messages found by their words, the newest first: exact words and beginnings, then what is spelled alike."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from apps.accounts.models import User
from apps.projects.models import Membership, Message
from apps.projects.wording import asked

MOST = 30
FEW = 5  # from here on nothing is guessed
_BEGINNINGS = 30  # words that what was typed may be the beginning of, the shortest first
_ALIKE = 8
_COUNTED = 5_000

_STARTING = """
SELECT word FROM projects_knownword WHERE word >= %s AND word < %s ORDER BY length(word), word LIMIT %s
"""
_NEAR = """
SELECT word FROM projects_knownword WHERE word %% %s OR word LIKE %s ORDER BY similarity(word, %s) DESC, word LIMIT %s
"""
_RARITY = """
SELECT asked.place, (
    SELECT count(*) FROM (
        SELECT FROM projects_messageword AS kept
        WHERE kept.group_id = ANY(%s) AND kept.word = ANY(asked.words) LIMIT %s
    ) AS counted
) FROM (VALUES {values}) AS asked (place, words)
"""
# Of each group the newest that the rarest words stand in, of those that bear the others too, up to a page; then the
# newest of all. Each step reads the key of the index backwards and stops at the page's end.
_FOUND = """
SELECT message.id FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS place (group_id, after, before)
CROSS JOIN LATERAL (
    SELECT DISTINCT hit.seq FROM unnest(%s::text[]) AS rare (word)
    CROSS JOIN LATERAL (
        SELECT kept.seq FROM projects_messageword AS kept
        WHERE kept.group_id = place.group_id AND kept.word = rare.word
            AND kept.seq > place.after AND kept.seq < place.before {others}
        ORDER BY kept.seq DESC LIMIT %s
    ) AS hit
    ORDER BY hit.seq DESC LIMIT %s
) AS found
JOIN projects_message AS message ON message.group_id = place.group_id AND message.seq = found.seq
WHERE message.deleted_at IS NULL
ORDER BY message.sent_at DESC, message.id DESC LIMIT %s
"""
_OTHER = """AND EXISTS (
    SELECT FROM projects_messageword AS also
    WHERE also.group_id = kept.group_id AND also.word = ANY(%s::text[]) AND also.seq = kept.seq
)"""


@dataclass(frozen=True, slots=True)
class Found:
    """Messages that were found, the newest first; `is_guess`: by words that are only spelled alike."""

    messages: Sequence[Message]
    is_guess: bool
    has_more: bool


def find_messages(
    user: User, text: str, *, group_id: int | None = None, before: int = 0, most: int = MOST, guesses: bool = True
) -> Found:
    """What `user` may read and all words of `text` stand in, in one group or in all of theirs.

    `before` is a seq of the one group, below which it goes on. Words spelled alike are tried where few are found and
    `guesses` are wanted.
    """
    whole, start = asked(text)
    places = _places(user, group_id, before)
    if not places or not (whole or len(start) > 1 or (start and not start.isascii())):
        return Found([], is_guess=False, has_more=False)
    sets = [[word] for word in whole] + ([_starting(start)] if start else [])
    ids = _ids(places, sets, most + 1)
    if len(ids) >= FEW or before or not guesses:
        return Found(_messages(user, ids[:most]), is_guess=False, has_more=len(ids) > most)
    near = [_near(word) for word in [*whole, *([start] if start else [])]]
    guessed = _ids(places, near, most)
    more = [pk for pk in guessed if pk not in set(ids)]
    return Found(_messages(user, [*ids, *more][:most]), is_guess=bool(more) and not ids, has_more=False)


def _places(user: User, group_id: int | None, before: int) -> Mapping[int, tuple[int, int]]:
    """By group: behind which message one's membership begins, and below which one it goes on."""
    own = Membership.objects.present().filter(user=user)
    if group_id is not None:
        own = own.filter(group=group_id)
    return {pk: (after, before or 2**62) for pk, after in own.values_list("group_id", "from_seq")}


def _ids(places: Mapping[int, tuple[int, int]], sets: Sequence[Collection[str]], most: int) -> list[int]:
    if not all(sets):
        return []
    first, *others = _rarest_first(list(places), sets)
    begins, ends = zip(*places.values(), strict=True)
    values: list[Any] = [list(places), list(begins), list(ends), list(first), *map(list, others), most, most, most]
    return [row[0] for row in _rows(_FOUND.format(others=_OTHER * len(others)), values)]


def _rarest_first(groups: list[int], sets: Sequence[Collection[str]]) -> list[Collection[str]]:
    if len(sets) == 1:
        return list(sets)
    values = ", ".join(["(%s, %s::text[])"] * len(sets))
    pairs: list[Any] = [value for place, words in enumerate(sets) for value in (place, list(words))]
    rows = _rows(_RARITY.format(values=values), [groups, _COUNTED, *pairs])
    counts: dict[int, int] = dict(rows)
    return [words for _count, words in sorted((counts[place], words) for place, words in enumerate(sets))]


def _starting(start: str) -> list[str]:
    found = [row[0] for row in _rows(_STARTING, [start, start + "\U0010ffff", _BEGINNINGS])]
    return found if start in found else [start, *found]


def _near(word: str) -> list[str]:
    pattern = word.replace("\\", "").replace("%", "").replace("_", "")
    inside = f"%{pattern}%" if len(pattern) > 2 else pattern
    return [row[0] for row in _rows(_NEAR, [word, inside, word, _ALIKE])]


def _messages(user: User, ids: Sequence[int]) -> list[Message]:
    related = Message.objects.visible_to(user).select_related("group", "topic", "author")
    found = related.in_bulk(list(ids))
    return [found[pk] for pk in ids if pk in found]


def _rows(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
