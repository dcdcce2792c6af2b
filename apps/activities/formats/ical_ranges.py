"""A change of "this and all that follow" (RANGE=THISANDFUTURE, RFC 5545, 3.8.4.4) read as a series of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from apps.activities.formats.ical_items import Item
from apps.activities.formats.recurrence import RuleRefused, clean_rule, shifted, starts_of, with_end, without_count


def split(items: list[Item], change: Item) -> list[Item]:
    """The items with the series of `change` cut in two where it begins. Raises RuleRefused if that can't be said.

    What comes after the cut has a UID made of the series' and the place: a second import finds it again.
    """
    series = next((each for each in items if each.uid == change.uid and each.recurrence is None), None)
    if series is None or series.when is None or change.when is None or change.recurrence is None:
        raise RuleRefused
    cut, moved = change.recurrence, change.when.start - change.recurrence
    rule = clean_rule(series.rule, zone=series.when.zone, is_all_day=series.when.is_all_day) if series.rule else ""
    gone = len(starts_of(rule, start=series.when.start, after=series.when.start, before=cut))
    rest = replace(
        change,
        uid=f"{change.uid[:220]}#{cut:%Y%m%dT%H%M%S}",
        recurrence=None,
        recurrence_at=None,
        is_range=False,
        rule=shifted(without_count(rule, gone), cut, change.when.start) if rule else "",
        extra=[each + moved for each in series.extra if each > cut],
        left_out=[each + moved for each in series.left_out if each > cut],
    )
    return [
        *([_until(series, rule, cut)] if gone else ()),
        rest,
        *(_along(each, rest, cut, moved) for each in items if each is not series and each is not change),
    ]


def _until(series: Item, rule: str, cut: datetime) -> Item:
    extra, left_out = ([each for each in dates if each < cut] for dates in (series.extra, series.left_out))
    return replace(series, rule=with_end(rule, cut - timedelta(seconds=1)), extra=extra, left_out=left_out)


def _along(item: Item, rest: Item, cut: datetime, moved: timedelta) -> Item:
    """One that differs from the series by itself goes along with what follows."""
    if item.recurrence is None or item.recurrence < cut or not rest.uid.startswith(f"{item.uid[:220]}#"):
        return item
    return replace(item, uid=rest.uid, recurrence=item.recurrence + moved, recurrence_at=None)
