"""A series that begins with a single meeting, or repeats by another rule than before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.activities.formats.recurrence import kept
from apps.activities.models import Meeting, Series
from apps.activities.services.meeting_inputs import Repeat, Span
from apps.activities.services.series import make_occurrences, mark_made, new_series, pattern_of, starts_ahead
from apps.core.services.operations import Recorder, snapshot

if TYPE_CHECKING:
    from apps.accounts.models import User


def begin_series(meeting: Meeting, repeat: Repeat, *, actor: User, recorder: Recorder, now: datetime) -> None:
    """Let a single meeting be the first of a series. Raises ValidationError under "rule"."""
    series = new_series(Span.of(meeting), repeat, uid=meeting.uid, sequence=meeting.sequence)
    mark_made(series, now=now)
    series.save(force_insert=True)
    recorder.created(series)
    before = snapshot(meeting)
    meeting.series, meeting.recurrence_id = series, meeting.local_start
    meeting.save(update_fields=["series", "recurrence_id"])
    recorder.updated(meeting, before)
    _note(make_occurrences(series, meeting, starts_ahead(series, now=now), actor=actor, now=now), recorder)


def remake(
    series: Series, meetings: Sequence[Meeting], meeting: Meeting, *, actor: User, recorder: Recorder, now: datetime
) -> None:
    """Follow a new rule: what no longer fits and lies ahead goes, what is missing is made like the others."""
    starts = starts_ahead(series, now=now)
    if not starts:
        raise ValidationError({"rule": _("It never takes place.")})
    pattern = pattern_of(series) or meeting
    wanted = {kept(each, is_all_day=series.is_all_day) for each in starts}
    for each in meetings:
        if each.recurrence_id in wanted or each.begins <= now:
            continue
        before = snapshot(each.activity)
        each.activity.removed_at = now
        each.activity.facts = {**each.activity.facts, "is_over": True}
        each.activity.save(update_fields=["removed_at", "facts"])
        recorder.updated(each.activity, before)
    _note(make_occurrences(series, pattern, starts, actor=actor, now=now), recorder)


def _note(made: Sequence[Meeting], recorder: Recorder) -> None:
    """New occurrences go away with the change that brought them, by an undo."""
    for each in made:
        recorder.created(each.activity)
        recorder.created(each)
