"""What is written into the history: notes and calls."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.activities.models import Activity, ActivityEntity
from apps.activities.permissions import can_change_activity, can_write_on
from apps.contacts.selectors.employment import current_employers
from apps.core.services.operations import operate, snapshot

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models import Entity

TEXT_LENGTH = 20_000


def add_note(*, actor: User, entity: Entity, text: str, now: datetime) -> Activity:
    """Write a note on `entity`; its employer of the day has it on its timeline too. Raises ValidationError."""
    return _record(actor=actor, entity=entity, kind="note", verb="note.added", text=text, occurred_at=now, now=now)


def log_call(*, actor: User, entity: Entity, text: str, occurred_at: datetime, now: datetime) -> Activity:
    """Write down a call with `entity` at `occurred_at`; words are optional."""
    if occurred_at > now:
        raise ValidationError({"occurred_at": _("A call that was made can't lie in the future.")})
    return _record(
        actor=actor, entity=entity, kind="call", verb="call.logged", text=text, occurred_at=occurred_at, now=now
    )


def edit_activity(*, actor: User, activity: Activity, text: str, now: datetime) -> Activity:
    """Correct the words of one's own entry; what they were stays in the changes."""
    if not can_change_activity(actor, activity):
        raise PermissionDenied
    with operate(actor=actor, verb="activity.edited", now=now) as recorder:
        locked = Activity.objects.select_for_update().get(pk=activity.pk)
        before = snapshot(locked)
        locked.snippet = _clean(text, required=locked.kind == "note")
        locked.save(update_fields=["snippet"])
        recorder.updated(locked, before)
    return locked


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
    about = ActivityEntity.objects.filter(activity__in=activities, via_employer=False).values("activity_id")
    Activity.objects.filter(pk__in=activities).exclude(pk__in=about).delete()


@transaction.atomic
def _record(
    *, actor: User, entity: Entity, kind: str, verb: str, text: str, occurred_at: datetime, now: datetime
) -> Activity:
    if not can_write_on(actor, entity):
        raise PermissionDenied
    activity = Activity.objects.create(
        kind=kind,
        verb=verb,
        actor=actor,
        occurred_at=occurred_at,
        created_at=now,
        snippet=_clean(text, required=kind == "note"),
    )
    employers = current_employers(entity, today=occurred_at.date())
    ActivityEntity.objects.bulk_create(
        [
            ActivityEntity(activity=activity, entity=entity, role="subject", occurred_at=occurred_at),
            *[
                ActivityEntity(
                    activity=activity, entity_id=pk, role="employer", via_employer=True, occurred_at=occurred_at
                )
                for pk in employers
            ],
        ]
    )
    return activity


def _clean(text: str, *, required: bool) -> str:
    words = text.replace("\x00", "").strip()
    if required and not words:
        raise ValidationError({"text": _("Write a few words first.")})
    if len(words) > TEXT_LENGTH:
        raise ValidationError({"text": _("At most %(limit)s letters fit here.") % {"limit": TEXT_LENGTH}})
    return words
