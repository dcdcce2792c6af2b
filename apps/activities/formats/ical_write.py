"""iCalendar files written (RFC 5545): meetings with the time zones they name. Pure code, no database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Todo, vCalAddress, vRecur, vText

from apps.activities.formats.ical_items import Item, Person, When
from apps.activities.formats.ical_zones_write import zone_component
from apps.activities.formats.recurrence import parts_of

_PRODID = "-//Rapport//Calendar//EN"
_ANSWERS = {"accepted": "ACCEPTED", "declined": "DECLINED", "tentative": "TENTATIVE"}


def write_calendar(items: Iterable[Item], *, stamp: datetime, method: str = "", name: str = "") -> bytes:
    """A whole file; `method` makes an invitation of it (RFC 5546), `name` is what programs call a feed."""
    calendar = Calendar()
    calendar.add("prodid", _PRODID)
    calendar.add("version", "2.0")
    if method:
        calendar.add("method", method)
    if name:
        calendar.add("x-wr-calname", name)
    items = list(items)
    for zone, years in sorted(_zones(items).items()):
        calendar.add_component(zone_component(zone, min(years), max(years)))
    for item in items:
        calendar.add_component(_event(item, stamp) if item.kind == "event" else _todo(item, stamp))
    text: bytes = calendar.to_ical()
    return text


def _zones(items: Iterable[Item]) -> dict[str, set[int]]:
    """The zones that these name, and the years they need them for."""
    found: dict[str, set[int]] = {}
    for item in items:
        if item.when and not item.when.is_all_day:
            years = {item.when.start.year, item.when.end.year}
            for zone in {item.when.zone, item.series_zone or item.when.zone} - {"UTC"}:
                found.setdefault(zone, set()).update(years)
    return found


def _event(item: Item, stamp: datetime) -> Event:
    event = Event()
    _shared(event, item, stamp)
    if item.when:
        event.add("dtstart", _value(item.when.start, item.when))
        event.add("dtend", _value(item.when.end, item.when))
        if item.recurrence:
            zone = item.series_zone or item.when.zone
            of_series = When(item.recurrence, item.recurrence, zone, item.series_has_days)
            event.add("recurrence-id", _value(item.recurrence, of_series))
        if item.rule:
            event.add("rrule", _rule(item.rule, item.when))
        for field, dates in (("rdate", item.extra), ("exdate", item.left_out)):
            if dates:
                _add_dates(event, field, dates, item.when)
    event.add("status", item.status.upper())
    event.add("sequence", item.sequence)
    _add_people(event, item)
    return event


def _todo(item: Item, stamp: datetime) -> Todo:
    todo = Todo()
    _shared(todo, item, stamp)
    due = item.due_at or item.due_on
    if due:
        todo.add("due", due)
    if item.completed_at:
        todo.add("completed", item.completed_at.astimezone(UTC))
    todo.add("status", {"done": "COMPLETED", "cancelled": "CANCELLED"}.get(item.status, "NEEDS-ACTION"))
    if item.priority:
        todo.add("priority", item.priority)
    _add_people(todo, item)
    return todo


def _add_people(component: Event | Todo, item: Item) -> None:
    if item.organiser:
        component.add("organizer", _address(item.organiser))
    for person in item.people:
        component.add("attendee", _attendee(person), encode=False)


def _shared(component: Event | Todo, item: Item, stamp: datetime) -> None:
    component.add("uid", item.uid)
    component.add("dtstamp", (item.stamp or stamp).astimezone(UTC))
    component.add("summary", item.subject)
    if item.text:
        component.add("description", item.text)
    if item.place:
        component.add("location", item.place)
    if item.is_private:
        component.add("class", "PRIVATE")


def _value(moment: datetime, when: When) -> date | datetime:
    if when.is_all_day:
        return moment.date()
    zone = UTC if when.zone == "UTC" else ZoneInfo(when.zone)
    return moment.replace(tzinfo=zone)


def _add_dates(event: Event, field: str, dates: Sequence[datetime], when: When) -> None:
    values: Any = [_value(each, when) for each in dates]
    event.add(field, values, parameters={"VALUE": "DATE"} if when.is_all_day else {})


def _rule(text: str, when: When) -> vRecur:
    """A kept UNTIL is local; in a file it is UTC's, or a day (RFC 5545, 3.3.10)."""
    parts = parts_of(text)
    if until := parts.get("UNTIL"):
        last = datetime.fromisoformat(until)
        if when.is_all_day:
            parts["UNTIL"] = f"{last:%Y%m%d}"
        else:
            parts["UNTIL"] = f"{last.replace(tzinfo=ZoneInfo(when.zone)).astimezone(UTC):%Y%m%dT%H%M%SZ}"
    recur: vRecur = vRecur.from_ical(";".join(f"{name}={value}" for name, value in parts.items()))
    return recur


def _address(person: Person) -> vCalAddress:
    address = vCalAddress(f"mailto:{person.email}")
    if person.name:
        address.params["CN"] = vText(person.name.replace('"', "'"))
    return address


def _attendee(person: Person) -> vCalAddress:
    address = _address(person)
    address.params["ROLE"] = vText("OPT-PARTICIPANT" if person.is_optional else "REQ-PARTICIPANT")
    address.params["PARTSTAT"] = vText(_ANSWERS.get(person.answer, "NEEDS-ACTION"))
    address.params["RSVP"] = vText("TRUE")
    return address
