"""Two threads that a late message shows to be one."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from apps.messaging.models import MailCopy, MailMessage, MailShare, Thread, ThreadKey, ThreadState
from apps.messaging.services.thread_states import refresh_states

# The way from the entries in the history to their thread.
_ENTRIES = """
UPDATE activities_activity a SET facts = jsonb_set(a.facts, '{thread}', to_jsonb(%s::bigint))
FROM messaging_mailmessage m WHERE m.activity_id = a.id AND m.thread_id = %s AND a.facts ? 'thread'
"""


def join_threads(other: Thread, *, into: Thread, now: datetime) -> bool:
    """Move all of `other` to `into`, within a transaction that holds `thread_finding.lock_threads`.

    False, and nothing moves, where somebody was let into one of them: they were shown that thread and no more.
    """
    if MailShare.objects.filter(thread__in=[other.pk, into.pk]).exists():
        return False
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [into.pk, other.pk])
    MailMessage.objects.filter(thread=other.pk).update(thread=into.pk)
    MailCopy.objects.filter(thread=other.pk).update(thread=into.pk)
    ThreadKey.objects.filter(thread=other.pk).update(thread=into.pk)
    there = ThreadState.objects.filter(thread=into.pk).values("account")
    ThreadState.objects.filter(thread=other.pk).exclude(account__in=there).update(thread=into.pk)
    ThreadState.objects.filter(thread=other.pk).delete()
    into.last_at = max(into.last_at, other.last_at)
    Thread.objects.filter(pk=into.pk).update(last_at=into.last_at)
    Thread.objects.filter(pk=other.pk).delete()
    accounts = MailCopy.objects.filter(thread=into.pk).values_list("account", flat=True).distinct()
    refresh_states([(account, into.pk) for account in accounts], now=now)
    return True
