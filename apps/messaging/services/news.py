"""Open pages of those who read a mailbox hear that something in it is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.core import live
from apps.messaging.selectors.readers import readers_of_account

if TYPE_CHECKING:
    from apps.messaging.models import MailAccount


def announce_mail(account: MailAccount, thread_id: int) -> None:
    """Once the transaction has committed, tell the account's readers; ids only."""
    for user_id in readers_of_account(account):
        live.publish(f"user:{user_id}", "mail", {"thread": thread_id, "account": account.pk})
