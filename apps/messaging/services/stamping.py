"""Who reads the history's entries of mails, and whether they read the words: as the mailboxes' people decided.

Several mailboxes may hold one message. Each lets in its own people (its owner, or the members and the team of a shared
one), the teams of an owner who shares with them, and whoever a thread was shown to: the entry is read by all of them.
Where any of its owners lets others see that a mail took place, the entry is there for everybody who sees the contact;
but then it bears no words, whatever the others chose, since there is one entry: its own people read them in the mail.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q

from apps.accounts.models import TeamMembership
from apps.activities.models.reach import team_token, user_token
from apps.messaging.models import MailAccount, MailCopy, MailMessage

Sharing = MailAccount.Sharing

_STAMP = """
WITH told AS (SELECT * FROM unnest(%(accounts)s::bigint[], %(tokens)s::int[]) AS t (account_id, token)),
stamp AS (
    SELECT m.activity_id, left(m.subject, 300) AS subject, m.snippet,
        EXISTS (SELECT FROM messaging_mailcopy c
            WHERE c.message_id = m.id AND c.account_id = ANY(%(facts)s::bigint[])) AS is_fact,
        EXISTS (SELECT FROM messaging_mailcopy c
            WHERE c.message_id = m.id AND c.account_id = ANY(%(teams)s::bigint[])) AS is_team,
        ARRAY(
            SELECT t.token FROM messaging_mailcopy c JOIN told t ON t.account_id = c.account_id
            WHERE c.message_id = m.id
            UNION SELECT coalesce(s.user_id * 2, s.team_id * 2 + 1)::int FROM messaging_mailcopy c
            JOIN messaging_mailshare s ON s.account_id = c.account_id AND s.thread_id = m.thread_id
            WHERE c.message_id = m.id
            ORDER BY 1
        ) AS readers
    FROM messaging_mailmessage m WHERE m.activity_id IS NOT NULL AND {which}
)
UPDATE activities_activity a SET
    visibility = CASE WHEN s.is_fact THEN 'public' WHEN s.is_team THEN 'team' ELSE 'private' END,
    readers = CASE WHEN s.is_fact THEN NULL ELSE s.readers END,
    subject = CASE WHEN s.is_fact THEN '' ELSE s.subject END,
    snippet = CASE WHEN s.is_fact THEN '' ELSE s.snippet END
FROM stamp s WHERE a.id = s.activity_id AND (
    a.visibility <> CASE WHEN s.is_fact THEN 'public' WHEN s.is_team THEN 'team' ELSE 'private' END
    OR a.readers IS DISTINCT FROM CASE WHEN s.is_fact THEN NULL ELSE s.readers END
    OR a.subject <> CASE WHEN s.is_fact THEN '' ELSE s.subject END
    OR a.snippet <> CASE WHEN s.is_fact THEN '' ELSE s.snippet END
)
"""
_BY_IDS = "m.id = ANY(%(ids)s::bigint[])"
_BY_ACCOUNT = "m.id IN (SELECT message_id FROM messaging_mailcopy WHERE account_id = %(account)s)"
_BY_THREAD = "m.thread_id = %(thread)s"


def stamp_messages(ids: Collection[int], *, today: date) -> None:
    """Let the entries of these messages be read by whom their mailboxes let in now."""
    if ids:
        held = MailCopy.objects.filter(message__in=ids).values("account")
        _stamp(_BY_IDS, Q(pk__in=held), today, ids=sorted(ids))


def stamp_account(account: MailAccount, *, today: date) -> None:
    """The same for all that a mailbox holds, in one statement: what is hidden is hidden at once."""
    messages = MailMessage.objects.filter(copies__account=account).values("pk")
    held = MailCopy.objects.filter(message__in=messages).values("account")
    _stamp(_BY_ACCOUNT, Q(pk__in=held), today, account=account.pk)


def stamp_thread(thread_id: int, *, today: date) -> None:
    """The same for all messages of a thread."""
    held = MailCopy.objects.filter(thread=thread_id).values("account")
    _stamp(_BY_THREAD, Q(pk__in=held), today, thread=thread_id)


def tokens_of(account: MailAccount, *, today: date) -> set[int]:
    """The readers whom a mailbox lets in, as the history's tokens."""
    tokens = {user_token(pk) for pk in account.members.values_list("pk", flat=True)}
    if account.team_id is not None:
        tokens.add(team_token(account.team_id))
    if account.owner_id is not None:
        tokens.add(user_token(account.owner_id))
        if account.sharing == Sharing.TEAM:
            held = TeamMembership.objects.filter(user=account.owner_id, valid_from__lte=today)
            tokens |= {team_token(pk) for pk in held.exclude(valid_to__lte=today).values_list("team_id", flat=True)}
    return tokens


def _stamp(which: str, holders: Q, today: date, **arguments: Any) -> None:
    accounts = list(MailAccount.objects.filter(holders).order_by("pk"))
    told = [(account.pk, token) for account in accounts for token in sorted(tokens_of(account, today=today))]
    arguments |= {
        "accounts": [pk for pk, _token in told],
        "tokens": [token for _pk, token in told],
        "facts": [account.pk for account in accounts if account.sharing == Sharing.HAPPENED],
        "teams": [account.pk for account in accounts if account.sharing == Sharing.TEAM],
    }
    with connection.cursor() as cursor:
        cursor.execute(_STAMP.format(which=which), arguments)
