"""Messages into the one history: an entry each, about the contacts whose addresses they bear."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from apps.messaging.models import MailMessage


def file_messages(messages: Sequence[MailMessage], *, now: datetime) -> None:
    """Write, or work out anew, the history's entry of each message; repeated, it changes nothing.

    Its addresses and copies are stored already. The entry stands on the timelines of the contacts whose addresses the
    message bears (as the mailboxes' people see them) and of their employers; its readers follow the mailboxes' sharing.
    """
    raise NotImplementedError
