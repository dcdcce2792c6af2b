"""The jobs of forecasts: after changes, once a day for all open orders, and learning each night."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from apps.crm.forecasts.timing import Timings
from apps.crm.models import PromiseProgress, Status
from apps.crm.services.feed.staging import run
from apps.crm.services.promises.learning import learn_timings, stored_timings
from apps.crm.services.promises.working_out import Telling, work_out

log = structlog.get_logger(__name__)

PORTION = 1000
MOST = 3000  # of one run after changes: the next one follows in seconds, and a flood leaves the feed its processor
OVERLAP = timedelta(seconds=60)  # a batch bears the time at which it began; it may be committed so much later
AGAIN_WHILE_THIN = timedelta(minutes=10)
AT_MOST = timedelta(minutes=45)  # of all that is tended to at once
THIN = 2000  # orders; learning from so few takes no time
GROWN = 1.2  # so many times the orders of before: a first load goes on, what moves by it is no news
_ALONE = 2_026_112_801  # the advisory lock of whoever works out promises
_DUE = """
SELECT s.order_id, s.changed_at FROM crm_orderstate s JOIN crm_order o ON o.id = s.order_id
LEFT JOIN crm_promise p ON p.order_id = s.order_id
WHERE s.changed_at > %s AND o.approved_at IS NOT NULL AND (p.order_id IS NULL OR p.state_at < s.changed_at)
ORDER BY s.changed_at, s.order_id LIMIT %s
"""
_OF_STATUS = """
SELECT order_id FROM crm_orderstate WHERE status = %s AND order_id < %s ORDER BY order_id DESC LIMIT %s
"""
_LAST = 2**63 - 1
OPEN = [status for status in Status if status not in (Status.RECEIVED, Status.DELIVERED, Status.CANCELLED)]


def work_out_changed(*, now: datetime) -> int:
    """Work out the promises of orders that have changed since the last time; how many.

    Where another worker is at it nothing happens. A portion is a transaction: a killed worker leaves whole ones.
    """
    progress = _progress()
    due = run(_DUE, [(progress.seen_at or now) - OVERLAP, MOST])
    timings = stored_timings() if due else Timings({})
    for first in range(0, len(due), PORTION):
        portion = due[first : first + PORTION]
        with transaction.atomic():
            if not _alone():
                return first
            work_out([pk for pk, _at in portion], timings, now=now, telling=Telling.NEWS)
            _seen(portion[-1][1])
    if len(due) < MOST:
        _seen(now)
    return len(due)


def tend_promises(*, now: datetime) -> None:
    """Learn once a night and work out all open orders once a day; asked every few minutes, so that none is left out.

    One worker does it at a time; should it be killed, another one begins again when its time is up.
    """
    if not _claimed(now):
        return
    progress = _progress()
    try:
        is_first = progress.refreshed_on is None
        if _must_learn(progress, now):
            number = learn_timings(now=now)
            log.info("promises.learned", order_count=number)
            is_first = is_first or number > progress.learned_from * GROWN
            PromiseProgress.objects.filter(pk=progress.pk).update(learned_at=now, learned_from=number)
        if is_first or (progress.refreshed_on and progress.refreshed_on < _day(now)):
            number = work_out_all(now=now, is_first=is_first)
            PromiseProgress.objects.filter(pk=progress.pk).update(refreshed_on=_day(now))
            log.info("promises.worked_out", order_count=number)
    finally:
        PromiseProgress.objects.filter(pk=progress.pk).update(busy_until=None)


def work_out_all(*, now: datetime, is_first: bool = False) -> int:
    """Work out all orders that are under way: each day that goes by says something too.

    The first time, and while history is still being loaded, those that are over come too and nobody is told of moves.
    """
    timings, number = stored_timings(), 0
    telling = Telling.NONE if is_first else Telling.ALL
    for status in [*OPEN, Status.DELIVERED] if is_first else OPEN:
        last = _LAST
        while ids := [pk for (pk,) in run(_OF_STATUS, [status, last, PORTION])]:
            number += work_out(ids, timings, now=now, telling=telling)
            last = ids[-1]
    return number


def _must_learn(progress: PromiseProgress, now: datetime) -> bool:
    if progress.learned_at is None or _day(progress.learned_at) < _day(now):
        return True
    return progress.learned_from < THIN and now - progress.learned_at >= AGAIN_WHILE_THIN


def _day(moment: datetime) -> date:
    """The plants' one."""
    return moment.astimezone(ZoneInfo(settings.RAPPORT_TIME_ZONE)).date()


def _claimed(now: datetime) -> bool:
    free = Q(busy_until__isnull=True) | Q(busy_until__lt=now)
    return bool(PromiseProgress.objects.filter(free, pk=_progress().pk).update(busy_until=now + AT_MOST))


def _seen(until: datetime) -> None:
    PromiseProgress.objects.filter(pk=1).update(seen_at=until)


def _progress() -> PromiseProgress:
    return PromiseProgress.objects.get_or_create(pk=1)[0]


def _alone() -> bool:
    return bool(run("SELECT pg_try_advisory_xact_lock(%s)", [_ALONE])[0][0])
