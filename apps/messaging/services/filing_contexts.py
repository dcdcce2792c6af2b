"""The order, claim or project that a mail belongs to: as its sender said, as it names it, or as its thread did."""

from __future__ import annotations

from collections.abc import Sequence

from apps.activities.services.recording import Context
from apps.core.contributions import FilingHint, contexts, filing
from apps.messaging.models import MailMessage


def contexts_of(messages: Sequence[MailMessage]) -> dict[int, Context]:
    """By message; the first of what is found counts, since an entry belongs to one record."""
    threads = _of_threads(messages)
    found: dict[int, Context] = {}
    for message in messages:
        context = _own(message) or _named(message) or threads.get(message.thread_id)
        if context is not None:
            found[message.pk] = context
    return found


def _own(message: MailMessage) -> Context | None:
    if message.context_id is None or contexts.get(message.context_type) is None:
        return None
    return Context(message.context_type, message.context_id)


def _named(message: MailMessage) -> Context | None:
    asked = filing.items()
    if not asked:
        return None
    ids = [message.message_id, *message.references]
    hint = FilingHint(subject=message.subject, text=message.text, message_ids=ids)
    for record_type, find in asked:
        for record_id in find(hint):
            return Context(record_type, record_id)
    return None


def _of_threads(messages: Sequence[MailMessage]) -> dict[int, Context]:
    earlier = MailMessage.objects.filter(
        thread__in={message.thread_id for message in messages}, activity__context_id__isnull=False
    ).order_by("happened_at", "pk")
    rows = earlier.values_list("thread_id", "activity__context_type", "activity__context_id")
    return {thread_id: Context(kind, pk) for thread_id, kind, pk in rows if pk is not None}
