"""The boxes of the list of mail: which rows of `ThreadState` each of them holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from apps.accounts.models import User

Narrow = Callable[["User", datetime], Q]


@dataclass(frozen=True, slots=True)
class Box:
    """`condition(user, now)` is about rows of the user's own mailboxes; without one the box is drawn otherwise."""

    key: str
    title: Any  # lazily translated, as is the next
    empty: Any
    icon: str
    condition: Narrow | None = None


def _awake(now: datetime) -> Q:
    return Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=now)


def _inbox(user: User, now: datetime) -> Q:
    return _awake(now) & Q(is_archived=False, is_junk=False, last_in_at__isnull=False)


def unread(user: User, now: datetime) -> Q:
    """What the number beside "Mail" counts, too."""
    return Q(unread_count__gt=0, is_junk=False) & _awake(now)


def _needs_answer(user: User, now: datetime) -> Q:
    return Q(needs_answer=True, is_junk=False) & _awake(now)


def _snoozed(user: User, now: datetime) -> Q:
    return Q(snoozed_until__gt=now)


def _assigned(user: User, now: datetime) -> Q:
    return Q(assignee=user.pk, is_archived=False)


def _sent(user: User, now: datetime) -> Q:
    return Q(last_out_at__isnull=False)


def _junk(user: User, now: datetime) -> Q:
    return Q(is_junk=True)


def _archive(user: User, now: datetime) -> Q:
    return Q(is_archived=True, is_junk=False)


def _all(user: User, now: datetime) -> Q:
    return Q(is_junk=False)


INBOX, DRAFTS, SHARED, TRASH = "inbox", "drafts", "shared", "trash"
BOXES = {
    box.key: box
    for box in (
        Box(INBOX, _("Inbox"), _("All read and answered: nothing is left in here."), "inbox", _inbox),
        Box("unread", _("Unread"), _("All read."), "mail", unread),
        Box("needs-answer", _("Needs an answer"), _("Nobody waits for an answer."), "message-question", _needs_answer),
        Box("snoozed", pgettext_lazy("box of mail", "Put off"), _("Nothing is put off."), "clock-pause", _snoozed),
        Box("assigned", _("Assigned to me"), _("Nothing is assigned to you."), "user-check", _assigned),
        Box("sent", _("Sent"), _("Nothing was sent yet."), "send", _sent),
        Box(DRAFTS, _("Drafts"), _("Nothing is being written."), "pencil"),
        Box(SHARED, _("Shared with me"), _("No colleague shares a mail with you."), "share"),
        Box("spam", _("Spam"), _("No spam."), "alert-octagon", _junk),
        Box("archive", _("Archive"), _("Nothing is archived yet."), "archive", _archive),
        Box(TRASH, pgettext_lazy("mail", "Thrown away"), _("Nothing was thrown away."), "trash"),
        Box("all", pgettext_lazy("mail", "All"), _("No mail yet."), "stack-2", _all),
    )
}
