"""Watching records, and telling those who watch. It changes neither what one may see nor what one has to do."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from apps.activities.models import Notice, Reminder, Watch
from apps.activities.models.notices import ENTITIES
from apps.activities.selectors.watches import forget_watch
from apps.activities.services.telling import News, tell
from apps.contacts.permissions import can_view_entity
from apps.core.prepared import Prepared, blank_ids

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.activities.models import Activity
    from apps.contacts.models import Entity

Event = Notice.Event
WATCHED = (Event.CHANGED, Event.COMMENTED, Event.STATUS, Event.MAIL)
_EVENTS = {"mail": Event.MAIL, "voicemail": Event.MAIL, "status": Event.STATUS, "handover": Event.STATUS}
_ENTITIES = blank_ids()
MANY = 20  # so many watched records changed by one operation are one notice


def watch_entity(*, actor: User, entity: Entity, now: datetime, events: Collection[str] = ()) -> Watch:
    """Be told of a contact, of all events or of some (`WATCHED`); watching already, the choice is another one.

    Raises PermissionDenied, ValidationError.
    """
    if not can_view_entity(actor, entity):
        raise PermissionDenied
    return watch(actor=actor, record_type=ENTITIES, record_id=entity.pk, events=events, now=now)


@transaction.atomic
def watch(*, actor: User, record_type: str, record_id: int, now: datetime, events: Collection[str] = ()) -> Watch:
    """The same for any record; the caller has asked whether `actor` sees it. Raises ValidationError."""
    if unknown := set(events) - set(WATCHED):
        raise ValidationError({"events": _("There is no such event: %(names)s.") % {"names": ", ".join(unknown)}})
    chosen = [] if set(events) == set(WATCHED) else sorted(events)
    row, _made = Watch.objects.update_or_create(
        user=actor,
        record_type=record_type,
        record_id=record_id,
        defaults={"events": chosen},
        create_defaults={"events": chosen, "created_at": now},
    )
    forget_watch(actor.pk, record_type, record_id)
    return row


@transaction.atomic
def unwatch(*, actor: User, record_type: str, record_id: int) -> None:
    """Not watching: nothing happens."""
    Watch.objects.filter(user=actor, record_type=record_type, record_id=record_id).delete()
    forget_watch(actor.pk, record_type, record_id)


def forget_watches(*, ids: Collection[int]) -> None:
    """Contacts go for good; nobody watches or reminds them any more."""
    Reminder.objects.filter(entity__in=ids).delete()
    Watch.objects.filter(record_type=ENTITIES, record_id__in=ids).delete()


def tell_of_entry(activity: Activity, *, actor: User | None, now: datetime) -> int:
    """Tell those who watch what a new entry is about: its contacts, their employers, its context."""
    about = Q(record_type=ENTITIES, record_id__in=activity.participants.values("entity"))
    if activity.context_id is not None:
        about |= Q(record_type=activity.context_type, record_id=activity.context_id)
    event = _EVENTS.get(activity.kind, Event.COMMENTED)
    users = {watch.user_id for watch in Watch.objects.filter(about) if not watch.events or event in watch.events}
    news = [News(pk, event, activity.verb, activity_id=activity.pk) for pk in sorted(users)]
    return tell(news, actor_id=actor.pk if actor else None, now=now)


def tell_of_changes(entity_ids: Sequence[int], *, verb: str, actor_id: int | None, now: datetime) -> int:
    """Tell those who watch contacts that these were changed."""
    watched: dict[int, list[int]] = {}
    for each in _watches.ask({_ENTITIES: list(entity_ids)}):
        if not each.events or Event.CHANGED in each.events:
            watched.setdefault(each.user_id, []).append(each.record_id)
    news = []
    for user_id, ids in watched.items():
        if len(ids) > MANY:
            news.append(News(user_id, Event.CHANGED, verb, count=len(ids)))
        else:
            news += [News(user_id, Event.CHANGED, verb, record_type=ENTITIES, record_id=pk) for pk in ids]
    return tell(news, actor_id=actor_id, now=now) if news else 0


@Prepared
def _watches() -> QuerySet[Watch]:
    return Watch.objects.filter(record_type=ENTITIES, record_id__among=_ENTITIES).order_by("record_id")


def tell_addressed(asked: Mapping[int, Collection[int]], *, verb: str, actor: User | None, now: datetime) -> int:
    """Tell users that something is asked of them; it stands in for what they were told as watchers just before."""
    event = Event.ASSIGNED if verb.startswith("task.") else Event.INVITED
    users = {pk for ids in asked.values() for pk in ids}
    just_told = Notice.objects.filter(user__in=users, activity__in=asked, at=now, read_at__isnull=True)
    just_told.exclude(event=Event.REMINDER).delete()
    news = [News(pk, event, verb, activity_id=entry) for entry, ids in asked.items() for pk in sorted(set(ids))]
    return tell(news, actor_id=actor.pk if actor else None, now=now)
