"""What "this one", "this and the following" and "all" mean for a meeting of a series."""

from __future__ import annotations

from datetime import timedelta

from apps.activities.formats.recurrence import local, with_end
from apps.activities.models import Meeting, Series


class Scope:
    ONE = "one"
    FOLLOWING = "following"
    ALL = "all"


def affected(meeting: Meeting, scope: str) -> tuple[Series | None, list[Meeting]]:
    """The series, locked, and the meetings that are meant, locked in the order of their keys, sorted by time.

    Those that were changed by themselves are among them in both cases; the caller leaves them where they were moved to.
    """
    rows = Meeting.objects.select_for_update(of=("self",)).select_related("activity").order_by("pk")
    if meeting.series_id is None or scope == Scope.ONE:
        series = Series.objects.filter(pk=meeting.series_id).first() if meeting.series_id else None
        return series, list(rows.filter(pk=meeting.pk))
    series = Series.objects.select_for_update().get(pk=meeting.series_id)
    rows = rows.filter(series=series, activity__removed_at=None)
    if scope == Scope.FOLLOWING:
        rows = rows.filter(recurrence_id__gte=meeting.recurrence_id)
    return series, sorted(rows, key=lambda each: each.recurrence_id)


def split_before(series: Series, recurrence_id: str) -> None:
    """Let a series end just before this one of its starts; the caller saves it."""
    last = local(recurrence_id) - timedelta(seconds=1)
    series.rule = with_end(series.rule, last)
    series.extra = [each for each in series.extra if each < recurrence_id]
    series.left_out = [each for each in series.left_out if each < recurrence_id]
