"""When a truck will be at a stop: the planned window, narrower with each stop that is done on the way there.

Half of what is uncertain about a stop comes from those before it. So of a window that spans n stops (those before and
the stop itself) as much is left as there are stops to go: w * left / n, but never under `LEAST`, unless less was
planned. It lies around the last done stop's time plus the planned way from there, stretched or shortened as the way
so far was. While that time is within what was planned, the window stays within it too. So it never grows unless the
plant plans anew or takes a done stop back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

LEAST = timedelta(minutes=30)
SLOWEST, FASTEST = 1.5, 0.67  # how far the way so far may stretch or shorten what is to come


@dataclass(frozen=True, slots=True)
class Place:
    """A stop as the plan has it, and when it was done."""

    position: int
    window_from: datetime | None = None
    window_to: datetime | None = None
    done_at: datetime | None = None
    city: str = ""

    @property
    def middle(self) -> datetime | None:
        """The time the plan has for it."""
        if self.window_from is None:
            return None
        return self.window_from + ((self.window_to or self.window_from) - self.window_from) / 2


@dataclass(frozen=True, slots=True)
class Outlook:
    """`late` is by how many minutes the truck is behind (above zero) or ahead of its plan."""

    expected_from: datetime | None
    expected_to: datetime | None
    before: int  # stops before this one
    done: int  # of these
    city: str = ""  # where the truck was last
    at: datetime | None = None
    late: int | None = None

    def told(self) -> dict[str, int | str | None]:
        """As it is kept beside the window."""
        at = self.at.isoformat() if self.at else None
        return {"before": self.before, "done": self.done, "city": self.city, "at": at, "late": self.late}


def outlook(places: Sequence[Place], position: int) -> Outlook:
    """What is foreseen for the stop at `position`, which is one of `places`."""
    way = sorted(places, key=lambda place: place.position)
    index = next(number for number, place in enumerate(way) if place.position == position)
    mine, before = way[index], way[:index]
    done = [number for number, place in enumerate(before) if place.done_at is not None]
    passed = done[-1] + 1 if done else 0  # a stop that was left out is behind the truck too
    last = before[done[-1]] if done else None
    city, at = (last.city, last.done_at) if last else ("", None)
    known = [before[number] for number in done if before[number].middle is not None]
    if mine.window_from is None or mine.middle is None or not known:
        return Outlook(mine.window_from, mine.window_to, len(before), passed, city, at)
    arrival, late = _arrival(mine.middle, known)
    planned = (mine.window_to or mine.window_from) - mine.window_from
    width = max(planned * (len(before) + 1 - passed) / (len(before) + 1), min(LEAST, planned))
    start = arrival - width / 2
    if mine.window_from <= arrival <= mine.window_from + planned:
        start = min(max(start, mine.window_from), mine.window_from + planned - width)
    end = start + width if mine.window_to else None
    return Outlook(start, end, len(before), passed, city, at, late)


def _arrival(middle: datetime, known: Sequence[Place]) -> tuple[datetime, int]:
    """From where the truck was last, over the planned way at the pace so far; and how late it was there, in minutes."""
    first, last = known[0], known[-1]
    if first.middle is None or last.middle is None or first.done_at is None or last.done_at is None:
        raise ValueError("known stops have a window and a time")
    planned, taken = last.middle - first.middle, last.done_at - first.done_at
    pace = min(max(taken / planned, FASTEST), SLOWEST) if planned > timedelta() else 1.0
    ahead = max(middle - last.middle, timedelta())
    return last.done_at + ahead * pace, round((last.done_at - last.middle) / timedelta(minutes=1))
