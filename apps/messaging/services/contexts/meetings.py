"""An appointment as templates name it."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from apps.activities.models import Meeting
from apps.contacts.models import Entity
from apps.messaging.services.contexts import contacts
from apps.messaging.services.contexts.values import known
from apps.messaging.services.template_contexts import Variable

if TYPE_CHECKING:
    from apps.accounts.models import User

VARIABLES = (
    Variable("meeting.subject", _("What it is about"), _("Measuring the windows")),
    Variable("meeting.date", _("Day"), date(2026, 12, 3)),
    Variable("meeting.time", _("Begins at"), time(14, 30)),
    Variable("meeting.ends", _("Ends at"), time(15, 30)),
    Variable("meeting.place", _("Place"), "Shevchenka 5, Lviv"),
    Variable("meeting.organiser", _("Called by"), "Olha Bondar"),
    *contacts.VARIABLES,
)


def read(user: User, record_id: int, language: str, now: datetime) -> dict[str, Any]:
    """Days and hours by the clock of the meeting's own place. Raises Http404 for one that `user` may not see."""
    meeting = _found(user, record_id)
    zone = ZoneInfo(meeting.zone)
    begins, ends = meeting.begins.astimezone(zone), meeting.ends.astimezone(zone)
    values = {
        "subject": meeting.activity.subject,
        "date": begins.date(),
        "time": None if meeting.is_all_day else begins.time(),
        "ends": None if meeting.is_all_day else ends.time(),
        "place": meeting.place,
        "organiser": str(meeting.organiser) if meeting.organiser else "",
    }
    guest = guest_of(meeting, user=user)
    return {"meeting": known(values)} | ({"contact": contacts.values_of(guest, language)} if guest else {})


def recipient(user: User, record_id: int) -> Entity | None:
    """The guest to write to, of an appointment that `user` sees. Raises Http404."""
    return guest_of(_found(user, record_id), user=user)


def guest_of(meeting: Meeting, *, user: User) -> Entity | None:
    """The first guest who is a contact that `user` sees and no colleague; one with an address before others."""
    seen = Entity.objects.visible_to(user).live().filter(user=None)
    guests = seen.filter(pk__in=meeting.attendees.filter(entity__isnull=False).values("entity"))
    found = sorted(guests, key=lambda each: (not each.primary_email, each.sort_name, each.pk))
    return found[0] if found else None


def _found(user: User, record_id: int) -> Meeting:
    meeting = Meeting.objects.visible_to(user).select_related("activity", "organiser").filter(pk=record_id).first()
    if meeting is None:
        raise Http404
    return meeting
