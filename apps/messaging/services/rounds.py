"""The rounds that workers make over all mailboxes: each minute those that are due, at night the meter."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings

from apps.core.jobs import nudge
from apps.messaging import jobs
from apps.messaging.models import MailAccount
from apps.messaging.services.meter import due_for_measure, measure_and_fill
from apps.messaging.services.problems import MailServerProblem
from apps.messaging.services.stamping import stamp_account
from apps.messaging.services.sync_locks import SyncUnderWay
from apps.messaging.services.sync_times import take_due
from apps.messaging.services.syncing import sync_account

log = structlog.get_logger(__name__)

_SOON = timedelta(seconds=30)
_NIGHT = range(1, 5)  # hours of the house's clock


def begin_due_syncs(*, now: datetime) -> int:
    """A job for each mailbox that is due; return how many."""
    taken = take_due(now=now)
    for account_id in taken:
        nudge(jobs.sync_account, account_id=account_id)
    return len(taken)


def sync_one(*, account_id: int, now: datetime) -> None:
    """Sync this mailbox, unless somebody is at it; what goes wrong with its server stands on the account."""
    account = MailAccount.objects.active().exclude(imap_host="").filter(pk=account_id).first()
    if account is None or _was_just_synced(account, now):
        return
    try:
        sync_account(account, now=now)
    except (MailServerProblem, SyncUnderWay) as problem:
        log.info("mail.sync.left", account_id=account_id, reason=type(problem).__name__)


def _was_just_synced(account: MailAccount, now: datetime) -> bool:
    """Where workers were away, the jobs of several rounds wait for them."""
    if account.synced_at is None or account.next_sync_at is None or account.failures:
        return False
    return account.next_sync_at > now and account.synced_at > now - _SOON


def begin_due_measures(*, now: datetime) -> int:
    """At night, a job for each mailbox that was not measured since last night; return how many."""
    if now.astimezone(ZoneInfo(settings.RAPPORT_TIME_ZONE)).hour not in _NIGHT:
        return 0
    due = due_for_measure(now=now)
    for account_id in due:
        nudge(jobs.measure_account, account_id=account_id)
    return len(due)


def measure_one(*, account_id: int, now: datetime) -> None:
    """Measure this mailbox and close its gaps, unless it was measured tonight or somebody is at it."""
    account = MailAccount.objects.active().filter(pk=account_id).first()
    if account is None or account_id not in due_for_measure(now=now):
        return
    stamp_account(account, today=now.date())  # its owner may be in other teams since yesterday
    try:
        measure_and_fill(account, now=now)
    except (MailServerProblem, SyncUnderWay) as problem:
        log.info("mail.meter.left", account_id=account_id, reason=type(problem).__name__)
