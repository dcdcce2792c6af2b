"""The box of what was thrown away: mail by mail, the latest first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Q

from apps.core.page_keys import page_key, read_page_key
from apps.messaging.models import MailCopy
from apps.messaging.selectors.mailbox import PAGE, Mailbox, MailPage, MailRow, named


def trash_page(*, mailboxes: Mapping[int, Mailbox], among: Collection[int], after: str = "") -> MailPage:
    """A page of the mails thrown away here, out of the mailboxes `among`; what lies elsewhere in one still counts."""
    found: Any = MailCopy.objects.filter(account__in=among, deleted_at__isnull=False).select_related("message")
    if (key := read_page_key(after)) is not None:
        at, pk = key
        found = found.filter(Q(deleted_at__lt=at) | Q(deleted_at=at, pk__lt=pk), deleted_at__lte=at)
    rows = list(found.defer("message__text", "message__words").order_by("-deleted_at", "-pk")[: PAGE + 1])
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    last = rows[-1] if rows else None
    shown = [_row(copy, mailboxes.get(copy.account_id)) for copy in rows]
    return MailPage(shown, page_key(last.deleted_at, last.pk) if more and last else "")


def _row(copy: MailCopy, mailbox: Mailbox | None) -> MailRow:
    message = copy.message
    return MailRow(
        key=f"thrown-{copy.pk}",
        url="",
        people=named([(message.sender_name, message.sender_address)]),
        subject=message.subject,
        snippet=message.snippet,
        at=copy.received_at,
        copy_id=copy.pk,
        has_attachments=message.attachment_count > 0,
        mailbox=mailbox,
    )
