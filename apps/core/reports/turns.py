"""When a scheduled report has its turn, by the company's clocks."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from apps.core.reports import company_zone


@dataclass(frozen=True, slots=True)
class Turns:
    """`every` is "day", "week" (on `weekday`, Monday is 0) or "month" (on `day`, of a shorter one the last)."""

    every: str
    hour: int
    weekday: int = 0
    day: int = 1

    def after(self, moment: datetime) -> datetime:
        """The first turn later than `moment`, in UTC. An hour that clocks leave out comes one later."""
        day = moment.astimezone(company_zone()).date() - timedelta(days=1)
        while True:
            if self._is_on(day):
                turn = datetime.combine(day, time(self.hour), company_zone()).astimezone(UTC)
                if turn > moment:
                    return turn
            day += timedelta(days=1)

    def _is_on(self, day: date) -> bool:
        if self.every == "week":
            return day.weekday() == self.weekday
        if self.every == "month":
            return day.day == min(self.day, calendar.monthrange(day.year, day.month)[1])
        return True
