"""When each mailbox is due, and how long one that fails is left alone."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from apps.messaging.models import MailAccount
from apps.messaging.services.problems import MailServerProblem

log = structlog.get_logger(__name__)

_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=2)
_SECOND_THOUGHTS = timedelta(seconds=15)
_LOCKING = timedelta(hours=1)  # a wrong password tried too often locks people out of their mailbox


def take_due(*, now: datetime) -> list[int]:
    """The accounts to be synced now; each is due again after its interval, whatever becomes of it."""
    due = MailAccount.objects.active().exclude(imap_host="").filter(Q(next_sync_at=None) | Q(next_sync_at__lte=now))
    taken = []
    for pk, interval, seen in due.order_by("pk").values_list("pk", "sync_interval", "next_sync_at"):
        mine = MailAccount.objects.filter(pk=pk, next_sync_at=seen)
        if mine.update(next_sync_at=now + timedelta(minutes=max(1, interval))):
            taken.append(pk)
    return taken


def hasten(account_ids: Iterable[int], *, now: datetime) -> None:
    """Something was changed in these mailboxes that their servers shall know of: with the next round, not in a while.

    Not before it can be taken back; one whose server fails is left alone all the same.
    """
    soon = now + _SECOND_THOUGHTS
    waiting = MailAccount.objects.active().exclude(imap_host="").filter(pk__in=set(account_ids), failures=0)
    waiting.filter(next_sync_at__gt=soon).update(next_sync_at=soon)


def note_success(account: MailAccount, *, now: datetime, is_complete: bool) -> None:
    """All went well; what was left over is gone on with at once."""
    pause = timedelta(minutes=max(1, account.sync_interval)) if is_complete else timedelta(0)
    MailAccount.objects.filter(pk=account.pk).update(
        synced_at=now, next_sync_at=now + pause, failures=0, failing_since=None, last_error=""
    )


def note_failure(account: MailAccount, problem: MailServerProblem, *, now: datetime) -> None:
    """Keep the reason in words, and leave the server alone for longer each time."""
    with transaction.atomic():
        failures = MailAccount.objects.select_for_update().values_list("failures", flat=True).get(pk=account.pk)
        pause = min(_FIRST_PAUSE * 2 ** min(failures, 10), _LONGEST_PAUSE)
        if problem.is_permanent:
            pause = max(pause, _LOCKING)
        pause *= random.uniform(0.8, 1.2)  # noqa: S311  those that failed together don't come back together
        MailAccount.objects.filter(pk=account.pk).update(
            failures=min(failures + 1, 1000),
            failing_since=Coalesce(F("failing_since"), now),
            last_error=problem.words,
            next_sync_at=now + pause,
        )
    log.warning("mail.sync.failed", account_id=account.pk, problem=type(problem).__name__, failures=failures + 1)
