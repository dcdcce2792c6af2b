"""Changing a meeting, or many of a series at once: times, words, guests, how it repeats."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from apps.activities.formats.recurrence import RuleRefused, clean_rule, kept, local, same_rule, shifted, without_count
from apps.activities.models import Activity, ActivityEntity, Attendee, Meeting, Series
from apps.activities.permissions import can_change_activity
from apps.activities.services.guests import relink, set_guests
from apps.activities.services.invitations import invite, invite_series
from apps.activities.services.meeting_inputs import Guests, Repeat, Span, Words, facts_of
from apps.activities.services.meetings import address, colleagues_of, set_answer
from apps.activities.services.recording import clean_subject, clean_text, readers_of
from apps.activities.services.scopes import Scope, affected, split_before
from apps.activities.services.series import make_occurrences, mark_made, new_series, pattern_of, starts_ahead
from apps.activities.signals import activities_moved
from apps.core.services.operations import Recorder, operate, snapshot

if TYPE_CHECKING:
    from apps.accounts.models import User

_COLUMNS = [
    *("is_all_day", "starts_at", "ends_at", "starts_on", "ends_on", "local_start", "zone", "place", "status"),
    *("sequence", "uid", "series", "recurrence_id", "is_apart"),
]


def move_meeting(*, actor: User, meeting: Meeting, span: Span, now: datetime, scope: str = Scope.ONE) -> int | None:
    """Put a meeting, this and the following, or all of its series elsewhere in time, as far as this one is moved."""
    return change_meeting(actor=actor, meeting=meeting, span=span, now=now, scope=scope)


def change_meeting(
    *,
    actor: User,
    meeting: Meeting,
    now: datetime,
    scope: str = Scope.ONE,
    span: Span | None = None,
    words: Words | None = None,
    guests: Guests | None = None,
    repeat: Repeat | None = None,
) -> int | None:
    """Change what is given; None leaves it. Returns the operation to undo, None if nothing changed.

    `repeat` holds for the whole series (it makes one of a single meeting) and is left alone with scope "one". Meetings
    of the series that were changed by themselves keep their own times. Raises PermissionDenied, and ValidationError as
    `plan_meeting` does.
    """
    if not can_change_activity(actor, meeting.activity):
        raise PermissionDenied
    span, words = span and span.checked(), words and words.checked()
    with operate(actor=actor, verb="meeting.changed" if words else "meeting.moved", now=now) as recorder:
        change = _Change(actor, meeting, scope, recorder, now)
        if span:
            change.move(span)
        if words:
            change.say(words)
        change.save()
        new: set[int] = set()
        gone: list[Attendee] = []
        if guests is not None:
            new, gone = set_guests(change.meetings, guests.checked(), actor=actor, recorder=recorder, now=now)
        if repeat is not None:
            change.repeat(repeat)
        if not recorder.changes:
            return None
        if meeting.imported_sequence is None:
            change.tell(new, gone)
    return recorder.operation.pk


class _Change:
    """The meetings that are meant, what they were, and what becomes of them."""

    def __init__(self, actor: User, meeting: Meeting, scope: str, recorder: Recorder, now: datetime) -> None:
        self.actor, self.recorder, self.now, self.scope = actor, recorder, now, scope
        self.series, self.meetings = affected(meeting, scope)
        self.whole = self.series is not None and scope != Scope.ONE
        self.meeting = next((each for each in self.meetings if each.pk == meeting.pk), meeting)
        self.before = {each.pk: (snapshot(each), snapshot(each.activity)) for each in self.meetings}
        self.before_series = snapshot(self.series) if self.series else {}
        self.has_moved = False
        self.split_from: Series | None = None
        self.rule_before = self.series.rule if self.series else ""
        if self.whole and scope == Scope.FOLLOWING:
            self._split()

    def _split(self) -> None:
        """Let "this and the following" be a series of its own."""
        old = self.series
        if old is None:
            return
        gone = old.meetings.filter(recurrence_id__lt=self.meeting.recurrence_id).count()
        if not gone:
            return
        new = copy.copy(old)
        new._state = copy.copy(old._state)
        new.pk, new._state.adding = None, True
        new.local_start = self.meeting.recurrence_id
        new.rule = without_count(old.rule, gone)
        new.uid = f"{self.meeting.pk}-{self.now:%Y%m%dT%H%M%S%f}-{old.uid}"[:255]
        split_before(old, self.meeting.recurrence_id)
        old.sequence, old.made_until = old.sequence + 1, None
        old.save()
        self.split_from = old
        self.recorder.updated(old, self.before_series)
        new.save(force_insert=True)
        self.recorder.created(new)
        self.series, self.before_series = new, snapshot(new)
        for each in self.meetings:
            each.series, each.uid = new, new.uid

    def move(self, span: Span) -> None:
        own = local(self.meeting.recurrence_id) if self.whole and self.meeting.is_apart else Span.of(self.meeting).start
        delta = span.start - own
        old = Span.of(self.meeting)
        self.has_moved = (span.starts_at, span.ends_at, span.is_all_day) != (old.starts_at, old.ends_at, old.is_all_day)
        if not self.has_moved and span.zone == old.zone:
            return
        if self.whole:
            self._move_series(span, delta)
        for each in self.meetings:
            goes = each.pk == self.meeting.pk or not (each.is_apart or each.is_cancelled)
            if goes:
                start = local(each.recurrence_id if self.whole else each.local_start) + delta
                start = span.start if each.pk == self.meeting.pk else start
                for name, value in span.at(start).fields().items():
                    setattr(each, name, value)
                each.is_apart = self.series is not None and not self.whole
            if self.whole:
                each.recurrence_id = kept(local(each.recurrence_id) + delta, is_all_day=span.is_all_day)

    def _move_series(self, span: Span, delta: timedelta) -> None:
        series = self.series
        if series is None:
            return
        start = local(series.local_start)
        try:
            series.rule = shifted(series.rule, start, start + delta)
        except RuleRefused as error:
            raise ValidationError({"rule": str(error)}) from error
        series.local_start = kept(start + delta, is_all_day=span.is_all_day)
        seconds = int(span.duration.total_seconds())
        series.zone, series.seconds, series.is_all_day = span.zone, seconds, span.is_all_day
        series.extra = [kept(local(each) + delta, is_all_day=span.is_all_day) for each in series.extra]
        series.left_out = [kept(local(each) + delta, is_all_day=span.is_all_day) for each in series.left_out]

    def say(self, words: Words) -> None:
        subject, text = clean_subject(words.subject, required=True), clean_text(words.text)
        for each in self.meetings:
            activity = each.activity
            if activity.visibility != words.visibility:
                people = list(each.attendees.filter(user__isnull=False).values_list("user", flat=True))
                entities = [link.entity for link in activity.participants.filter(via_employer=False)]
                activity.visibility = words.visibility
                activity.readers = readers_of(words.visibility, activity.actor, people, entities, now=self.now)
            activity.subject, activity.snippet, activity.category = subject, text, words.category
            each.place = words.place.strip()
            if not each.is_cancelled:
                each.status = words.status
            if self.series is not None and not self.whole:
                each.is_apart = True

    def save(self) -> None:
        """Write what differs, and let timelines, reminders and answers follow."""
        changed = [each for each in self.meetings if self._differs(each)]
        for each in changed:
            each.sequence += 1
            each.activity.occurred_at = each.begins
            each.activity.facts = facts_of(each)
        columns = ["occurred_at", "facts", "subject", "snippet", "visibility", "readers", "category"]
        Activity.objects.bulk_update([each.activity for each in changed], columns, batch_size=200)
        Meeting.objects.bulk_update(changed, _COLUMNS, batch_size=200)
        moved = []
        for each in changed:
            before, before_activity = self.before[each.pk]
            self.recorder.updated(each, before)
            self.recorder.updated(each.activity, before_activity)
            if before["starts_at"] != snapshot(each)["starts_at"] or before["starts_on"] != snapshot(each)["starts_on"]:
                moved.append(each)
        settle_times([each.activity for each in moved], now=self.now)
        self._ask_again(moved)
        if self.series and self.whole and changed:
            self.series.sequence += 1
            mark_made(self.series, now=self.now)
            self.series.save()
            self.recorder.updated(self.series, self.before_series)
            self.before_series = snapshot(self.series)

    def _differs(self, meeting: Meeting) -> bool:
        return (snapshot(meeting), snapshot(meeting.activity)) != self.before[meeting.pk]

    def _ask_again(self, moved: Sequence[Meeting]) -> None:
        """Who said yes to another time hasn't said yes to this one."""
        by_pk = {each.pk: each for each in moved}
        answers = Attendee.objects.filter(meeting__in=by_pk).exclude(answer=Attendee.Answer.OPEN)
        for row in answers.exclude(user=self.actor).order_by("pk"):
            sequence = by_pk[row.meeting_id].sequence
            set_answer(row, Attendee.Answer.OPEN, sequence=sequence, now=self.now, recorder=self.recorder)

    def repeat(self, repeat: Repeat) -> None:
        """Let the series repeat by another rule: what no longer fits and lies ahead goes, what is missing is made."""
        if self.series is not None and not self.whole:
            return
        if self.series is None:
            if repeat:
                self._begin_series(repeat)
            return
        span = Span.of(self.meeting)
        try:
            rule = clean_rule(repeat.rule or "FREQ=DAILY;COUNT=1", zone=span.zone, is_all_day=span.is_all_day)
        except RuleRefused as error:
            raise ValidationError({"rule": str(error)}) from error
        if same_rule(rule, self.rule_before) or rule == self.series.rule:
            return  # as the form showed it
        self.series.rule = rule
        self._remake(self.series)

    def _begin_series(self, repeat: Repeat) -> None:
        span = Span.of(self.meeting)
        series = new_series(span, repeat, uid=self.meeting.uid, sequence=self.meeting.sequence)
        mark_made(series, now=self.now)
        series.save(force_insert=True)
        self.recorder.created(series)
        before = snapshot(self.meeting)
        self.meeting.series, self.meeting.recurrence_id = series, self.meeting.local_start
        self.meeting.save(update_fields=["series", "recurrence_id"])
        self.recorder.updated(self.meeting, before)
        made = make_occurrences(
            series, self.meeting, starts_ahead(series, now=self.now), actor=self.actor, now=self.now
        )
        self._note(made)

    def _remake(self, series: Series) -> None:
        starts = starts_ahead(series, now=self.now)
        if not starts:
            raise ValidationError({"rule": _("It never takes place.")})
        pattern = pattern_of(series) or self.meeting
        wanted = {kept(each, is_all_day=series.is_all_day) for each in starts}
        for each in self.meetings:
            fits = each.recurrence_id in wanted
            if fits or each.begins <= self.now or each.pk == pattern.pk == self.meeting.pk:
                continue
            before = snapshot(each.activity)
            each.activity.removed_at = self.now
            each.activity.facts = {**each.activity.facts, "is_over": True}
            each.activity.save(update_fields=["removed_at", "facts"])
            self.recorder.updated(each.activity, before)
        self._note(make_occurrences(series, pattern, starts, actor=self.actor, now=self.now))
        series.sequence += 1
        mark_made(series, now=self.now)
        series.save()
        self.recorder.updated(series, self.before_series)

    def tell(self, new: set[int], gone: Sequence[Attendee]) -> None:
        """Let colleagues know, and send everybody the invitation anew."""
        meeting, actor, now = self.meeting, self.actor, self.now
        address(meeting, "meeting.invited", new, actor=actor, now=now)
        if self.has_moved:
            address(meeting, "meeting.moved", set(colleagues_of(meeting)) - new, actor=actor, now=now)
        meeting.refresh_from_db()
        whole = meeting.series is not None and (self.whole or self.series is None)
        if self.split_from is not None:
            invite_series(self.split_from, actor=actor, now=now)
        invite(meeting, whole=whole, actor=actor, now=now)
        if gone:
            invite(meeting, method="CANCEL", whole=whole, to=gone, actor=actor, now=now)

    def _note(self, made: Sequence[Meeting]) -> None:
        """New occurrences go away with the change that brought them, by an undo."""
        for each in made:
            self.recorder.created(each.activity)
            self.recorder.created(each)


def settle_times(activities: Sequence[Activity], *, now: datetime) -> None:
    """Let timelines and reminders follow where entries now stand in time."""
    own = Activity.objects.filter(pk=OuterRef("activity")).values("occurred_at")
    ActivityEntity.objects.filter(activity__in=activities).update(occurred_at=Subquery(own))
    if activities:
        activities_moved.send(sender=Activity, ids=[each.pk for each in activities], now=now)


def settle_undone(ids: Sequence[int], now: datetime) -> None:
    """After an undo: what hangs on a meeting's times and guests, anew."""
    meetings = list(Meeting.objects.select_related("activity").filter(pk__in=ids).order_by("pk"))
    relink(meetings, now=now)
    settle_times([each.activity for each in meetings], now=now)
