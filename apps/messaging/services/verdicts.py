"""The author hears of a mail that did not leave, or of which nobody knows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from apps.activities.services.telling import News, tell
from apps.messaging.models import Draft, MailMessage


def mark_failed(message: MailMessage, *, now: datetime) -> None:
    """A message that can't leave, since a document could not be made."""
    MailMessage.objects.filter(pk=message.pk).update(state=MailMessage.State.FAILED)
    tell_authors([message.pk], MailMessage.State.FAILED, now=now)


def tell_authors(message_ids: Sequence[int], state: str, *, now: datetime) -> None:
    """A notice: "mail.failed" or "mail.uncertain", about the mail's entry in the history where it has one."""
    drafts = Draft.objects.filter(sent__in=message_ids).select_related("sent").order_by("pk")
    news = [
        News(draft.author_id, "mail", f"mail.{state}", activity_id=draft.sent.activity_id)
        for draft in drafts
        if draft.sent is not None
    ]
    tell(news, actor_id=None, now=now)
