"""Rules of repetition (RFC 5545, 3.3.10), on the wall clock of the series' own zone. Pure code, no database.

Starts are naive datetimes, midnight where whole days repeat. A rule is kept with a local UNTIL, so that moving a series
to another hour loses none of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MOST = 1000  # occurrences of one series that are kept at once
_MOST_WALKED = 50_000  # and those walked over on the way to them
_LONGEST = 500  # letters of a rule
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_LISTS = ("BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS", "BYHOUR", "BYMINUTE", "BYSECOND")
_LIMITS = {"BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYMONTH": 12, "BYSETPOS": 366}


class RuleRefused(ValueError):
    """A rule that can't be kept; the text says why, to a person."""


def clean_rule(text: str, *, zone: str, is_all_day: bool) -> str:
    """Return the rule in one spelling, its UNTIL on the wall clock of `zone`. Raises RuleRefused."""
    text = text.strip().upper().removeprefix("RRULE:").rstrip(";")
    if len(text) > _LONGEST:
        raise RuleRefused(_("This rule is too long."))
    parts: dict[str, str] = {}
    for part in text.split(";"):
        name, _equals, value = part.partition("=")
        if name in parts or not value:
            raise RuleRefused(_("This is no rule: %(part)s") % {"part": part[:40]})
        parts[name] = value.strip()
    for name, value in parts.items():
        _check(name, value)
    if "FREQ" not in parts:
        raise RuleRefused(_("The rule doesn't say how often."))
    if "COUNT" in parts and "UNTIL" in parts:
        del parts["COUNT"]
    if is_all_day:
        parts = {name: value for name, value in parts.items() if name not in ("BYHOUR", "BYMINUTE", "BYSECOND")}
    if until := parts.get("UNTIL"):
        parts["UNTIL"] = f"{_local_until(until, zone, is_all_day):%Y%m%dT%H%M%S}"
    return ";".join(f"{name}={value}" for name, value in parts.items())


def starts_of(
    rule: str,
    *,
    start: datetime,
    after: datetime,
    before: datetime,
    extra: Sequence[datetime] = (),
    left_out: Sequence[datetime] = (),
) -> list[datetime]:
    """All starts from `after` up to but not including `before`, sorted; `start` is one of them by itself.

    `rule` comes from `clean_rule`. Raises RuleRefused where there are more than MOST.
    """
    found = {each for each in (start, *extra) if after <= each < before}
    for walked, each in enumerate(_walk(rule, start, before)):
        if each >= after:
            found.add(each)
        if len(found) > MOST + len(left_out) or walked > _MOST_WALKED:
            raise RuleRefused(_("It repeats too often: at most %(most)s times are kept.") % {"most": MOST})
    return sorted(found - set(left_out))


def ends_before(rule: str, moment: datetime, *, start: datetime) -> bool:
    """Whether nothing comes from `moment` on."""
    parts = parts_of(rule)
    if until := parts.get("UNTIL"):
        return datetime.fromisoformat(until) < moment
    if "COUNT" in parts:
        return int(parts["COUNT"]) < _MOST_WALKED and not any(
            each >= moment for each in _walk(rule, start, moment.replace(year=moment.year + 400))
        )
    return not rule


def parts_of(rule: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in rule.split(";")) if rule else {}


def same_rule(one: str, other: str) -> bool:
    """Whether two rules say the same, up to the hour of the last day."""
    ours, theirs = ({**parts, "UNTIL": parts.get("UNTIL", "")[:8]} for parts in (parts_of(one), parts_of(other)))
    return ours == theirs


def with_end(rule: str, last: datetime) -> str:
    """The same rule, ending with `last`."""
    parts = {name: value for name, value in parts_of(rule).items() if name not in ("COUNT", "UNTIL")}
    return _joined(parts | {"UNTIL": f"{last:%Y%m%dT%H%M%S}"}) if rule else ""


def without_count(rule: str, gone: int) -> str:
    """What is left of a counted rule after `gone` of its starts."""
    parts = parts_of(rule)
    if "COUNT" in parts:
        parts["COUNT"] = str(max(1, int(parts["COUNT"]) - gone))
    return _joined(parts)


def shifted(rule: str, old: datetime, new: datetime) -> str:
    """The rule of a series whose start moves from `old` to `new`. Raises RuleRefused where that is not plain."""
    parts = parts_of(rule)
    if "UNTIL" in parts:
        parts["UNTIL"] = f"{datetime.fromisoformat(parts['UNTIL']) + (new - old):%Y%m%dT%H%M%S}"
    for name, value in (("BYHOUR", new.hour), ("BYMINUTE", new.minute), ("BYSECOND", new.second)):
        if name in parts:
            parts[name] = str(value)
    days = (new.date() - old.date()).days
    if not days:
        return _joined(parts)
    if "BYDAY" in parts and parts["FREQ"] == "WEEKLY":
        parts["BYDAY"] = ",".join(_DAYS[(_DAYS.index(day) + days) % 7] for day in parts["BYDAY"].split(","))
    elif parts.get("BYMONTHDAY") == str(old.day) and "BYDAY" not in parts:
        parts["BYMONTHDAY"] = str(new.day)
        if parts.get("BYMONTH") == str(old.month):
            parts["BYMONTH"] = str(new.month)
        elif "BYMONTH" in parts:
            raise RuleRefused(_too_intricate())
    elif any(name in parts for name in ("BYDAY", *_LIMITS)):
        raise RuleRefused(_too_intricate())
    return _joined(parts)


def _too_intricate() -> str:
    return _("This series can't be moved to another day as it is: change how it repeats.")


def described(rule: str) -> str:
    """ "Every 2 weeks" """
    parts = parts_of(rule)
    count = int(parts.get("INTERVAL", "1"))
    match parts.get("FREQ"):
        case "DAILY":
            return ngettext("Every day", "Every %(count)s days", count) % {"count": count}
        case "WEEKLY":
            return ngettext("Every week", "Every %(count)s weeks", count) % {"count": count}
        case "MONTHLY":
            return ngettext("Every month", "Every %(count)s months", count) % {"count": count}
        case "YEARLY":
            return ngettext("Every year", "Every %(count)s years", count) % {"count": count}
    return _("On several days")


def local(text: str) -> datetime:
    """A kept start ("2026-03-02T10:00:00" or "2026-03-02") as a naive datetime."""
    return datetime.fromisoformat(text)


def kept(start: datetime, *, is_all_day: bool) -> str:
    """A naive start as it is kept."""
    return start.date().isoformat() if is_all_day else start.replace(microsecond=0).isoformat()


def to_utc(start: datetime, zone: str) -> datetime:
    """A wall-clock time as a moment; one that the clocks skip is read as before they were set (RFC 5545, 3.3.5)."""
    return start.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _check(name: str, value: str) -> None:
    if name == "FREQ":
        if value not in _FREQUENCIES:
            raise RuleRefused(_("It repeats more often than daily, which isn't kept."))
        return
    if name in ("INTERVAL", "COUNT"):
        fits = value.isascii() and value.isdigit() and 1 <= int(value[:9]) <= 100_000 and len(value) < 9
    elif name == "UNTIL":
        fits = re.fullmatch(r"\d{8}(T\d{6}Z?)?", value, re.ASCII) is not None
    elif name == "BYDAY":
        pattern = r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)"
        fits = all(re.fullmatch(pattern, each, re.ASCII) for each in value.split(","))
    elif name == "WKST":
        fits = value in _DAYS
    elif name in _LISTS:
        numbers = value.split(",")
        fits = all(re.fullmatch(r"[+-]?\d{1,3}", each, re.ASCII) for each in numbers)
        limit = _LIMITS.get(name)
        if fits and limit:
            fits = all(0 < abs(int(each)) <= limit for each in numbers)
        elif fits:  # several times a day is more often than daily
            fits = len(numbers) == 1 and 0 <= int(value) <= (23 if name == "BYHOUR" else 59)
    else:
        fits = False
    if not fits:
        raise RuleRefused(_("This is no rule: %(part)s") % {"part": f"{name}={value}"[:40]})


def _local_until(text: str, zone: str, is_all_day: bool) -> datetime:
    try:
        if "T" not in text:
            day = date.fromisoformat(text)
            return datetime.combine(day, time.min if is_all_day else time(23, 59, 59))
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            moment = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    except (ValueError, OverflowError) as error:
        raise RuleRefused(_("This is no rule: %(part)s") % {"part": f"UNTIL={text}"[:40]}) from error
    return datetime.combine(moment.date(), time.min) if is_all_day else moment


def _walk(rule: str, start: datetime, before: datetime) -> Iterator[datetime]:
    """Starts by the rule alone, in order.

    A rule that matches no day (30 February) is walked by dateutil up to the year 9999. The calendar repeats every 400
    years, so the walk begins near that end instead, and what is found is moved back.
    """
    if not rule:
        return
    years = 400 * ((9990 - before.year) // 400)
    if start.year + years > 9990 or start.year < 1800:
        raise RuleRefused(_("It begins too far from today."))
    parts = parts_of(rule)
    until = min(datetime.fromisoformat(parts["UNTIL"]), before) if "UNTIL" in parts else before
    parts.pop("UNTIL", None)
    try:
        found = rrulestr(_joined(parts), dtstart=start.replace(year=start.year + years))
        for each in found:
            moment = each.replace(year=each.year - years)
            if moment > until or moment >= before:
                return
            yield moment
    except (ValueError, TypeError, IndexError, OverflowError) as error:
        raise RuleRefused(_("This is no rule: %(part)s") % {"part": rule[:40]}) from error


def _joined(parts: dict[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in parts.items())
