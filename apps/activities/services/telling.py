"""Who is told of what: one notice per user and event, never of one's own doing, only what one may see at that time."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from apps.accounts.models import User
from apps.accounts.preferences import own_zone_of, preferences_of
from apps.activities import jobs
from apps.activities.models import Activity, Notice, PushSubscription
from apps.activities.models.notices import records_seen_by
from apps.activities.selectors.bell import forget_counts
from apps.activities.selectors.wishes import default_wish, mail_due_at, wishes_about
from apps.core import live
from apps.core.jobs import nudge


@dataclass(frozen=True, slots=True)
class News:
    """What one user is to be told; of an entry, or of a record."""

    user_id: int
    event: str
    verb: str
    activity_id: int | None = None
    record_type: str = ""
    record_id: int | None = None
    count: int = 1


@transaction.atomic
def tell(news: Sequence[News], *, actor_id: int | None, now: datetime, seen_by_all: bool = False) -> int:
    """Write notices as each user wants them, and return how many; the rest follows once the transaction is through.

    With `seen_by_all` the caller has chosen the users as those who see the records; else each is asked.
    """
    news = [one for one in news if one.user_id != actor_id]
    if not news:
        return 0
    ids = {one.user_id for one in news}
    users = {user.pk: user for user in User.objects.filter(pk__in=ids, is_active=True).select_related("preferences")}
    wishes = wishes_about({one.event for one in news}, ids)
    reachable = set(PushSubscription.objects.filter(user__in=users).values_list("user", flat=True))
    seen = {one for one in news if one.user_id in users} if seen_by_all else _seen(news, users)
    notices = []
    for one in news:
        if one not in seen:
            continue
        wish = wishes.get((one.user_id, one.event)) or default_wish(one.event)
        own = preferences_of(users[one.user_id])
        due = mail_due_at(wish.mail, zone=own_zone_of(own), now=now, hour=own.digest_hour)
        push = wish.push and one.user_id in reachable
        if wish.in_app or due or push:
            notices.append(_notice(one, actor_id, now, is_shown=wish.in_app, mail_due_at=due, wants_push=push))
    Notice.objects.bulk_create(notices)
    _wake(notices, now)
    return len(notices)


@transaction.atomic
def tell_bundled(news: Sequence[News], *, actor_id: int | None, now: datetime, within: timedelta) -> int:
    """As `tell`; but a notice of the same verb that lies unread and unmailed since then counts further instead.

    Returns how many heard of it, one way or the other.
    """
    rest, grown = [], []
    for one in news:
        if one.user_id == actor_id:
            continue
        same = Notice.objects.select_for_update().filter(user=one.user_id, verb=one.verb, at__gte=now - within)
        there = same.filter(read_at=None, mailed_at=None, pushed_at=None, is_shown=True).order_by("-at").first()
        if there is None:
            rest.append(one)
            continue
        Notice.objects.filter(pk=there.pk, at=there.at).update(count=F("count") + one.count)
        grown.append(one.user_id)
    announce(grown)
    return len(grown) + tell(rest, actor_id=actor_id, now=now)


def announce(user_ids: Iterable[int]) -> None:
    """Have the bells of these users count anew, once the transaction is through."""
    ids = sorted(set(user_ids))
    if not ids:
        return
    forget_counts(ids)
    for pk in ids:
        live.publish(f"user:{pk}", "notice", {})


def _notice(
    one: News, actor_id: int | None, now: datetime, *, is_shown: bool, mail_due_at: datetime | None, wants_push: bool
) -> Notice:
    return Notice(
        user_id=one.user_id,
        at=now,
        event=one.event,
        verb=one.verb,
        actor_id=actor_id,
        activity_id=one.activity_id,
        record_type=one.record_type,
        record_id=one.record_id,
        count=one.count,
        is_shown=is_shown,
        mail_due_at=mail_due_at,
        wants_push=wants_push,
    )


def _wake(notices: Collection[Notice], now: datetime) -> None:
    """The rows are the queue; these are only nudges."""
    announce(each.user_id for each in notices if each.is_shown)
    if any(each.mail_due_at is not None and each.mail_due_at <= now for each in notices):
        transaction.on_commit(functools.partial(nudge, jobs.send_digests))
    if any(each.wants_push for each in notices):
        transaction.on_commit(functools.partial(nudge, jobs.send_pushes))


def _seen(news: Iterable[News], users: dict[int, User]) -> set[News]:
    """Those of the news that their reader may see."""
    mine: dict[int, list[News]] = {}
    for one in news:
        if one.user_id in users:
            mine.setdefault(one.user_id, []).append(one)
    seen: set[News] = set()
    for user_id, ones in mine.items():
        user = users[user_id]
        entries = {one.activity_id for one in ones if one.activity_id is not None}
        records = _seen_records(ones, user)
        if entries:
            readable = Activity.objects.visible_to(user).live()
            entries &= set(readable.filter(pk__in=entries).values_list("pk", flat=True))
        for one in ones:
            if one.activity_id is not None:
                readable_now = one.activity_id in entries
            else:
                readable_now = one.record_type == "" or (one.record_type, one.record_id) in records
            if readable_now:
                seen.add(one)
    return seen


def _seen_records(news: Iterable[News], user: User) -> set[tuple[str, int | None]]:
    about: dict[str, set[int]] = {}
    for one in news:
        if one.activity_id is None and one.record_id is not None:
            about.setdefault(one.record_type, set()).add(one.record_id)
    seen: set[tuple[str, int | None]] = set()
    for record_type, ids in about.items():
        found = records_seen_by(user, record_type)
        if found is not None:
            seen |= {(record_type, pk) for pk in found.filter(pk__in=ids).values_list("pk", flat=True)}
    return seen
