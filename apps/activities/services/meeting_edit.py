"""A change of a meeting under way: which meetings are meant, what they were, and what becomes of them."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

from apps.activities.formats.recurrence import RuleRefused, clean_rule, kept, local, same_rule, shifted, without_count
from apps.activities.models import Activity, Attendee, Meeting, Series
from apps.activities.services.invitations import invite, invite_series
from apps.activities.services.meeting_inputs import Repeat, Span, Words, facts_of
from apps.activities.services.meetings import address, colleagues_of, set_answer
from apps.activities.services.recording import clean_subject, clean_text, follow_moments, readers_of
from apps.activities.services.scopes import Scope, affected, split_before
from apps.activities.services.series import mark_made
from apps.core.services.operations import Recorder, snapshot

if TYPE_CHECKING:
    from apps.accounts.models import User

_COLUMNS = [
    *("is_all_day", "starts_at", "ends_at", "starts_on", "ends_on", "local_start", "zone", "place", "status"),
    *("sequence", "uid", "series", "recurrence_id", "is_apart"),
]


class Change:
    """Built in the order move, say, repeat; `save` writes it, `tell` sends it out."""

    def __init__(self, actor: User, meeting: Meeting, scope: str, recorder: Recorder, now: datetime) -> None:
        self.actor, self.recorder, self.now, self.scope = actor, recorder, now, scope
        self.series, self.meetings = affected(meeting, scope)
        self.whole = self.series is not None and scope != Scope.ONE
        self.meeting = next((each for each in self.meetings if each.pk == meeting.pk), meeting)
        self.before = {each.pk: (snapshot(each), snapshot(each.activity)) for each in self.meetings}
        self.before_series = snapshot(self.series) if self.series else {}
        self.has_moved = self.has_new_rule = False
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

    def say(self, words: Words, *, spares_apart: bool = False) -> None:
        subject, text = clean_subject(words.subject, required=True), clean_text(words.text)
        for each in self.meetings:
            if spares_apart and each.is_apart and each.pk != self.meeting.pk:
                continue
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

    def repeat(self, repeat: Repeat) -> None:
        """Let the series repeat by another rule, unless it is the one that a form showed; before `save`."""
        if self.series is None or not self.whole:
            return
        span = Span.of(self.meeting)
        wanted = "" if repeat.extra and not repeat.rule else repeat.rule or "FREQ=DAILY;COUNT=1"
        try:
            rule = clean_rule(wanted, zone=span.zone, is_all_day=span.is_all_day) if wanted else ""
        except RuleRefused as error:
            raise ValidationError({"rule": str(error)}) from error
        if not same_rule(rule, self.rule_before) and rule != self.series.rule:
            self.series.rule = rule
            self.has_new_rule = True
        if repeat.says_dates:
            extra, left_out = repeat.kept_dates(is_all_day=span.is_all_day)
            self.has_new_rule |= (extra, left_out) != (self.series.extra, self.series.left_out)
            self.series.extra, self.series.left_out = extra, left_out

    def save(self) -> None:
        """Write what differs, and let timelines, reminders and answers follow."""
        changed = [each for each in self.meetings if self._differs(each)]
        if self.whole and (changed or self.has_new_rule):
            self._save_series()
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
        follow_moments([each.pk for each in moved], now=self.now)
        self._ask_again(moved)

    def _save_series(self) -> None:
        """Written before its meetings are, so that an undo, which goes backwards, takes a new one away last."""
        series = self.series
        if series is not None:
            series.sequence += 1
            mark_made(series, now=self.now)
            series.save()
            self.recorder.updated(series, self.before_series)
            self.before_series = snapshot(series)

    def _differs(self, meeting: Meeting) -> bool:
        return (snapshot(meeting), snapshot(meeting.activity)) != self.before[meeting.pk]

    def _ask_again(self, moved: Sequence[Meeting]) -> None:
        """Who said yes to another time hasn't said yes to this one."""
        by_pk = {each.pk: each for each in moved}
        answers = Attendee.objects.filter(meeting__in=by_pk).exclude(answer=Attendee.Answer.OPEN)
        for row in answers.exclude(user=self.actor).order_by("pk"):
            sequence = by_pk[row.meeting_id].sequence
            set_answer(row, Attendee.Answer.OPEN, sequence=sequence, now=self.now, recorder=self.recorder)

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
