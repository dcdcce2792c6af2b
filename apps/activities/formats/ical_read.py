"""iCalendar files read (RFC 5545): meetings and tasks out of bytes, each by itself. Pure code, no database."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from icalendar import vDuration

from apps.activities.formats.ical_items import Broken, Item, Parsed, Person, When
from apps.activities.formats.ical_lines import MOST, Component, Property, cut
from apps.activities.formats.ical_ranges import split
from apps.activities.formats.ical_zones import Zones
from apps.activities.formats.recurrence import RuleRefused, to_utc

LARGEST = 10 * 1024 * 1024  # bytes of a file
_MOST_PEOPLE = 200
_MOST_DATES = 2000
_ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}
_WITHOUT_START = ("REPLY", "CANCEL")  # these may name a meeting by its UID alone (RFC 5546, 3.2.3 and 3.2.5)
_TODO_STATUS = {"COMPLETED": "done", "CANCELLED": "cancelled"}
_SHAPE = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?(Z)?)?", re.ASCII)


class _Refused(Exception):
    """This one can't be taken; the text says why."""


def read_calendar(data: bytes, *, zone: str) -> Parsed:
    """All of a file; `zone` is that of times which name none. What is broken stands beside what is whole."""
    parsed = Parsed()
    if len(data) > LARGEST:
        parsed.broken.append(Broken(1, "", _("The file is larger than %(limit)s MB.") % {"limit": LARGEST // 1024**2}))
        return parsed
    found = cut(data)
    parsed.method = found.method
    zones = Zones(zone)
    for each in found.components:
        if each.name == "VTIMEZONE":
            zones.describe(each.lines)
    for each in found.components:
        if each.name != "VTIMEZONE":
            _take(each, zones.within(each.zone), parsed)
    _settle_overrides(parsed)
    _settle_ranges(parsed)
    if found.too_many:
        parsed.broken.append(Broken(0, "", _("Only the first %(most)s entries are read.") % {"most": MOST}))
    if not parsed.items and not parsed.broken:
        known = found.has_calendar
        reason = _("There is no meeting and no task in it.") if known else _("This is no calendar file.")
        parsed.broken.append(Broken(1, "", reason))
    return parsed


def _take(component: Component, zones: Zones, parsed: Parsed) -> None:
    subject = component.text("SUMMARY")[:300]
    try:
        is_event = component.name == "VEVENT"
        parsed.items.append(_event(component, zones, parsed.method) if is_event else _todo(component, zones))
    except _Refused as refused:
        parsed.broken.append(Broken(component.line, subject, str(refused)))


def _event(component: Component, zones: Zones, method: str) -> Item:
    _must_be_whole(component, "DTSTART", "DTEND", "RRULE", "RECURRENCE-ID")
    start = component.first("DTSTART")
    if start is None and method not in _WITHOUT_START:
        raise _Refused(_("It doesn't say when it begins."))
    when = _when(component, start, zones) if start else None
    status = component.text("STATUS").upper()
    shared = _shared(component)
    return Item(
        kind="event",
        when=when,
        recurrence=_recurrence(component, when, zones),
        is_range=_is_range(component),
        status={"TENTATIVE": "tentative", "CANCELLED": "cancelled"}.get(status, "confirmed"),
        rule=_rule(component),
        extra=_dates(component, "RDATE", when, zones) if when else (),
        left_out=_dates(component, "EXDATE", when, zones) if when else (),
        organiser=next(iter(_people(component, "ORGANIZER")), None),
        people=_people(component, "ATTENDEE"),
        **shared,
    )


def _todo(component: Component, zones: Zones) -> Item:
    _must_be_whole(component, "DUE", "RRULE")
    due = component.first("DUE")
    moment = _moment(due, zones) if due else None
    start = component.first("DTSTART")
    due_on, due_at = None, None
    if isinstance(moment, datetime):
        due_at = _aware(moment, zones).astimezone(UTC)
    else:
        due_on = moment
    when = _when(component, start, zones, lasts=due is None) if start else None
    if when and due is None and component.first("DURATION"):
        due_on, due_at = (when.end.date(), None) if when.is_all_day else (None, to_utc(when.end, when.zone))
    done = component.first("COMPLETED")
    completed = _moment(done, zones) if done else None
    status = _TODO_STATUS.get(component.text("STATUS").upper(), "done" if completed else "open")
    priority = component.text("PRIORITY")
    return Item(
        kind="todo",
        when=when,
        status=status,
        rule=_rule(component),
        due_on=due_on,
        due_at=due_at,
        completed_at=_aware(completed, zones).astimezone(UTC) if isinstance(completed, datetime) else None,
        priority=int(priority) if priority.isascii() and priority.isdigit() and len(priority) < 2 else 0,
        organiser=next(iter(_people(component, "ORGANIZER")), None),
        people=_people(component, "ATTENDEE"),
        **_shared(component),
    )


def _shared(component: Component) -> dict[str, Any]:
    stamp = component.first("DTSTAMP") or component.first("LAST-MODIFIED")
    sequence = component.text("SEQUENCE")
    subject, text, place = (component.text(name) for name in ("SUMMARY", "DESCRIPTION", "LOCATION"))
    uid = component.text("UID")[:255]
    if not uid:  # a second import of the same file finds the same one
        said = repr(sorted((name, [each.value for each in found]) for name, found in component.properties.items()))
        uid = f"{hashlib.sha256(said.encode()).hexdigest()[:32]}@without-uid"
    return {
        "uid": uid,
        "line": component.line,
        "subject": " ".join(subject.split())[:300] or _("(no title)"),
        "text": text[:20_000],
        "place": " ".join(place.split())[:400],
        "sequence": int(sequence) if sequence.isascii() and sequence.isdigit() and len(sequence) < 9 else 0,
        "stamp": _stamp(stamp),
        "is_private": component.text("CLASS").upper() in ("PRIVATE", "CONFIDENTIAL"),
    }


def _must_be_whole(component: Component, *names: str) -> None:
    if not component.is_whole:
        raise _Refused(_("It breaks off before its end."))
    for name in names:
        if line := component.unread.get(name):
            raise _Refused(_("Line %(line)s can't be read: %(name)s") % {"line": line, "name": name})


def _when(component: Component, start: Property, zones: Zones, *, lasts: bool = True) -> When:
    begins = _moment(start, zones)
    zone = _zone_of(start, begins, zones)
    is_all_day = not isinstance(begins, datetime)
    first = _wall(begins, zone)
    end = component.first("DTEND") if lasts else None
    span = component.text("DURATION") if lasts else ""
    if end is not None:
        last = _wall(_moment(end, zones), zone)
    elif span:
        last = first + _duration(span)
    else:
        last = first + timedelta(days=1) if is_all_day else first
    if component.has_whole_days and lasts and first.time() == last.time() == time.min and last > first:
        is_all_day = True
    if is_all_day and last <= first:  # some programs write the last day instead of the one after it
        last = first + timedelta(days=1)
    if is_all_day:
        last = datetime.combine(last.date(), time.min)
    if last < first:
        raise _Refused(_("It ends before it begins."))
    return When(first, last, zone, is_all_day)


def _moment(prop: Property, zones: Zones) -> date | datetime:
    """A date, a datetime in UTC or another zone, or a naive one."""
    found = _SHAPE.fullmatch(prop.value.strip().upper())
    try:
        if found is None:
            raise ValueError
        year, month, day = (int(each) for each in found.groups()[:3])
        if found.group(4) is None:
            return date(year, month, day)
        clock = [int(each or 0) for each in found.groups()[3:6]]
        moment = datetime(year, month, day, clock[0], clock[1], min(clock[2], 59))  # noqa: DTZ001  # its zone follows
    except ValueError as error:
        text = _("Line %(line)s is no date: %(value)s") % {"line": prop.line, "value": prop.value[:40]}
        raise _Refused(text) from error
    if str(prop.params.get("VALUE", "")).upper() == "DATE":
        return moment.date()
    if found.group(7):
        return moment.replace(tzinfo=UTC)
    tzid = str(prop.params.get("TZID", ""))
    return moment.replace(tzinfo=ZoneInfo(zones.named(tzid, moment))) if tzid else moment


def _zone_of(prop: Property, moment: date | datetime, zones: Zones) -> str:
    """Of what repeats in UTC the wall clock is UTC's; times without a zone are the reader's."""
    if isinstance(moment, datetime) and moment.tzinfo is UTC:
        return "UTC"
    if isinstance(moment, datetime) and isinstance(moment.tzinfo, ZoneInfo):
        return moment.tzinfo.key
    return zones.here


def _wall(moment: date | datetime, zone: str) -> datetime:
    """On the wall clock of `zone`."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time.min)
    try:
        return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) if moment.tzinfo else moment
    except OverflowError as error:
        raise _Refused(_("It lies too far from today.")) from error


def _aware(moment: datetime, zones: Zones) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zones.here))


def _duration(text: str) -> timedelta:
    try:
        span: timedelta = vDuration.from_ical(text)  # type: ignore[no-untyped-call]  # the library's
    except (ValueError, OverflowError) as error:
        raise _Refused(_("This is no duration: %(value)s") % {"value": text[:40]}) from error
    if not timedelta(0) <= span <= timedelta(days=3660):
        raise _Refused(_("This is no duration: %(value)s") % {"value": text[:40]})
    return span


def _start_like(moment: date | datetime, when: When) -> datetime:
    """A date or moment as a start on the wall clock of the series: Exchange writes days where others write times."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time.min if when.is_all_day else when.start.time())
    wall = _wall(moment, when.zone)
    return datetime.combine(wall.date(), time.min) if when.is_all_day else wall


def _recurrence(component: Component, when: When | None, zones: Zones) -> datetime | None:
    """As the file says it: aware where it names a zone, at the midnight of a day where it is one."""
    prop = component.first("RECURRENCE-ID")
    if prop is None:
        return None
    moment = _moment(prop, zones)
    if not isinstance(moment, datetime):
        return _wall(moment, zones.here)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(when.zone if when else zones.here))


def _is_range(component: Component) -> bool:
    prop = component.first("RECURRENCE-ID")
    return prop is not None and prop.params.get("RANGE", "").upper() == "THISANDFUTURE"


def _dates(component: Component, name: str, when: When, zones: Zones) -> list[datetime]:
    found: list[datetime] = []
    for prop in component.properties.get(name, ()):
        for text in prop.value.split(","):
            begin = text.partition("/")[0]  # of a period the start is what counts
            if begin.strip():
                found.append(_start_like(_moment(Property(begin, prop.params, prop.line), zones), when))
            if len(found) > _MOST_DATES:
                raise _Refused(_("It has too many dates."))
    return found


def _rule(component: Component) -> str:
    rules = component.properties.get("RRULE", [])
    if len(rules) > 1:
        raise _Refused(_("It repeats by more than one rule."))
    if "EXRULE" in component.properties:
        raise _Refused(_("It has a rule of exceptions, which isn't kept."))
    return rules[0].value.strip() if rules else ""


def _people(component: Component, name: str) -> list[Person]:
    found: dict[str, Person] = {}
    for prop in component.properties.get(name, ())[:_MOST_PEOPLE]:
        address = re.sub(r"^mailto:", "", prop.value.strip(), flags=re.IGNORECASE).strip().lower()[:320]
        address = str(prop.params.get("EMAIL", "")).lower()[:320] if "@" not in address else address
        if "@" in address:
            answer = _ANSWERS.get(str(prop.params.get("PARTSTAT", "")).upper(), "needs-action")
            is_optional = str(prop.params.get("ROLE", "")).upper() in ("OPT-PARTICIPANT", "NON-PARTICIPANT")
            found[address] = Person(address, str(prop.params.get("CN", ""))[:400], answer, is_optional)
    return list(found.values())


def _stamp(prop: Property | None) -> datetime | None:
    found = _SHAPE.fullmatch(prop.value.strip()) if prop else None
    try:
        return datetime.fromisoformat(found.group(0).rstrip("Z")).replace(tzinfo=UTC) if found else None
    except ValueError:
        return None


def _settle_overrides(parsed: Parsed) -> None:
    """Say RECURRENCE-IDs on the wall clock of the series that they belong to, and as moments beside."""
    masters = {each.uid: each.when for each in parsed.items if each.recurrence is None and each.when}
    settled: list[Item] = []
    for item in parsed.items:
        if item.recurrence is not None:
            like = masters.get(item.uid, item.when)
            is_moment = item.recurrence.tzinfo is not None
            moment: date | datetime = item.recurrence if is_moment else item.recurrence.date()
            start = _start_like(moment, like) if like else item.recurrence.replace(tzinfo=None)
            at = item.recurrence.astimezone(UTC) if is_moment else None
            settled.append(replace(item, recurrence=start, recurrence_at=at))
        else:
            settled.append(item)
    parsed.items = settled


def _settle_ranges(parsed: Parsed) -> None:
    """One range of a series is followed; of several, or without the series itself, they are refused."""
    ranges = [each for each in parsed.items if each.is_range]
    uids = Counter(each.uid for each in ranges)
    for item in ranges:
        try:
            if uids[item.uid] > 1:
                raise RuleRefused
            parsed.items = split(parsed.items, item)
        except RuleRefused:
            reason = _("It changes a meeting and all that follow, which is kept with the whole series only.")
            parsed.items.remove(item)
            parsed.broken.append(Broken(item.line, item.subject, reason))
