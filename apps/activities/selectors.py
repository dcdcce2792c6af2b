"""Timelines: what happened with a contact, newest first, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Prefetch, Q

from apps.activities.models import Activity, ActivityEntity
from apps.contacts.models import Entity

if TYPE_CHECKING:
    from apps.accounts.models import User

PAGE = 20  # two screens; the next ones come as one scrolls


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """`after` is the key of the next page, "" at the end."""

    entries: list[Activity]
    after: str


def timeline_of(entity: Entity, *, user: User, with_people: bool = True, after: str = "") -> TimelinePage:
    """The history of `entity`; of an organisation with that of its people, unless `with_people` is off.

    Whoever sees the entity sees these entries, save those about people whom `user` doesn't see. Two queries whatever
    the length; `after` is a page's own key, and a key that makes no sense begins at the top.
    """
    visible = ActivityEntity.objects.filter(via_employer=False, entity__in=Entity.objects.visible_to(user))
    links = ActivityEntity.objects.filter(entity=entity, activity__removed_at__isnull=True)
    if with_people:
        about_seen = Exists(visible.filter(activity=OuterRef("activity")))
        links = links.filter(Q(via_employer=False) | Q(about_seen))
    else:
        links = links.filter(via_employer=False)
    if key := _read_key(after):
        occurred_at, pk = key
        links = links.filter(Q(occurred_at__lt=occurred_at) | Q(occurred_at=occurred_at, activity_id__lt=pk))
    ids = list(links.order_by("-occurred_at", "-activity_id").values_list("activity_id", flat=True)[: PAGE + 1])
    subjects = Prefetch("participants", visible.select_related("entity"), to_attr="subjects")
    found = Activity.objects.filter(pk__in=ids[:PAGE]).select_related("actor")
    if entity.is_organisation:  # a person's own entries are about that person
        found = found.prefetch_related(subjects)
    entries = sorted(found, key=lambda activity: (activity.occurred_at, activity.pk), reverse=True)
    more = len(ids) > PAGE and bool(entries)
    return TimelinePage(entries, f"{entries[-1].occurred_at.isoformat()}_{entries[-1].pk}" if more else "")


def timeline_of_all(user: User, *, after: str = "") -> TimelinePage:
    """The history of everybody that `user` sees, newest first."""
    found = Activity.objects.visible_to(user).filter(removed_at__isnull=True)
    if key := _read_key(after):
        occurred_at, pk = key
        found = found.filter(Q(occurred_at__lt=occurred_at) | Q(occurred_at=occurred_at, pk__lt=pk))
    visible = ActivityEntity.objects.filter(via_employer=False, entity__in=Entity.objects.visible_to(user))
    subjects = Prefetch("participants", visible.select_related("entity"), to_attr="subjects")
    rows = found.select_related("actor").prefetch_related(subjects).order_by("-occurred_at", "-pk")
    entries = list(rows[: PAGE + 1])
    more = len(entries) > PAGE
    last = entries[PAGE - 1] if more else None
    return TimelinePage(entries[:PAGE], f"{last.occurred_at.isoformat()}_{last.pk}" if last else "")


def _read_key(after: str) -> tuple[datetime, int] | None:
    moment, _sign, pk = after.rpartition("_")
    if not pk.isdecimal() or len(pk) > 18:
        return None
    try:
        occurred_at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (occurred_at, int(pk)) if occurred_at.tzinfo else None
