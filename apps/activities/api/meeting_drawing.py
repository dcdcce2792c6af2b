"""Meetings as a reader of the API sees them, many at once: always as many queries."""

from __future__ import annotations

from collections.abc import Sequence

from apps.accounts.models import User
from apps.activities.api.meeting_schemas import GuestOut, MeetingOut
from apps.activities.models import Attendee, Meeting
from apps.contacts.models import Entity


def meetings_out(meetings: Sequence[Meeting], user: User) -> list[MeetingOut]:
    """These meetings (with `activity` and `series`); contacts that `user` doesn't see are counted alone."""
    rows = Attendee.objects.filter(meeting__in=[each.pk for each in meetings]).select_related("user", "entity")
    guests: dict[int, list[Attendee]] = {each.pk: [] for each in meetings}
    for row in rows.order_by("pk"):
        guests[row.meeting_id].append(row)
    about = {row.entity_id for group in guests.values() for row in group if row.entity_id}
    seen = set(Entity.objects.visible_to(user).filter(pk__in=about).values_list("pk", flat=True)) if about else set()
    return [_out(each, guests[each.pk], seen) for each in meetings]


def _out(meeting: Meeting, guests: Sequence[Attendee], seen: set[int]) -> MeetingOut:
    shown = [row for row in guests if row.entity_id is None or row.entity_id in seen]
    activity, series = meeting.activity, meeting.series
    return MeetingOut(
        id=meeting.pk,
        subject=activity.subject,
        text=activity.snippet,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        starts_on=meeting.starts_on,
        ends_on=meeting.ends_on,
        zone=meeting.zone,
        place=meeting.place,
        status=meeting.status,  # type: ignore[arg-type]  # one of the choices
        visibility=activity.visibility,
        organiser_id=meeting.organiser_id,
        guests=[_guest(row) for row in shown],
        hidden_guests=len(guests) - len(shown),
        series_id=meeting.series_id,
        rule=series.rule if series else "",
        recurrence_id=meeting.recurrence_id,
        uid=meeting.uid,
        sequence=meeting.sequence,
        created_at=activity.created_at,
    )


def _guest(row: Attendee) -> GuestOut:
    named = row.user or (row.entity.display_name if row.entity else row.name)
    return GuestOut(
        user_id=row.user_id,
        contact_id=row.entity_id,
        email=row.email,
        name=str(named or ""),
        role=row.role,  # type: ignore[arg-type]  # one of the choices
        answer=row.answer,  # type: ignore[arg-type]  # one of the choices
    )
