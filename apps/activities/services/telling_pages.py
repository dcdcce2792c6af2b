"""Open timelines hear that something was written down; what it is they read by their own rights."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from apps.accounts.models import TeamMembership
from apps.activities.models import Activity, ActivityEntity
from apps.activities.models.reach import split_readers
from apps.core import live

_MOST = 500  # links; what a system brings in greater numbers is seen when a page is opened


def tell_timelines(activities: Iterable[Activity], links: Sequence[ActivityEntity]) -> None:
    """Tell the timelines that these links put the entries on, once the transaction is through.

    Of an entry for few only its readers hear, by their own channel: others don't even learn that there is one.
    """
    if len(links) > _MOST:
        return
    about: dict[int, list[int]] = {}
    for link in links:
        about.setdefault(link.activity_id, []).append(link.entity_id)
    everybody: set[int] = set()
    few: dict[int, set[int]] = {}  # entities by reader: one word to each, however many entries
    for activity in activities:
        entities = about.get(activity.pk, [])
        if activity.readers is None and activity.category_id is None:
            everybody.update(entities)
        elif entities:
            for user_id in _users(activity):
                few.setdefault(user_id, set()).update(entities)
    for entity_id in sorted(everybody):
        live.publish(f"history:{entity_id}", "history", {})
    for user_id, together in sorted(few.items()):
        live.publish(f"user:{user_id}", "history", {"entities": sorted(together)})


def tell_timelines_of(activity_ids: Collection[int]) -> None:
    """The same for entries whose readers were settled after they had been written."""
    if 0 < len(activity_ids) <= _MOST:
        links = list(ActivityEntity.objects.filter(activity__in=activity_ids))
        tell_timelines(Activity.objects.filter(pk__in=activity_ids), links)


def _users(activity: Activity) -> set[int]:
    users, teams = split_readers(activity.readers or [])
    if activity.actor_id is not None:
        users.add(activity.actor_id)
    if teams:
        day = activity.created_at.date()
        members = TeamMembership.objects.filter(team__in=teams, valid_from__lte=day).exclude(valid_to__lte=day)
        users |= set(members.values_list("user", flat=True))
    return users
