"""Which reminders an entry has: set by people, following the entry when it moves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.activities.models import Activity, Reminder
from apps.activities.permissions import can_change_activity

if TYPE_CHECKING:
    from apps.accounts.models import User

EARLIEST = 28 * 24 * 60  # minutes ahead
LATEST = -24 * 60
MOST = 5  # for one person and entry

Channel = Reminder.Channel
Outcome = Reminder.Outcome


@dataclass(frozen=True, slots=True)
class Wanted:
    """`minutes_before` the entry's time tell one user or one contact (by mail)."""

    minutes_before: int
    channel: str = Channel.APP
    user_id: int | None = None
    entity_id: int | None = None


Key = tuple[int | None, int | None, str, int]


@transaction.atomic
def set_reminders(*, actor: User, activity: Activity, wanted: Collection[Wanted], now: datetime) -> None:
    """Let exactly these be what `actor` has set for this entry; what others have set stays.

    Whoever sees the entry may be reminded of it; who may change it may also have others reminded, and contacts that it
    is about. What would have been due already isn't told. Raises PermissionDenied, ValidationError under "reminders".
    """
    locked = _lock(activity)
    if not Activity.objects.visible_to(actor).filter(pk=locked.pk).exists():
        raise PermissionDenied
    for_others = [one for one in wanted if one.user_id != actor.pk]
    if for_others and not can_change_activity(actor, locked):
        raise PermissionDenied
    _check(wanted, locked)
    keys = {_key_of(one): one for one in wanted}
    mine = list(Reminder.objects.filter(activity=locked, set_by=actor))
    gone = [row.pk for row in mine if _key(row) not in keys]
    Reminder.objects.filter(pk__in=gone, settled_at__isnull=True).delete()
    Reminder.objects.filter(pk__in=gone).update(is_wanted=False)
    stay = [row.pk for row in mine if _key(row) in keys]
    Reminder.objects.filter(pk__in=stay).update(is_wanted=True)
    _add(locked, keys, set_by=actor.pk, now=now, even_if_passed=False)


def follow(activity_ids: Sequence[int], *, now: datetime) -> None:
    """These entries have another time: what is to come moves with them, and who was reminded already is so again.

    In the past there is nothing to remind of; the wishes stay for the next move.
    """
    minded = Reminder.objects.filter(activity__in=activity_ids).values("activity")
    for activity in Activity.objects.filter(pk__in=minded).order_by("pk"):
        _follow(activity, now=now)


def copy_reminders(pattern: Activity, entries: Sequence[Activity], *, now: datetime) -> None:
    """Remind of these new entries as of `pattern`: the other meetings of a series, the next of a repeated task."""
    rows = list(Reminder.objects.filter(activity=pattern, is_wanted=True).order_by("pk"))
    for row in rows:
        for entry in entries:
            _add(entry, {_key(row): _wanted(row)}, set_by=row.set_by_id, now=now, even_if_passed=False)


def _follow(activity: Activity, *, now: datetime) -> None:
    rows = list(Reminder.objects.filter(activity=activity).select_for_update().order_by("pk"))
    wishes = {_key(row): row for row in rows if row.is_wanted}
    if activity.occurred_at <= now:
        pending = Reminder.objects.filter(activity=activity, settled_at__isnull=True)
        pending.update(settled_at=now, outcome=Outcome.PASSED)
        return
    Reminder.objects.filter(activity=activity, settled_at__isnull=True).delete()
    for key, row in wishes.items():
        _add(activity, {key: _wanted(row)}, set_by=row.set_by_id, now=now, even_if_passed=True)


def _add(activity: Activity, keys: dict[Key, Wanted], *, set_by: int, now: datetime, even_if_passed: bool) -> None:
    rows = []
    for one in keys.values():
        remind_at = activity.occurred_at - timedelta(minutes=one.minutes_before)
        passed = remind_at <= now and not even_if_passed
        rows.append(
            Reminder(
                activity=activity,
                user_id=one.user_id,
                entity_id=one.entity_id,
                channel=one.channel,
                minutes_before=one.minutes_before,
                remind_at=remind_at,
                set_by_id=set_by,
                settled_at=now if passed else None,
                outcome=Outcome.PASSED if passed else Outcome.PENDING,
            )
        )
    Reminder.objects.bulk_create(rows, ignore_conflicts=True)  # the same one stands, to come or told


def _check(wanted: Iterable[Wanted], activity: Activity) -> None:
    about = set(activity.participants.filter(via_employer=False).values_list("entity_id", flat=True))
    counts: dict[tuple[int | None, int | None], int] = {}
    for one in wanted:
        person = (one.user_id, one.entity_id)
        counts[person] = counts.get(person, 0) + 1
        if not LATEST <= one.minutes_before <= EARLIEST:
            raise ValidationError({"reminders": _("Choose a time of four weeks ahead at most.")})
        if (one.user_id is None) == (one.entity_id is None):
            raise ValidationError({"reminders": _("Say who is to be reminded.")})
        if one.entity_id is not None and (one.entity_id not in about or one.channel != Channel.MAIL):
            raise ValidationError({"reminders": _("Only contacts that it is about can be reminded, by e-mail.")})
    if any(count > MOST for count in counts.values()):
        raise ValidationError({"reminders": _("At most %(count)s reminders for one person.") % {"count": MOST}})


def _lock(activity: Activity) -> Activity:
    return Activity.objects.select_for_update(no_key=True).get(pk=activity.pk)


def _key(row: Reminder) -> Key:
    return (row.user_id, row.entity_id, row.channel, row.minutes_before)


def _key_of(one: Wanted) -> Key:
    return (one.user_id, one.entity_id, one.channel, one.minutes_before)


def _wanted(row: Reminder) -> Wanted:
    return Wanted(row.minutes_before, row.channel, row.user_id, row.entity_id)
