"""What beat looks after: batches whose nudge was lost, sources that fell silent, dealers that nobody knows."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.jobs import nudge
from apps.crm.models import Waiting
from apps.crm.services.feed.applying import announce, release_ready
from apps.sync import jobs
from apps.sync.models import Batch, Rejection, Source
from apps.sync.services.alarms import tell_admins
from apps.sync.services.counting import count
from apps.sync.services.handing import Result, rejections_released

UNKNOWN_AFTER = timedelta(hours=1)  # for so long may records wait for a dealer before administrators hear of it
_EVERY = 60  # seconds between two looks at what changes slowly


def sweep(*, now: datetime) -> None:
    """Wake whoever applies what waits; once a minute look for silence, unknown dealers and lost parents."""
    waiting = Batch.objects.filter(state=Batch.State.WAITING).values("source")
    for source_id in Source.objects.filter(state=Source.State.ACTIVE, pk__in=waiting).values_list("pk", flat=True):
        nudge(jobs.apply_source, source_id=source_id)
    if cache.add("sync:swept", 1, timeout=_EVERY):
        look_for_silence(now=now)
        look_for_unknown_dealers(now=now)
        release_waiting(now=now)


def look_for_silence(*, now: datetime) -> int:
    """Tell administrators of sources that have sent nothing for too long: once, until they send again."""
    told = 0
    for source in Source.objects.filter(state=Source.State.ACTIVE).select_related("plant"):
        last = (
            Batch.objects.filter(source=source).order_by("-received_at").values_list("received_at", flat=True).first()
        )
        since = last or source.created_at
        if now - since <= source.silent_after:
            continue
        silent = Source.objects.filter(pk=source.pk).exclude(silence_told_at__gt=since)
        if not silent.update(silence_told_at=now):
            continue
        told += 1
        _tell_silence(source, since, now)
    return told


def _tell_silence(source: Source, since: datetime, now: datetime) -> None:
    minutes = int((now - since).total_seconds() // 60)

    def words() -> tuple[str, str]:
        subject = _("%(source)s is silent") % {"source": source.title}
        text = _("It has sent nothing for %(minutes)s minutes. Dealers see how old its data are.")
        return subject, text % {"minutes": minutes}

    tell_admins(source, key=f"source-silent:{source.pk}:{since.isoformat()}", now=now, words=words)


def look_for_unknown_dealers(*, now: datetime) -> int:
    """Tell administrators, once a day and source, whose records wait for a dealer that nobody has told us of."""
    late = Waiting.objects.filter(wanted__startswith="dealer:", received_at__lt=now - UNKNOWN_AFTER)
    by_source: dict[str, set[str]] = {}
    for code, wanted in late.values_list("source", "wanted").distinct()[:1000]:
        by_source.setdefault(code, set()).add(wanted.rpartition(":")[2])
    for source in Source.objects.filter(code__in=by_source).select_related("plant"):
        names = ", ".join(sorted(by_source[source.code])[:20])
        tell_admins(
            source,
            key=f"source-unknown:{source.pk}:{now.date().isoformat()}",
            now=now,
            words=lambda source=source, names=names: (  # type: ignore[misc]  # bound now, for the loop goes on
                _("%(source)s: unknown dealers") % {"source": source.title},
                _("Records wait for dealers that no source has sent: %(names)s.") % {"names": names},
            ),
        )
    return len(by_source)


def release_waiting(*, now: datetime) -> None:
    """Apply what waits for something that is there by now, in case it came some other way."""
    with transaction.atomic():
        outcome = release_ready(now)
        announce(outcome)
        result = Result()
        result.take(outcome, [])
        Rejection.objects.bulk_create(rejections_released(result, now))
        if result.released:
            count(result.by_source(), now=now)
