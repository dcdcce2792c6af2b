"""What an iCalendar file says, as plain data: the same for reading and for writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from apps.activities.formats.recurrence import kept


@dataclass(frozen=True, slots=True)
class When:
    """As the wall clock of an IANA `zone` shows it (naive); whole days from midnight to midnight."""

    start: datetime
    end: datetime
    zone: str
    is_all_day: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    email: str
    name: str = ""
    answer: str = "needs-action"  # accepted, declined, tentative, needs-action
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A meeting (VEVENT) or a task (VTODO). `recurrence` says which one of a series it replaces."""

    kind: str  # "event", "todo"
    uid: str
    subject: str
    when: When | None = None  # of a task: from its start, or none
    line: int = 0  # of the file, where it begins
    recurrence: datetime | None = None  # naive, on the wall clock of the series
    recurrence_at: datetime | None = None  # the same as a moment (UTC), where a file that was read says one
    is_range: bool = False  # what it says holds for all that follow, too
    series_zone: str = ""  # of that series, for writing
    series_has_days: bool = False
    sequence: int = 0
    stamp: datetime | None = None  # when this was written, UTC
    text: str = ""
    place: str = ""
    status: str = "confirmed"  # of a task: "open", "done", "cancelled"
    is_private: bool = False
    rule: str = ""
    extra: Sequence[datetime] = ()
    left_out: Sequence[datetime] = ()
    organiser: Person | None = None
    people: Sequence[Person] = ()
    due_on: date | None = None
    due_at: datetime | None = None  # UTC
    completed_at: datetime | None = None  # UTC
    priority: int = 0  # 1 is the most urgent, 0 says nothing

    def recurrence_keys(self, zone: str) -> list[str]:
        """How `recurrence` may be kept with a series of that zone; what a file says in UTC is its wall clock's."""
        if self.recurrence is None:
            return []
        wall = self.recurrence_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) if self.recurrence_at else None
        moments = [self.recurrence, wall] if wall else [self.recurrence]
        return [kept(moment, is_all_day=is_all_day) for moment in moments for is_all_day in (True, False)]


@dataclass(frozen=True, slots=True)
class Broken:
    line: int
    subject: str
    reason: str


@dataclass(slots=True)
class Parsed:
    """All of a file: what it says, and what of it can't be taken."""

    method: str = ""
    items: list[Item] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
