"""What somebody has in hand for whoever they stand in for that day: by date, so that it returns by itself."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet

from apps.activities.models.meetings import Meeting
from apps.activities.models.tasks import TaskAssignee
from apps.activities.models.timeline import ActivityEntity
from apps.core.contributions import StoodFor, stand_ins

if TYPE_CHECKING:
    from apps.accounts.models import User


def stood_for(user: User, *, on: date) -> list[StoodFor]:
    return [each for ask in stand_ins for each in ask(user, on)]


def stood_in_tasks(user: User, *, on: date) -> QuerySet[TaskAssignee, int] | None:
    """Ids of the open tasks of those, about the contacts that `user` has meanwhile; None: they stand in for nobody."""
    wanted = Q()
    for each in stood_for(user, on=on):
        wanted |= Q(user=each.user_id, task__in=_about(each))
    if not wanted:
        return None
    return TaskAssignee.objects.filter(wanted, is_over=False).order_by().values_list("task", flat=True)


def stood_in_meetings(user: User, *, on: date) -> QuerySet[Meeting] | None:
    """Their meetings with these contacts that begin before they are back; None as above."""
    wanted = Q()
    for each in stood_for(user, on=on):
        back = datetime.combine(each.until, time.min, ZoneInfo(settings.RAPPORT_TIME_ZONE))
        theirs = Q(pk__in=Meeting.objects.with_user(each.user_id).order_by().values("pk"), activity__in=_about(each))
        wanted |= theirs & (Q(starts_at__lt=back) | Q(starts_on__lt=each.until))
    return Meeting.objects.filter(wanted) if wanted else None


def _about(each: StoodFor) -> QuerySet[ActivityEntity, int]:
    links = ActivityEntity.objects.filter(entity__in=each.contacts, via_employer=False)
    return links.order_by().values_list("activity", flat=True)
