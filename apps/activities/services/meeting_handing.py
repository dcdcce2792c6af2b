"""Meetings to come with contacts that pass to somebody else go along with them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from apps.activities.models import Activity, ActivityEntity, Attendee, Meeting
from apps.core.services.operations import snapshot

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.services.operations import Recorder


def hand_meetings_on(
    *,
    recorder: Recorder,
    entity_ids: Collection[int],
    giver: User,
    taker: User,
    actor: User,
    since: date,
    now: datetime,
) -> int:
    """Let `taker` ask to, and be asked to, what `giver` did and was from `since` on with these contacts; how many.

    Within the caller's operation, who also tells `taker`. Only what isn't private, and what both `actor` and `taker`
    see. No guest gets a mail: time and place stay, and who comes instead, the successor says.
    """
    about = ActivityEntity.objects.filter(entity__in=entity_ids, via_employer=False).order_by().values("activity")
    begin = max(now, datetime.combine(since, time.min, ZoneInfo(settings.RAPPORT_TIME_ZONE)))
    to_come = Q(starts_at__gte=begin) | Q(starts_on__gte=max(since, now.date()))
    found = Meeting.objects.with_user(giver.pk).filter(to_come, pk__in=about)
    found = found.exclude(status=Meeting.Status.CANCELLED)
    ids = set(found.order_by().values_list("pk", flat=True))
    if not ids:
        return 0
    public = Activity.objects.live().filter(pk__in=ids, visibility=Activity.Visibility.PUBLIC)
    for reader in (actor, taker):
        public = public.filter(pk__in=Activity.objects.visible_to(reader).filter(pk__in=ids).order_by().values("pk"))
    seen = set(public.order_by().values_list("pk", flat=True))
    rows = Meeting.objects.select_for_update(of=("self",)).select_related("activity").filter(pk__in=seen)
    meetings = list(rows.order_by("pk"))
    led = [each for each in meetings if each.organiser_id == giver.pk]
    for each in led:
        before = snapshot(each)
        each.organiser, each.sequence = taker, each.sequence + 1
        recorder.updated(each, before)
    Meeting.objects.bulk_update(led, ["organiser", "sequence"], batch_size=500)
    _pass_seats(recorder, seen, giver, taker)
    return len(meetings)


def _pass_seats(recorder: Recorder, ids: Collection[int], giver: User, taker: User) -> None:
    """The giver's place among the guests is the taker's, who hasn't answered yet unless they were asked already."""
    there = set(Attendee.objects.filter(meeting__in=ids, user=taker).values_list("meeting", flat=True))
    rows = list(Attendee.objects.select_for_update().filter(meeting__in=ids, user=giver).order_by("pk"))
    doubles = [row for row in rows if row.meeting_id in there]
    for row in doubles:
        recorder.removed(row, row.meeting_id)
    Attendee.objects.filter(pk__in=[row.pk for row in doubles]).delete()
    passing = [row for row in rows if row.meeting_id not in there]
    for row in passing:
        before = snapshot(row)
        row.user, row.email = taker, taker.email
        row.answer, row.answered_at = Attendee.Answer.OPEN, None
        recorder.updated(row, before, row.meeting_id)
    Attendee.objects.bulk_update(passing, ["user", "email", "answer", "answered_at"], batch_size=500)
