"""Stopping a source whose format no longer fits, before its rejections pile up."""

from __future__ import annotations

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from apps.sync.models import Batch, Source
from apps.sync.services.alarms import tell_admins
from apps.sync.services.freshness import tell_freshness

NOTHING_FITS = 10  # so many records in a row, and all of them rejected: the format is another one


def look(source_id: int, *, now: datetime) -> bool:
    """Stop the source where too much of what it sent lately was rejected; True if it did.

    Its batches at hand stay applied, what was bad in them stays rejections; all that comes then waits. Only what was
    worked through since it was last resumed counts. Records that wait for their dealer aren't rejections.
    """
    source = Source.objects.select_related("plant").get(pk=source_id)
    if source.state == Source.State.STOPPED:
        return False
    read, rejected, in_a_row = _lately(source)
    if in_a_row >= NOTHING_FITS:
        code, figures = "row", {"count": in_a_row}
    elif rejected > source.rejection_share * source.breaker_window:
        code, figures = "share", {"count": rejected, "read": read}
    else:
        return False
    with translation.override(None):
        reason = _why(code, figures)
    held = Source.objects.filter(pk=source.pk).exclude(state=Source.State.STOPPED)
    if not held.update(state=Source.State.STOPPED, stopped_at=now, stopped_because=reason):
        return False
    source.state = Source.State.STOPPED
    tell_freshness(source)
    tell_admins(
        source,
        key=f"source-stopped:{source.pk}:{now.isoformat()}",
        now=now,
        words=lambda: (
            _("%(source)s has stopped") % {"source": source.title},
            _("%(why)s What it sends from now on is kept and waits. Mend the cause, then resume and replay.")
            % {"why": _why(code, figures)},
        ),
    )
    return True


def _why(code: str, figures: dict[str, int]) -> str:
    if code == "row":
        return _("The last %(count)s records were all rejected: the format no longer fits.") % figures
    return _("%(count)s of the last %(read)s records were rejected.") % figures


def _lately(source: Source) -> tuple[int, int, int]:
    """Records of the last batches up to the window, how many were rejected, and how many of the newest in a row."""
    done = Batch.objects.filter(source=source).exclude(state=Batch.State.WAITING)
    if source.stopped_at is not None:
        done = done.filter(applied_at__gt=source.stopped_at)
    read = rejected = in_a_row = 0
    unbroken = True
    rows = done.filter(records__gt=0).order_by("-received_at", "-pk").values_list("records", "rejected")
    for records, bad in rows[: source.breaker_window]:
        read += records
        rejected += bad
        unbroken = unbroken and bad >= records
        in_a_row += records if unbroken else 0
        if read >= source.breaker_window:
            break
    return read, rejected, in_a_row
