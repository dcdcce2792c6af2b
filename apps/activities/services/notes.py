"""What people write into the history by hand: notes and entries like them, calls; corrected and taken back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.activities.models import Activity, ActivityEntity, Call
from apps.activities.permissions import can_change_activity, can_write_on
from apps.activities.selectors.kind_fields import values_of
from apps.activities.selectors.kinds import is_written_by_hand
from apps.activities.services.entry_fields import clean_fields, with_fields
from apps.activities.services.entry_files import attach_files
from apps.activities.services.recording import (
    Context,
    Entry,
    clean_text,
    readers_of,
    record,
    record_many,
    restamp,
    set_entities,
)
from apps.core.services.operations import operate, snapshot

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.activities.models import ActivityCategory
    from apps.contacts.models import Entity
    from apps.core.services.files import Upload


class Keep(Enum):
    """That a field stays as it is, where None would empty it."""

    KEEP = "keep"


KEEP = Keep.KEEP
LONGEST_CALL = 24 * 3600  # seconds


@transaction.atomic
def add_note(
    *,
    actor: User,
    entity: Entity,
    text: str,
    now: datetime,
    kind: str = "note",
    others: Sequence[Entity] = (),
    occurred_at: datetime | None = None,
    context: Context | None = None,
    visibility: str = Activity.Visibility.PUBLIC,
    category: ActivityCategory | None = None,
    uploads: Sequence[Upload] = (),
    fields: Mapping[str, Any] | None = None,
) -> Activity:
    """Write a note, or an entry of another kind that is only words, about `entity` and `others`.

    Their employers of the day have it on their timelines too. `fields`: values of the kind's own fields by key, as
    typed. Raises PermissionDenied, ValidationError by field.
    """
    if not is_written_by_hand(kind):
        raise ValidationError({"kind": _("There is no such kind.")})
    entities = _about(actor, entity, others)
    entry = Entry(
        kind=kind,
        verb="note.added",
        occurred_at=occurred_at or now,
        entities=entities,
        context=context,
        text=clean_text(text, required=True),
        facts=with_fields({}, clean_fields(kind, fields or {}, actor=actor)),
        visibility=visibility,
        category=category,
    )
    activity = record(entry, actor=actor, now=now)
    attach_files(actor=actor, activity=activity, uploads=uploads, now=now)
    return activity


@transaction.atomic
def log_call(
    *,
    actor: User,
    entity: Entity,
    text: str,
    occurred_at: datetime,
    now: datetime,
    direction: str = Call.Direction.OUT,
    outcome: str = Call.Outcome.REACHED,
    seconds: int | None = None,
    number: str = "",
    others: Sequence[Entity] = (),
    context: Context | None = None,
    visibility: str = Activity.Visibility.PUBLIC,
    category: ActivityCategory | None = None,
    uploads: Sequence[Upload] = (),
) -> Activity:
    """Write down a call that began at `occurred_at` and took `seconds`; words are optional.

    Raises PermissionDenied, ValidationError by field.
    """
    entities = _about(actor, entity, others)
    if occurred_at > now:
        raise ValidationError({"occurred_at": _("A call that was made can't lie in the future.")})
    if seconds is not None and not 0 <= seconds <= LONGEST_CALL:
        raise ValidationError({"duration": _("A call lasts a day at most.")})
    facts = {"direction": direction, "outcome": outcome, "seconds": seconds, "number": number[:60]}
    entry = Entry(
        kind="call",
        verb="call.logged",
        occurred_at=occurred_at,
        entities=entities,
        context=context,
        text=text,
        facts=facts,
        visibility=visibility,
        category=category,
    )
    activity = record(entry, actor=actor, now=now)
    Call.objects.create(activity=activity, **facts)
    attach_files(actor=actor, activity=activity, uploads=uploads, now=now)
    return activity


@transaction.atomic
def write_many(entries: Sequence[tuple[Entry, User]], *, now: datetime) -> list[Activity]:
    """Write many notes and calls at once, as `record_many` does; of a call the facts are its row's fields."""
    activities = record_many(entries, now=now)
    calls = [Call(activity=each, **each.facts) for each in activities if each.kind == "call"]
    Call.objects.bulk_create(calls, batch_size=2000)
    return activities


@transaction.atomic
def edit_activity(
    *,
    actor: User,
    activity: Activity,
    text: str,
    now: datetime,
    entities: Sequence[Entity] | None = None,
    visibility: str | None = None,
    category: ActivityCategory | Keep | None = KEEP,
    uploads: Sequence[Upload] = (),
    fields: Mapping[str, Any] | None = None,
) -> Activity:
    """Correct one's own entry; what it was stays in the changes. `entities`: all whom it is about, None leaves them.

    Those that the actor doesn't see stay with it. `fields`: values of the kind's own fields by key, those not named
    stay. Raises PermissionDenied, ValidationError by field.
    """
    if not can_change_activity(actor, activity):
        raise PermissionDenied
    locked = Activity.objects.select_for_update().get(pk=activity.pk)
    words = clean_text(text, required=locked.verb == "note.added")
    values = clean_fields(locked.kind, fields or {}, actor=actor, kept=values_of(locked))
    # First, since undo of what follows wants the facts as that has left them.
    attach_files(actor=actor, activity=locked, uploads=uploads, now=now)
    with operate(actor=actor, verb="activity.edited", now=now) as recorder:
        before = snapshot(locked)
        locked.snippet = words
        locked.facts = with_fields(locked.facts, values)
        locked.visibility = visibility or locked.visibility
        if not isinstance(category, Keep):
            locked.category = category
        about = _about_now(actor, locked, entities)
        if not about:
            raise ValidationError({"entities": _("Choose whom it is about.")})
        locked.readers = readers_of(locked.visibility, locked.actor, (), about, now=now)
        locked.save(update_fields=["snippet", "facts", "visibility", "category", "readers"])
        if entities is not None:
            set_entities(locked, about, now=now, recorder=recorder)
        recorder.updated(locked, before)
    return locked


def _about_now(actor: User, activity: Activity, chosen: Sequence[Entity] | None) -> list[Entity]:
    links = activity.participants.filter(via_employer=False).select_related("entity").order_by("pk")
    before = [link.entity for link in links]
    if chosen is None:
        return before
    if not all(can_write_on(actor, each) for each in chosen):
        raise PermissionDenied
    return [*chosen, *(each for each in before if not can_write_on(actor, each))]


def pin_activity(*, actor: User, activity: Activity, now: datetime, pinned: bool = True) -> None:
    """Keep an entry at the head of its timelines, for everybody; or let it go. A repeat changes nothing."""
    if not Activity.objects.visible_to(actor).filter(pk=activity.pk).exists():
        raise PermissionDenied
    with operate(actor=actor, verb="activity.pinned" if pinned else "activity.unpinned", now=now) as recorder:
        locked = Activity.objects.select_for_update().get(pk=activity.pk)
        before = snapshot(locked)
        locked.pinned_at = (locked.pinned_at or now) if pinned else None
        locked.save(update_fields=["pinned_at"])
        recorder.updated(locked, before)


def remove_activity(*, actor: User, activity: Activity, now: datetime) -> int | None:
    """Take one's own entry off the timelines; returns the operation to undo, None if it was gone already."""
    if not can_change_activity(actor, activity):
        raise PermissionDenied
    with operate(actor=actor, verb="activity.removed", now=now) as recorder:
        locked = Activity.objects.select_for_update().get(pk=activity.pk)
        if locked.removed_at is not None:
            return None
        before = snapshot(locked)
        locked.removed_at = now
        locked.save(update_fields=["removed_at"])
        recorder.updated(locked, before)
    return recorder.operation.pk


@transaction.atomic
def forget_entities(*, ids: Collection[int]) -> None:
    """Take entities off all timelines, since they go for good; what was about them alone goes with them."""
    links = ActivityEntity.objects.filter(entity__in=ids)
    activities = set(links.values_list("activity_id", flat=True))
    links.delete()
    about = ActivityEntity.objects.filter(activity__in=activities, via_employer=False)
    Activity.objects.filter(pk__in=activities).exclude(pk__in=about.values("activity_id")).delete()
    restamp(sorted(set(about.values_list("entity_id", flat=True))))


def _about(actor: User, entity: Entity, others: Sequence[Entity]) -> list[Entity]:
    entities = [entity, *others]
    if not all(can_write_on(actor, each) for each in entities):
        raise PermissionDenied
    return entities
