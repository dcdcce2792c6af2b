"""When a meeting takes place, on the wall clock that its people read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.activities.formats.recurrence import kept, to_utc
from apps.activities.models.meetings import Meeting


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when, as the wall clock of `zone` shows it (naive); whole days from midnight to midnight."""

    start: datetime
    end: datetime
    zone: str
    is_all_day: bool = False

    def checked(self) -> Span:
        """Raises ValidationError under "starts" or "ends"."""
        if self.zone not in available_timezones():
            raise ValidationError({"zone": _("There is no such time zone.")})
        if not 1900 <= self.start.year <= 2200 or not 1900 <= self.end.year <= 2200:
            raise ValidationError({"starts": _("It begins too far from today.")})
        if self.is_all_day:
            if self.end <= self.start:
                raise ValidationError({"ends": _("It ends before it begins.")})
            if self.end - self.start > Meeting.MOST_DAYS:
                raise ValidationError({"ends": _("It may last three years at most.")})
        elif self.ends_at < self.starts_at:
            raise ValidationError({"ends": _("It ends before it begins.")})
        elif self.duration > Meeting.LONGEST:
            raise ValidationError({"ends": _("It may last 60 days at most; what takes longer takes whole days.")})
        return self

    @property
    def starts_at(self) -> datetime:
        return to_utc(self.start, self.zone)

    @property
    def ends_at(self) -> datetime:
        return to_utc(self.end, self.zone)

    @property
    def duration(self) -> timedelta:
        return self.end - self.start if self.is_all_day else self.ends_at - self.starts_at

    def at(self, start: datetime) -> Span:
        """The same length, beginning at another time of the wall clock."""
        if self.is_all_day:
            return Span(start, start + self.duration, self.zone, True)
        ends_at = to_utc(start, self.zone) + self.duration
        return Span(start, ends_at.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None), self.zone)

    def fields(self) -> dict[str, Any]:
        """As columns of a Meeting."""
        timed = not self.is_all_day
        return {
            "is_all_day": self.is_all_day,
            "starts_at": self.starts_at if timed else None,
            "ends_at": self.starts_at + self.duration if timed else None,
            "starts_on": None if timed else self.start.date(),
            "ends_on": None if timed else self.end.date(),
            "local_start": kept(self.start, is_all_day=self.is_all_day),
            "zone": self.zone,
        }

    @classmethod
    def of(cls, meeting: Meeting) -> Span:
        zone = ZoneInfo(meeting.zone)
        start, end = (each.astimezone(zone).replace(tzinfo=None) for each in (meeting.begins, meeting.ends))
        if meeting.is_all_day:
            start = datetime.combine(meeting.starts_on or start.date(), datetime.min.time())
            end = datetime.combine(meeting.ends_on or end.date(), datetime.min.time())
        return cls(start, end, meeting.zone, meeting.is_all_day)

    @classmethod
    def between(cls, starts_at: datetime, ends_at: datetime, zone: str) -> Span:
        """Two moments, seen on the wall clock of `zone`."""
        start, end = (each.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for each in (starts_at, ends_at))
        return cls(start, end, zone)
