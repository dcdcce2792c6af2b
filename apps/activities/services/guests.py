"""Whom a meeting is for: the people asked, and whose timelines it therefore stands on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

from apps.activities.models import Activity, ActivityEntity, Attendee, Meeting
from apps.activities.permissions import can_write_on
from apps.activities.services.meeting_inputs import Guests
from apps.activities.services.meetings import let_colleagues_see
from apps.activities.services.recording import set_entities
from apps.contacts.models import Entity
from apps.core.services.operations import Recorder

if TYPE_CHECKING:
    from apps.accounts.models import User

_Key = tuple[int | None, int | None, str]


def set_guests(
    meetings: Sequence[Meeting], guests: Guests, *, actor: User, recorder: Recorder, now: datetime
) -> tuple[set[int], list[Attendee]]:
    """Let these meetings be for `guests`, and for whom `actor` can't see; returns new users, and who no longer is one.

    Raises PermissionDenied for a contact that isn't the actor's to see.
    """
    rows = list(Attendee.objects.filter(meeting__in=meetings).order_by("pk"))
    there = {row.entity_id for row in rows if row.entity_id}
    hidden = there - set(Entity.objects.visible_to(actor).filter(pk__in=there).values_list("pk", flat=True))
    if not all(can_write_on(actor, each) for each in guests.entities):
        raise PermissionDenied
    wanted = {_key(row): row for row in guests.attendees()}
    new_users: set[int] = set()
    left: dict[_Key, Attendee] = {}
    touched: list[Meeting] = []
    for meeting in meetings:
        own = {_key(row): row for row in rows if row.meeting_id == meeting.pk}
        gone = [row for key, row in own.items() if key not in wanted and row.entity_id not in hidden]
        missing = [row for key, row in wanted.items() if key not in own]
        for row in gone:
            recorder.removed(row, meeting.pk)
            left[_key(row)] = row
            row.delete()
        for row in missing:
            made = Attendee(meeting=meeting, user=row.user, entity=row.entity, email=row.email, name=row.name)
            made.save(force_insert=True)
            recorder.created(made, meeting.pk)
            new_users |= {row.user_id} if row.user_id else set()
        if gone or missing:
            touched.append(meeting)
    relink(touched, now=now)
    if touched:
        let_colleagues_see(touched[0].activity, Guests(users=[each for each in guests.users if each.pk in new_users]))
    return new_users, list(left.values())


def relink(meetings: Sequence[Meeting], *, now: datetime) -> None:
    """Put each meeting on the timelines of its contacts and of their employers, and before the right readers."""
    groups: dict[tuple[object, ...], list[Meeting]] = {}
    guests: dict[int, list[Attendee]] = {each.pk: [] for each in meetings}
    for row in Attendee.objects.filter(meeting__in=guests).select_related("entity").order_by("pk"):
        guests[row.meeting_id].append(row)
    for meeting in meetings:
        activity = meeting.activity
        key = (activity.visibility, activity.context_id, *sorted(map(str, map(_key, guests[meeting.pk]))))
        groups.setdefault(key, []).append(meeting)
    for alike in groups.values():
        _relink_alike(alike, guests[alike[0].pk], now)


def _relink_alike(meetings: Sequence[Meeting], guests: Sequence[Attendee], now: datetime) -> None:
    """Work it out once for meetings of the same guests: a series has hundreds."""
    first = meetings[0].activity
    entities = [row.entity for row in guests if row.entity is not None]
    set_entities(first, entities, people=[row.user_id for row in guests if row.user_id], now=now)
    others = [each.activity for each in meetings[1:]]
    if not others:
        return
    links = list(first.participants.order_by("pk"))
    ActivityEntity.objects.filter(activity__in=others).delete()
    ActivityEntity.objects.bulk_create(
        [
            ActivityEntity(
                activity=activity,
                entity_id=link.entity_id,
                role=link.role,
                via_employer=link.via_employer,
                occurred_at=activity.occurred_at,
            )
            for activity in others
            for link in links
        ],
        batch_size=1000,
    )
    Activity.objects.filter(pk__in=[each.pk for each in others]).update(audience=first.audience, readers=first.readers)


def forget_guests(*, ids: Collection[int]) -> None:
    """Take contacts off all lists of guests, since they go for good."""
    Attendee.objects.filter(entity__in=ids).delete()


def _key(row: Attendee) -> _Key:
    return (row.user_id, row.entity_id, "" if row.user_id or row.entity_id else row.email)
