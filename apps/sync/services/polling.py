"""Sources that don't send by themselves: whose turn it is, and what comes of a round."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db.models import Q

from apps.core import clock
from apps.core.jobs import nudge
from apps.sync import jobs
from apps.sync.connectors.trouble import SourceTrouble
from apps.sync.models import Source
from apps.sync.services.dropping import take_files
from apps.sync.services.pulling import pull

log = structlog.get_logger(__name__)

_LOST_AFTER = timedelta(minutes=1)  # then a job that was begun, and never told how it ended, is begun again
_LONGEST_PAUSE = timedelta(minutes=5)  # between two attempts at a source that fails
_MOST_DOUBLINGS = 12


def begin_due_polls(*, now: datetime) -> int:
    """A job for each source that is due, once, however many rounds run at the same time; return how many."""
    is_due = Q(next_poll_at__isnull=True) | Q(next_poll_at__lte=now)
    polled = Source.objects.filter(state=Source.State.ACTIVE, kind__in=[Source.Kind.PULL, Source.Kind.DROP])
    begun = 0
    for source_id in polled.filter(is_due).order_by("pk").values_list("pk", flat=True):
        if polled.filter(is_due, pk=source_id).update(next_poll_at=now + _LOST_AFTER):
            nudge(jobs.poll_source, source_id=source_id)
            begun += 1
    return begun


def poll(*, source_id: int, at: Callable[[], datetime] = clock.now) -> None:
    """Read what is new; what is in the way stands on the source, which is tried again after longer and longer."""
    source = Source.objects.select_related("plant").filter(pk=source_id, state=Source.State.ACTIVE).first()
    if source is None or source.kind not in (Source.Kind.PULL, Source.Kind.DROP):
        return
    read = pull if source.kind == Source.Kind.PULL else take_files
    try:
        has_more = read(source, at=at)
    except SourceTrouble as trouble:
        _failed(source, trouble, at())
        return
    pause = timedelta(0) if has_more else source.poll_every
    Source.objects.filter(pk=source_id).update(next_poll_at=at() + pause, poll_failures=0, poll_error="")


def _failed(source: Source, trouble: SourceTrouble, now: datetime) -> None:
    failures = source.poll_failures + 1
    longest = max(_LONGEST_PAUSE, source.poll_every)
    pause = longest if failures > _MOST_DOUBLINGS else min(longest, source.poll_every * 2**failures)
    Source.objects.filter(pk=source.pk).update(
        next_poll_at=now + pause, poll_failures=min(failures, 32_000), poll_error=str(trouble)
    )
    log.warning("feed.poll.failed", source_id=source.pk, failures=failures, is_permanent=trouble.is_permanent)
