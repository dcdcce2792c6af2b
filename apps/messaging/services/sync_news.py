"""Open pages hear of what changed on the server."""

from __future__ import annotations

from collections.abc import Collection

from apps.core import live
from apps.messaging.models import MailAccount
from apps.messaging.selectors.readers import readers_of_account

_MANY = 50  # from here on a page is told of its mailbox alone


def announce_changes(account: MailAccount, threads: Collection[int]) -> None:
    """Tell the account's readers that these threads changed; thread 0 stands for many."""
    told = sorted(set(threads)) if len(threads) <= _MANY else [0]
    for user_id in readers_of_account(account) if told else []:
        for thread in told:
            live.publish(f"user:{user_id}", "mail", {"thread": thread, "account": account.pk})
