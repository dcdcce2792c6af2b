"""What a program sent about a meeting, as the services take it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError

from apps.accounts.models import User
from apps.accounts.selectors import staff_users
from apps.activities.api.meeting_schemas import MeetingPatch
from apps.activities.api.shared import contacts_named
from apps.activities.models import Meeting
from apps.activities.selectors.calendar import guests_seen
from apps.activities.services.meeting_inputs import Address, Guests, Repeat, Span, Words

_WORDS = ("subject", "text", "place", "status", "visibility")
_TIMES = ("starts_at", "ends_at", "starts_on", "ends_on")
_GUESTS = ("contact_ids", "user_ids", "addresses")
_NAMES = {"starts": "starts_at", "ends": "ends_at", "users": "user_ids", "entities": "contact_ids"}
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def sent_fields(sent: MeetingPatch) -> dict[str, Any]:
    """What was sent, by name. Raises ValidationError for a null: leaving out is how to keep."""
    fields = sent.model_dump(exclude_unset=True)
    for name, value in fields.items():
        if value is None:
            raise ValidationError({name: "This can't be null; leave it out to keep it."})
    return fields


def span_sent(fields: dict[str, Any], old: Span | None, zone: str) -> Span | None:
    """When it is to take place; None where nothing of that was sent. Raises ValidationError by field.

    What has only a new start keeps its length (a new one takes an hour, or a day). Other clocks alone, by `zone`,
    leave the hours that they show.
    """
    zone = fields.get("zone") or (old.zone if old else zone)
    if zone not in available_timezones():
        raise ValidationError({"zone": "There is no such time zone."})
    given = {name: fields[name] for name in _TIMES if name in fields}
    if not given:
        if old is None:
            raise ValidationError({"starts_at": "Say when it begins: by `starts_at`, or by `starts_on`."})
        return replace(old, zone=zone) if "zone" in fields else None
    if {"starts_on", "ends_on"} & set(given):
        if {"starts_at", "ends_at"} & set(given):
            raise ValidationError({"starts_on": "It has times or takes whole days, not both."})
        return _days(given, old, zone)
    return _hours(given, old, zone)


def _days(given: dict[str, date], old: Span | None, zone: str) -> Span:
    kept = old if old and old.is_all_day else None
    first = given.get("starts_on") or (kept.start.date() if kept else None)
    if first is None:
        raise ValidationError({"starts_on": "Say on which day it begins."})
    last = given.get("ends_on") or _later(first, kept.duration if kept else _DAY, "starts_on")
    return Span(datetime.combine(first, time.min), datetime.combine(last, time.min), zone, is_all_day=True)


def _hours(given: dict[str, datetime], old: Span | None, zone: str) -> Span:
    kept = old if old and not old.is_all_day else None
    start = given.get("starts_at") or (kept.starts_at if kept else None)
    if start is None:
        raise ValidationError({"starts_at": "Say when it begins."})
    end = given.get("ends_at") or _later(start, kept.duration if kept else _HOUR, "starts_at")
    try:
        return Span.between(start, end, zone)
    except OverflowError as error:
        raise ValidationError({"starts_at": "It begins too far from today."}) from error


def _later(start: Any, duration: timedelta, name: str) -> Any:
    try:
        return start + duration
    except OverflowError as error:
        raise ValidationError({name: "It begins too far from today."}) from error


def words_sent(fields: dict[str, Any], old: Words | None) -> Words | None:
    """None where nothing of that was sent."""
    given = {name: fields[name] for name in _WORDS if name in fields}
    return replace(old or Words(""), **given) if given else None


def words_of(meeting: Meeting) -> Words:
    activity = meeting.activity
    return Words(
        subject=activity.subject,
        text=activity.snippet,
        place=meeting.place,
        status=meeting.status,
        visibility=activity.visibility,
        category=activity.category,
    )


def guests_sent(fields: dict[str, Any], meeting: Meeting | None, user: User) -> Guests | None:
    """None where none of them were sent; those of another sort stay, and so do contacts that `user` doesn't see."""
    if not any(name in fields for name in _GUESTS):
        return None
    rows = guests_seen(meeting, user=user)[0] if meeting else []
    entities = [row.entity for row in rows if row.entity]
    users = [row.user for row in rows if row.user]
    addresses = [Address(row.email, row.name) for row in rows if not row.user_id and not row.entity_id]
    if "contact_ids" in fields:
        entities = contacts_named(fields["contact_ids"], user=user)
    if "user_ids" in fields:
        users = _colleagues(fields["user_ids"])
    if "addresses" in fields:
        addresses = [Address(each["email"], each.get("name", "")) for each in fields["addresses"]]
    return Guests(entities, users, addresses)


def repeat_sent(fields: dict[str, Any]) -> Repeat | None:
    return Repeat(fields["rule"].strip()) if "rule" in fields else None


def _colleagues(ids: list[int]) -> list[User]:
    wanted = [pk for pk in dict.fromkeys(ids) if 0 < pk < 2**63]
    found = {user.pk: user for user in staff_users().filter(pk__in=wanted)}
    if len(found) < len(set(ids)):
        raise ValidationError({"user_ids": "There is no such colleague."})
    return [found[pk] for pk in wanted]


@contextmanager
def named_as_sent() -> Iterator[None]:
    """Let the services' complaints name the fields as a program sent them."""
    try:
        yield
    except ValidationError as error:
        if not hasattr(error, "error_dict"):
            raise
        told = {_NAMES.get(name, name): messages for name, messages in error.message_dict.items()}
        raise ValidationError(told) from error
