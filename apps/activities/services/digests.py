"""Mails about notices: at once, hourly or daily; each notice in one of them, none that was read or hidden by then."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from apps.accounts.models import User
from apps.accounts.preferences import reading_as
from apps.activities.models import Notice, NoticePreference
from apps.activities.selectors.addresses import absolute
from apps.activities.selectors.mailed_notices import digest_key
from apps.activities.selectors.notices import lines_of
from apps.activities.selectors.wishes import wishes_of
from apps.core.contributions import digest_parts, notice_records, shown_entity
from apps.core.services import outbox

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 200  # notices in one mail; the rest follows in the next one


@dataclass
class Counts:
    mails: int = 0
    notices: int = 0
    left_out: int = 0  # read, removed, hidden, or not wanted by mail any more

    def as_json(self) -> dict[str, int]:
        return asdict(self)


def send_due(*, now: datetime) -> Counts:
    """Send what is due at `now`, one mail per user and round; several processes may do so at once."""
    counts = Counts()
    due = Notice.objects.filter(mail_due_at__lte=now, mailed_at__isnull=True)
    users = set(due.values_list("user", flat=True)).union(*(part.due(now) for _key, part in digest_parts.items()))
    for user_id in sorted(users):
        while _send_to(user_id, counts, now):
            pass
    return counts


@transaction.atomic
def _send_to(user_id: int, counts: Counts, now: datetime) -> bool:
    """Mail and mark in one transaction; the lock on the user lets no other process gather the same notices."""
    user = User.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=user_id).first()
    if user is None:
        return False
    due = Notice.objects.filter(user=user, mail_due_at__lte=now, mailed_at__isnull=True)
    rows = list(due.order_by("at", "pk")[:MOST])
    changes = _changes(user, now)
    if not rows and not changes:
        return False
    wanted = _wanted(user, rows) if rows else []
    Notice.objects.filter(pk__in=[row.pk for row in rows], user=user).update(mailed_at=now)
    if wanted or changes:
        _mail(user, wanted, changes, now)
        counts.mails += 1
    counts.notices += len(wanted)
    counts.left_out += len(rows) - len(wanted)
    return len(rows) == MOST


def _changes(user: User, now: datetime) -> list[tuple[str, str]]:
    """What other parts tell beside notices, in the reader's language; told then, even if nobody reads it any more."""
    with reading_as(user):
        told = [line for _key, part in digest_parts.items() for line in part.take(user, now)]
    return [(words, absolute(url)) for words, url in told] if user.is_active else []


def _wanted(user: User, rows: Sequence[Notice]) -> list[Notice]:
    if not user.is_active:
        return []
    wishes = wishes_of(user)
    unread = [row for row in rows if row.read_at is None and row.event in wishes]
    keys = [row.pk for row in unread if wishes[row.event].mail != NoticePreference.Mail.NEVER]
    seen = set(Notice.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True))
    return [row for row in rows if row.pk in seen]


def _mail(user: User, notices: Sequence[Notice], changes: Sequence[tuple[str, str]], now: datetime) -> None:
    with reading_as(user):
        context = {
            "lines": lines_of(notices, user=user),
            "changes": changes,
            "count": len(notices),
            "site_name": settings.RAPPORT_NAME,
            "inbox": absolute(reverse(f"{_pages_of(user)}:notices")),
            "choose": absolute(reverse(f"{_pages_of(user)}:notice_preferences")),
        }
        subject = " ".join(render_to_string("activities/mail/digest_subject.txt", context).split())
        body = render_to_string("activities/mail/digest_body.txt", context)
    # RFC 2369: where one chooses what comes by mail, or nothing at all.
    headers = {"List-Unsubscribe": f"<{context['choose']}>"}
    message = EmailMessage(subject, body, to=[user.email], reply_to=_answers_to(user, notices), headers=headers)
    outbox.queue_message(message=message, dedupe_key=_key(user, notices, now), now=now)


def _key(user: User, notices: Sequence[Notice], now: datetime) -> str:
    return digest_key(list(notices)) if notices else f"changes:{user.pk}:{now.isoformat()}"


def _answers_to(user: User, notices: Sequence[Notice]) -> list[str]:
    """One address, of whoever reads answers about some of these records."""
    records = [notice_records.get(kind) for kind in sorted({each.record_type for each in notices if each.record_type})]
    return [address for each in records if each is not None and (address := each.answers_to(user))][:1]


def _pages_of(user: User) -> str:
    """Where this user reads notices: a dealer's people in their portal."""
    return "activities" if shown_entity(user) is None else "portal"
