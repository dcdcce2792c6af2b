"""What is asked of a report, from an address, and back into one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict

from apps.core.reports import Dimension, Report
from apps.core.reports.periods import OWN, PRESETS, USUAL, Period, own_period, period_of

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(frozen=True, slots=True)
class Asked:
    """`preset` is a named period, or OWN; `chosen` are the values of the narrowings."""

    report: Report
    by: Dimension
    preset: str
    period: Period
    chosen: Mapping[str, str]
    words: Mapping[str, str] = field(default_factory=dict, compare=False)  # how what is chosen is called

    def rows(self, user: User) -> QuerySet[Any]:
        """All that it counts, of what `user` sees; in no order."""
        found = self.report.rows(user, self.period.first, self.period.last).order_by()
        for each in self.report.narrowings:
            if each.key in self.chosen:
                found = each.narrow(found, self.chosen[each.key])
        return found

    def narrowed(self) -> list[tuple[object, str]]:
        """What it is narrowed to, by the words of its choices."""
        return [(each.title, self.words[each.key]) for each in self.report.narrowings if self.words.get(each.key)]

    def earlier(self) -> Asked:
        return replace(self, preset=OWN, period=self.period.before())

    def pairs(self, *, fixed: bool = False) -> list[tuple[str, str]]:
        """As an address names it; `fixed` days don't move with the calendar."""
        pairs = [("by", self.by.key), ("period", OWN if fixed else self.preset)]
        if fixed or self.preset == OWN:
            pairs += [("from", self.period.first.isoformat()), ("to", self.period.last.isoformat())]
        return pairs + sorted(self.chosen.items())

    def query(self, *, fixed: bool = False) -> str:
        return urlencode(self.pairs(fixed=fixed))


def read_asked(report: Report, query: QueryDict, user: User, today: date) -> Asked:
    """Take what makes sense; the rest is the usual."""
    by = next((each for each in report.dimensions if each.key == query.get("by")), report.dimensions[0])
    preset = query.get("period", USUAL)
    if preset == OWN:
        period = own_period(query.get("from", ""), query.get("to", ""), today)
    else:
        preset = preset if preset in PRESETS else USUAL
        period = period_of(preset, today)
    chosen, words = {}, {}
    for each in report.narrowings:
        value = "" if query.get("all") == each.key else query.get(each.key, "")
        if not value and not each.required:
            continue
        if each.pick_url_name:
            known = {value: title} if (title := each.title_of(value)) else {}
        else:
            known = {key: str(title) for key, title in each.choices(user)}
        if value in known:
            chosen[each.key] = value
        elif each.required:
            chosen[each.key] = next(iter(known), "")
        words[each.key] = known.get(chosen.get(each.key, ""), "")
    return Asked(report, by, preset, period, chosen, words)
