"""What a meeting is made of, as services take it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from apps.activities.formats.recurrence import kept
from apps.activities.models import Activity, Attendee, Meeting
from apps.activities.models.spans import Span as Span

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models import Entity

MOST_GUESTS = 200
PLACE_LENGTH = 400


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
    """A rule as typed ("FREQ=WEEKLY"), and starts (naive) beside it or without a meeting.

    Where a series is changed, its dates stay as they are unless `says_dates`: a form knows the rule alone.
    """

    rule: str = ""
    extra: Sequence[datetime] = ()
    left_out: Sequence[datetime] = ()
    says_dates: bool = False

    def __bool__(self) -> bool:
        return bool(self.rule or self.extra)

    def kept_dates(self, *, is_all_day: bool) -> tuple[list[str], list[str]]:
        """`extra` and `left_out` as a series keeps them."""
        extra, left_out = (
            sorted({kept(each, is_all_day=is_all_day) for each in dates}) for dates in (self.extra, self.left_out)
        )
        return extra, left_out


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
