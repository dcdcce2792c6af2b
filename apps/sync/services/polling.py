"""Sources that don't send by themselves are looked into when their time has come."""

from __future__ import annotations

from django.core.cache import cache

from apps.core.jobs import nudge
from apps.sync import jobs
from apps.sync.connectors.files.collecting import collect
from apps.sync.connectors.sql.pulling import pull
from apps.sync.models import Source


def begin_due_polls() -> int:
    """Wake a worker for each source that is due; resting ones are looked into too, and what they hold waits."""
    begun = 0
    for source in Source.objects.exclude(kind=Source.Kind.PUSH):
        if cache.add(f"sync:polled:{source.pk}", 1, timeout=max(1.0, source.poll_every.total_seconds() - 0.5)):
            nudge(jobs.poll_source, source_id=source.pk)
            begun += 1
    return begun


def poll(*, source_id: int) -> None:
    """Look into one source, by its kind."""
    kind = Source.objects.values_list("kind", flat=True).get(pk=source_id)
    if kind == Source.Kind.PULL:
        pull(source_id=source_id)
    elif kind == Source.Kind.DROP:
        collect(source_id=source_id)
