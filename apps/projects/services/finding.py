"""Keeping the index of words true to what the messages say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from apps.projects.models import Attachment, Group, KnownWord, Message, MessageWord
from apps.projects.wording import words_of

_BATCH = 500


def index_message(message: Message) -> None:
    """Let a message be found by the words that it says now, and by the names of its files."""
    index_messages([message])


def forget_words(message: Message) -> None:
    """Let a message be found by none of the words that it has said so far; called before they change."""
    words = words_of(_said([message])[message.pk])
    MessageWord.objects.filter(group=message.group_id, word__in=words, seq=message.seq).delete()


def index_messages(messages: Sequence[Message]) -> None:
    """The same for many. Words that are there already stay."""
    said = _said([each for each in messages if each.deleted_at is None])
    words = {each: words_of(said[each.pk]) for each in messages if each.pk in said}
    _know({word for own in words.values() for word in own})
    MessageWord.objects.bulk_create(
        (
            MessageWord(group_id=message.group_id, word=word, seq=message.seq)
            for message, own in words.items()
            for word in own
        ),
        ignore_conflicts=True,
        batch_size=5_000,
    )


def index_group(group: Group) -> int:
    """Index all that was said in a group, in batches of their own; may begin again at any time. Returns how many."""
    done, seq = 0, 0
    while batch := list(Message.objects.filter(group=group, seq__gt=seq).order_by("seq")[:_BATCH]):
        index_messages(batch)
        done, seq = done + len(batch), batch[-1].seq
    return done


def _said(messages: Iterable[Message]) -> dict[int, str]:
    said = {each.pk: each.text for each in messages}
    named = Attachment.objects.filter(message__in=said).exclude(kind=Attachment.Kind.VOICE)
    for pk, name in named.values_list("message", "name"):
        said[pk] += f" {name}"
    return said


def _know(words: set[str]) -> None:
    """In one order, so that two who bring the same new words wait for each other without end never."""
    known = set(KnownWord.objects.filter(word__in=words).values_list("word", flat=True))
    fresh = sorted(words - known)
    if fresh:
        KnownWord.objects.bulk_create((KnownWord(word=word) for word in fresh), ignore_conflicts=True)
