"""What a meeting is made of, as services take it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from apps.activities.formats.recurrence import kept, to_utc
from apps.activities.models import Activity, Attendee, Meeting

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models import Entity

MOST_GUESTS = 200
PLACE_LENGTH = 400


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


@dataclass(frozen=True, slots=True)
class Address:
    email: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Guests:
    """Who is asked to come, beside whoever asks."""

    entities: Sequence[Entity] = ()
    users: Sequence[User] = ()
    addresses: Sequence[Address] = ()

    def checked(self) -> Guests:
        """Raises ValidationError under "addresses"."""
        if len(self.entities) + len(self.users) + len(self.addresses) > MOST_GUESTS:
            raise ValidationError({"addresses": _("At most %(most)s people may be asked.") % {"most": MOST_GUESTS}})
        for each in self.addresses:
            try:
                validate_email(each.email)
            except ValidationError as error:
                text = _("%(address)s is no e-mail address.") % {"address": each.email[:80]}
                raise ValidationError({"addresses": text}) from error
        return self

    def attendees(self) -> list[Attendee]:
        """Rows without a meeting yet; an address that is a colleague's or a contact's already comes once."""
        found = [Attendee(user=user, email=user.email) for user in dict.fromkeys(self.users)]
        users = {user.pk for user in self.users}
        for entity in dict.fromkeys(self.entities):
            if entity.user_id is None or entity.user_id not in users:
                found.append(Attendee(entity=entity, email=entity.primary_email.lower()))
        known = {each.email for each in found}
        for address in {each.email.lower(): each for each in self.addresses}.values():
            if address.email.lower() not in known:
                found.append(Attendee(email=address.email.lower(), name=address.name[:400]))
        return found


@dataclass(frozen=True, slots=True)
class Words:
    subject: str
    text: str = ""
    place: str = ""
    status: str = Meeting.Status.CONFIRMED
    visibility: str = Activity.Visibility.PUBLIC
    category: Any = None  # an ActivityCategory

    def checked(self) -> Words:
        if len(self.place) > PLACE_LENGTH:
            limit = _("At most %(limit)s letters fit here.") % {"limit": PLACE_LENGTH}
            raise ValidationError({"place": limit})
        if self.status not in Meeting.Status.values or self.visibility not in Activity.Visibility.values:
            raise ValidationError({"status": _("There is no such choice.")})
        return self


@dataclass(frozen=True, slots=True)
class Repeat:
    """A rule as typed ("FREQ=WEEKLY"), and starts (naive) beside it or without a meeting."""

    rule: str = ""
    extra: Sequence[datetime] = ()
    left_out: Sequence[datetime] = ()

    def __bool__(self) -> bool:
        return bool(self.rule or self.extra)


ONCE = Repeat()


def facts_of(meeting: Meeting) -> dict[str, Any]:
    """The copy that timelines, reminders and feeds read."""
    facts: dict[str, Any] = {"place": meeting.place, "status": meeting.status, "zone": meeting.zone}
    if meeting.is_all_day:
        facts |= {"starts_on": f"{meeting.starts_on}", "ends_on": f"{meeting.ends_on}"}
    else:
        facts |= {"starts_at": _iso(meeting.starts_at), "ends_at": _iso(meeting.ends_at)}
    if meeting.series_id:
        facts["repeats"] = True
    if meeting.is_cancelled:
        facts["is_over"] = True
    return facts


def _iso(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat() if moment else ""


NOBODY = Guests()
