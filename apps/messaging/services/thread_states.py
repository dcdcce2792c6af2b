"""The rows of the lists of mail, worked out anew from copies and messages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

_WAITS = timedelta(days=60)  # what nobody answered for so long needs no answer, as in a mailbox read for the first time

# What a mailbox holds of a thread. What lies in its Trash or Drafts on the server is on no list. A message is ours
# where the mailbox's own address wrote it or it lies among what was sent; that it was stored twice counts once.
# What was archived or called spam here, or taken back out, lies elsewhere on the server until the next sync.
_HELD = """
WITH pair AS (SELECT * FROM unnest(%(accounts)s::bigint[], %(threads)s::bigint[]) AS p (account_id, thread_id)),
held AS (
    SELECT DISTINCT ON (c.account_id, c.thread_id, c.message_id)
        c.account_id, c.thread_id, c.message_id, c.received_at, m.snippet, m.automatic, m.attachment_count,
        coalesce(nullif(m.sender_name, ''), m.sender_address) AS writer,
        m.sender_address = a.address OR (m.is_outgoing AND (c.folder_id IS NULL OR f.role = 'sent')) AS is_ours,
        bool_or(c.is_seen) OVER same AS is_seen,
        bool_or(c.is_answered) OVER same AS is_answered,
        bool_and(coalesce(nullif(c.kept_in, ''), o.role, f.role, '') = 'junk') OVER same AS is_junk,
        bool_and(coalesce(nullif(c.kept_in, ''), o.role, f.role, '') = 'archive') OVER same AS is_archived
    FROM pair
    JOIN messaging_mailcopy c ON c.account_id = pair.account_id AND c.thread_id = pair.thread_id
    JOIN messaging_mailaccount a ON a.id = c.account_id
    JOIN messaging_mailmessage m ON m.id = c.message_id
    LEFT JOIN messaging_mailfolder f ON f.id = c.folder_id
    LEFT JOIN messaging_mailfolder o ON o.id = c.moved_from_id
    WHERE c.deleted_at IS NULL
        -- What was brought back lies in the server's trash until the next sync.
        AND (coalesce(f.role, '') NOT IN ('trash', 'drafts') OR c.trashed_from_id IS NOT NULL)
    WINDOW same AS (PARTITION BY c.account_id, c.thread_id, c.message_id)
    ORDER BY c.account_id, c.thread_id, c.message_id, c.received_at
),
newest AS (
    SELECT DISTINCT ON (account_id, thread_id) * FROM held
    ORDER BY account_id, thread_id, received_at DESC, message_id DESC
),
writer AS (
    SELECT account_id, thread_id, writer, min(received_at) AS first_at FROM held WHERE NOT is_ours
    GROUP BY account_id, thread_id, writer
),
known AS (
    SELECT account_id, thread_id, left(string_agg(writer, ', ' ORDER BY first_at, writer), 500) AS people
    FROM writer WHERE writer <> '' GROUP BY account_id, thread_id
),
state AS (
    SELECT account_id, thread_id, max(received_at) AS last_at,
        max(received_at) FILTER (WHERE NOT is_ours) AS last_in_at,
        max(received_at) FILTER (WHERE is_ours) AS last_out_at,
        count(*) AS message_count, count(*) FILTER (WHERE NOT is_seen AND NOT is_ours) AS unread_count,
        bool_or(attachment_count > 0) AS has_attachments, bool_and(is_junk) AS is_junk,
        bool_and(is_archived) AS is_archived
    FROM held GROUP BY account_id, thread_id
)
"""
# A thread written by us alone bears the names of whom it was written to.
_WRITE = """
INSERT INTO messaging_threadstate AS old (
    account_id, thread_id, last_at, last_in_at, last_out_at, snippet, people, message_count, unread_count,
    has_attachments, needs_answer, is_archived, is_junk
)
SELECT account_id, thread_id, s.last_at, s.last_in_at, s.last_out_at, n.snippet,
    coalesce(k.people, (
        SELECT left(string_agg(coalesce(nullif(t.name, ''), t.address), ', ' ORDER BY t.position), 500)
        FROM messaging_mailaddress t WHERE t.message_id = n.message_id AND t.role = 'to' AND t.position < 20
    ), ''),
    s.message_count, s.unread_count, s.has_attachments,
    NOT n.is_ours AND n.automatic = '' AND NOT n.is_answered AND NOT s.is_junk AND n.received_at > %(since)s,
    s.is_archived, s.is_junk
FROM state s JOIN newest n USING (account_id, thread_id) LEFT JOIN known k USING (account_id, thread_id)
ON CONFLICT (account_id, thread_id) DO UPDATE SET
    last_at = EXCLUDED.last_at, last_in_at = EXCLUDED.last_in_at, last_out_at = EXCLUDED.last_out_at,
    snippet = EXCLUDED.snippet, people = EXCLUDED.people, message_count = EXCLUDED.message_count,
    unread_count = EXCLUDED.unread_count, has_attachments = EXCLUDED.has_attachments,
    needs_answer = EXCLUDED.needs_answer AND NOT (old.is_junk AND NOT {is_news})
        AND (old.answer_waived_at IS NULL OR EXCLUDED.last_in_at > old.answer_waived_at),
    is_junk = EXCLUDED.is_junk OR (old.is_junk AND NOT {is_news}),
    is_archived = EXCLUDED.is_archived OR (old.is_archived AND NOT {is_news}),
    snoozed_until = CASE WHEN {is_news} THEN NULL ELSE old.snoozed_until END
"""
# Something came in since the row was written.
_IS_NEWS = """(EXCLUDED.last_in_at IS NOT NULL AND EXCLUDED.last_in_at > coalesce(old.last_in_at, '-infinity'))"""
_EMPTY = """
DELETE FROM messaging_threadstate t
USING unnest(%(accounts)s::bigint[], %(threads)s::bigint[]) AS p (account_id, thread_id)
WHERE t.account_id = p.account_id AND t.thread_id = p.thread_id AND NOT EXISTS (
    SELECT FROM messaging_mailcopy c LEFT JOIN messaging_mailfolder f ON f.id = c.folder_id
    WHERE c.account_id = p.account_id AND c.thread_id = p.thread_id AND c.deleted_at IS NULL
        AND (coalesce(f.role, '') NOT IN ('trash', 'drafts') OR c.trashed_from_id IS NOT NULL)
)
"""


def refresh_states(pairs: Iterable[tuple[int, int]], *, now: datetime) -> None:
    """Work out the `ThreadState` of each (account id, thread id); one without present copies goes away.

    Whoever stores, sends, flags, moves or deletes calls it, in the same transaction. What people decided stays: that
    a thread needs no answer, is archived or snoozed holds until something new comes in; an assignee stays for good.
    """
    wanted = sorted(set(pairs))
    if not wanted:
        return
    arguments: dict[str, Any] = {
        "accounts": [account for account, _ in wanted],
        "threads": [thread for _, thread in wanted],
        "since": now - _WAITS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_HELD + _WRITE.format(is_news=_IS_NEWS), arguments)
        cursor.execute(_EMPTY, arguments)
