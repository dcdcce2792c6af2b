"""Occurrences of a series: meetings of their own, made 18 months ahead and further as time goes on."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction

from apps.activities.formats.recurrence import (
    RuleRefused,
    clean_rule,
    ends_before,
    kept,
    local,
    starts_of,
)
from apps.activities.models import Activity, ActivityEntity, Attendee, Meeting, Series
from apps.activities.services.meeting_inputs import Repeat, Span, facts_of
from apps.activities.services.reminders import copy_reminders

if TYPE_CHECKING:
    from apps.accounts.models import User

AHEAD = timedelta(days=548)
BACK = timedelta(days=366)  # of what began long ago and repeats often, so much of the past
_SLACK = timedelta(days=14)  # a series is extended once it lacks so much


def new_series(span: Span, repeat: Repeat, *, uid: str, sequence: int = 0) -> Series:
    """An unsaved series; raises ValidationError under "rule"."""
    try:
        rule = clean_rule(repeat.rule, zone=span.zone, is_all_day=span.is_all_day) if repeat.rule else ""
    except RuleRefused as error:
        raise ValidationError({"rule": str(error)}) from error
    extra, left_out = repeat.kept_dates(is_all_day=span.is_all_day)
    return Series(
        rule=rule,
        extra=extra,
        left_out=left_out,
        local_start=kept(span.start, is_all_day=span.is_all_day),
        zone=span.zone,
        seconds=int(span.duration.total_seconds()),
        is_all_day=span.is_all_day,
        uid=uid,
        sequence=sequence,
    )


def starts_ahead(series: Series, *, now: datetime) -> list[datetime]:
    """The starts that are to have rows by now, from the first on. Raises ValidationError under "rule"."""
    before = (now + AHEAD).replace(tzinfo=None)
    try:
        return _starts(series, local(series.local_start), before)
    except RuleRefused:
        try:
            return _starts(series, (now - BACK).replace(tzinfo=None), before)
        except RuleRefused as error:
            raise ValidationError({"rule": str(error)}) from error


def _starts(series: Series, after: datetime, before: datetime) -> list[datetime]:
    start = local(series.local_start)
    return starts_of(
        series.rule,
        start=start,
        after=after,
        before=max(before, start + timedelta(days=1)),  # what begins in years has its first one at least
        extra=[local(each) for each in series.extra],
        left_out=[local(each) for each in series.left_out],
    )


def mark_made(series: Series, *, now: datetime) -> None:
    """Note how far rows are made; None once nothing is to come beyond."""
    horizon = (now + AHEAD).replace(tzinfo=None)
    start = local(series.local_start)
    done = ends_before(series.rule, horizon, start=start) and all(local(each) < horizon for each in series.extra)
    series.made_until = None if done else horizon.date()


def make_occurrences(
    series: Series, pattern: Meeting, starts: Sequence[datetime], *, actor: User | None, now: datetime
) -> list[Meeting]:
    """Rows for these starts, each like `pattern`; those that are there already stay as they are."""
    there = set(series.meetings.values_list("recurrence_id", flat=True))
    wanted = [each for each in starts if kept(each, is_all_day=series.is_all_day) not in there]
    if not wanted:
        return []
    links = list(pattern.activity.participants.order_by("pk"))
    guests = list(pattern.attendees.order_by("pk"))
    span = Span.of(pattern)
    meetings = [_like(pattern, span.at(start), kept(start, is_all_day=series.is_all_day), now) for start in wanted]
    Activity.objects.bulk_create([each.activity for each in meetings], batch_size=500)
    ActivityEntity.objects.bulk_create(
        [_link(link, each.activity) for each in meetings for link in links], batch_size=1000
    )
    for meeting in meetings:
        meeting.activity_id = meeting.activity.pk
    Meeting.objects.bulk_create(meetings, batch_size=500)
    Attendee.objects.bulk_create([_guest(guest, each) for each in meetings for guest in guests], batch_size=1000)
    # Nobody is told of each: the series was told of once, with its first meeting.
    copy_reminders(pattern.activity, [each.activity for each in meetings], now=now)
    return meetings


def extend_series(*, now: datetime) -> int:
    """Make what the last weeks have brought into reach; returns how many meetings were made. May run twice."""
    due = Series.objects.filter(made_until__lt=(now + AHEAD - _SLACK).date()).order_by("pk")
    made = 0
    for pk in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            series = Series.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
            if series is not None:
                made += _extend(series, now)
    return made


def _extend(series: Series, now: datetime) -> int:
    pattern = pattern_of(series)
    made: list[Meeting] = []
    if pattern is not None and series.made_until is not None:
        after = datetime.combine(series.made_until, datetime.min.time()) - timedelta(days=2)
        before = (now + AHEAD).replace(tzinfo=None)
        made = make_occurrences(series, pattern, _starts(series, after, before), actor=pattern.organiser, now=now)
    mark_made(series, now=now)
    series.save(update_fields=["made_until"])
    return len(made)


def pattern_of(series: Series) -> Meeting | None:
    """The latest one that is as the series is, to make others like it; None if nothing of it is left."""
    found = series.meetings.select_related("activity", "organiser").filter(activity__removed_at=None)
    like_it = found.filter(is_apart=False).exclude(status=Meeting.Status.CANCELLED)
    return like_it.order_by("-recurrence_id").first()


def _like(pattern: Meeting, span: Span, recurrence_id: str, now: datetime) -> Meeting:
    activity, meeting = copy.copy(pattern.activity), copy.copy(pattern)
    for instance in (activity, meeting):
        instance._state = copy.copy(instance._state)
        instance._state.adding = True
        instance._state.fields_cache = dict(instance._state.fields_cache)
    activity.pk, activity.created_at, activity.pinned_at = None, now, None
    for name, value in span.fields().items():
        setattr(meeting, name, value)
    meeting.recurrence_id, meeting.activity, meeting.is_apart = recurrence_id, activity, False
    activity.occurred_at = meeting.begins
    activity.facts = facts_of(meeting)
    return meeting


def _link(link: ActivityEntity, activity: Activity) -> ActivityEntity:
    return ActivityEntity(
        activity=activity,
        entity_id=link.entity_id,
        role=link.role,
        via_employer=link.via_employer,
        occurred_at=activity.occurred_at,
    )


def _guest(guest: Attendee, meeting: Meeting) -> Attendee:
    return Attendee(
        meeting=meeting,
        user_id=guest.user_id,
        entity_id=guest.entity_id,
        email=guest.email,
        name=guest.name,
        role=guest.role,
        answer=guest.answer,
        answered_at=guest.answered_at,
        answered_sequence=guest.answered_sequence,
    )
