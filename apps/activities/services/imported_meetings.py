"""One meeting of an .ics file: made, or changed where it was imported before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.selectors import staff_users
from apps.activities.formats.ical_items import Item, Person
from apps.activities.models import Activity, Attendee, Meeting, Series
from apps.activities.models.spans import Span
from apps.activities.services.meeting_changes import change_meeting
from apps.activities.services.meeting_inputs import Address, Guests, Repeat, Words
from apps.activities.services.meetings import cancel_meeting, plan_meeting
from apps.activities.services.scopes import Scope
from apps.contacts.models import EmailAddress, Entity
from apps.core.services.operations import operate

if TYPE_CHECKING:
    from apps.accounts.models import User


IMPORTED = "calendar.imported"


class Unchanged(Exception):
    """It is there already as the file says, or newer."""


def bring_meeting(*, actor: User, item: Item, is_cancelled: bool, now: datetime, is_synced: bool = False) -> bool:
    """Take one; True if it is new. Raises Unchanged, ValidationError, PermissionDenied.

    A file changes only what a file brought. `is_synced`: the actor's own phone says so, of the very version that is
    here; then it changes whatever they organise, and leaves alone what phones don't know.
    """
    found = _found(actor, item)
    is_cancelled = is_cancelled or item.status == "cancelled"
    if found is None:
        if item.recurrence is not None and _series_is_there(actor, item):
            raise ValidationError(_("The series has no meeting at that time."))
        return _make(actor, item, is_cancelled, now)
    if not is_synced:
        if found.imported_sequence is None:
            raise Unchanged  # our own, exported: what is here is what counts, whatever a file says
        if item.sequence < found.imported_sequence:
            raise Unchanged
    if is_cancelled:
        scope = Scope.ALL if found.series_id and item.recurrence is None else Scope.ONE
        if cancel_meeting(actor=actor, meeting=found, scope=scope, now=now) is None:
            raise Unchanged
        return False
    _change(actor, found, item, now, is_synced=is_synced)
    return False


def _found(actor: User, item: Item) -> Meeting | None:
    mine = Meeting.objects.filter(organiser=actor, activity__removed_at=None).select_related("activity", "series")
    if item.recurrence is None:
        # One that is as the series is, and still takes place, tells best what the file changes of it.
        return mine.filter(uid=item.uid).order_by("is_apart", "-status", "recurrence_id").first()
    series = Series.objects.filter(meetings__organiser=actor, uid=item.uid).order_by("-pk").first()
    keys = item.recurrence_keys(series.zone if series else "UTC")
    one = mine.filter(uid=item.uid, recurrence_id__in=keys).first()
    return one or mine.filter(uid=_own_uid(item)).first()


def _series_is_there(actor: User, item: Item) -> bool:
    return Meeting.objects.filter(organiser=actor, uid=item.uid, series__isnull=False).exists()


def _make(actor: User, item: Item, is_cancelled: bool, now: datetime) -> bool:
    when, words = _said(item)
    guests = _guests(actor, item.people)
    repeat = _repeat(item) if item.recurrence is None else Repeat()
    try:
        made = _plan(actor, item, when, words, guests, repeat, now)
    except ValidationError as error:
        if "users" not in getattr(error, "error_dict", {}):
            raise
        bare = [*guests.addresses, *(Address(user.email, str(user)) for user in guests.users)]
        made = _plan(actor, item, when, words, Guests(guests.entities, (), bare), repeat, now)
    _note_answers(made, item.people)
    _record(made, actor, now)
    if is_cancelled:
        cancel_meeting(actor=actor, meeting=made, scope=Scope.ALL if made.series_id else Scope.ONE, now=now)
    return True


def _record(made: Meeting, actor: User, now: datetime) -> None:
    """Note what was made, so that an undo takes it away again; what hangs on a meeting goes with it."""
    with operate(actor=actor, verb=IMPORTED, now=now) as recorder:
        meetings = [made]
        if made.series is not None:
            recorder.created(made.series)
            meetings = list(made.series.meetings.select_related("activity").order_by("pk"))
        for each in meetings:
            recorder.created(each.activity)
            recorder.created(each)


def _plan(actor: User, item: Item, span: Span, words: Words, guests: Guests, repeat: Repeat, now: datetime) -> Meeting:
    with transaction.atomic():
        return plan_meeting(
            actor=actor,
            span=span,
            words=words,
            guests=guests,
            repeat=repeat,
            uid=item.uid if item.recurrence is None else _own_uid(item),
            sequence=item.sequence,
            imported_sequence=item.sequence,
            now=now,
        )


def _change(actor: User, found: Meeting, item: Item, now: datetime, *, is_synced: bool) -> None:
    said, words = _said(item)
    span: Span | None = said
    if is_synced:
        kept = found.activity.visibility
        # Phones know private and public: what a team alone may read is told as private, and comes back so.
        visibility = words.visibility if item.is_private and kept == Activity.Visibility.PUBLIC else kept
        words = replace(words, category=found.activity.category, visibility=visibility)
    whole = found.series is not None and item.recurrence is None
    if whole and found.series is not None:
        # The file speaks of the first one by the rule, which may lie before those that are kept.
        first = Span.of(found)
        behind = datetime.fromisoformat(found.recurrence_id) - datetime.fromisoformat(found.series.local_start)
        span = said.at(said.start + behind) if not found.is_apart else first
    if is_synced and span is not None and _same_moments(span, Span.of(found)):
        span = None  # a phone may say it by other clocks
    changed = change_meeting(
        actor=actor,
        meeting=found,
        scope=Scope.ALL if whole else Scope.ONE,
        span=span,
        words=words,
        spares_apart=True,
        repeat=_repeat(item) if item.recurrence is None and (item.rule or item.extra) else None,
        now=now,
    )
    if not is_synced:  # a phone repeats what it was told of others, of a series for all of it
        _note_answers(found, item.people)
    if found.imported_sequence is not None:
        Meeting.objects.filter(organiser=actor, uid=found.uid).update(imported_sequence=item.sequence)
    if changed is None:
        raise Unchanged


def _same_moments(one: Span, other: Span) -> bool:
    return (one.starts_at, one.ends_at, one.is_all_day) == (other.starts_at, other.ends_at, other.is_all_day)


def _repeat(item: Item) -> Repeat:
    return Repeat(item.rule, item.extra, item.left_out, says_dates=True)


def _said(item: Item) -> tuple[Span, Words]:
    when = item.when
    if when is None:
        raise ValidationError(_("It doesn't say when it begins."))
    span = Span(when.start, when.end, when.zone, when.is_all_day)
    status = "tentative" if item.status == "tentative" else "confirmed"
    visibility = "private" if item.is_private else "public"
    return span, Words(item.subject, item.text, item.place, status, visibility)


def _guests(actor: User, people: Sequence[Person]) -> Guests:
    """Colleagues and contacts behind the addresses, as far as the actor sees them; the others stay addresses."""
    emails = [each.email for each in people]
    if not emails:
        return Guests()
    users = {each.email: each for each in staff_users().filter(email__in=emails)}
    seen = Entity.objects.visible_to(actor).live().values("pk")
    rows = EmailAddress.objects.filter(address__in=emails, entity__in=seen).select_related("entity").order_by("-pk")
    entities = {row.address.lower(): row.entity for row in rows}
    known = users.keys() | entities.keys()
    return Guests(
        entities=[each for email, each in entities.items() if email not in users],
        users=list(users.values()),
        addresses=[Address(each.email, each.name) for each in people if each.email not in known],
    )


def _note_answers(meeting: Meeting, people: Sequence[Person]) -> None:
    for person in people:
        if person.answer != Attendee.Answer.OPEN:
            rows = Attendee.objects.filter(email=person.email)
            rows = rows.filter(meeting__series=meeting.series_id) if meeting.series_id else rows.filter(meeting=meeting)
            rows.update(answer=person.answer)


def _own_uid(item: Item) -> str:
    """Of one that comes without its series."""
    return f"{item.uid[:220]}#{item.recurrence:%Y%m%dT%H%M%S}" if item.recurrence else item.uid
