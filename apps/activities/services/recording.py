"""How an entry gets into the history, is moved in time, or changes whom it is about: the one way for all kinds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F, OuterRef, Subquery
from django.utils.translation import gettext as _

from apps.activities.models import Activity, ActivityEntity
from apps.activities.models.reach import audience_of, team_token, teams_of, user_token
from apps.activities.services.telling_pages import tell_timelines
from apps.activities.signals import activities_moved, activity_recorded
from apps.contacts.models import Entity
from apps.contacts.selectors.employment import employers_of, employments_of
from apps.core.batch import insert_rows, portions, reserve_ids
from apps.core.contributions import contexts

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.activities.models import ActivityCategory
    from apps.core.services.operations import Recorder

TEXT_LENGTH = 20_000
SUBJECT_LENGTH = 300
_PORTION = 2000
Visibility = Activity.Visibility


@dataclass(frozen=True, slots=True)
class Context:
    """The record that an entry belongs to: its type ("crm.order", registered in `contributions.contexts`) and id."""

    type: str
    id: int


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is to be written down. `entities` are those it is about; their employers of that day come by themselves.

    `people` are ids of users who read it too where it isn't public: assignees, attendees.
    """

    kind: str
    verb: str
    occurred_at: datetime
    entities: Sequence[Entity] = ()
    context: Context | None = None
    subject: str = ""
    text: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    visibility: str = Visibility.PUBLIC
    category: ActivityCategory | None = None
    shown_to: Entity | None = None
    people: Collection[int] = ()


@transaction.atomic
def record(entry: Entry, *, actor: User | None, now: datetime) -> Activity:
    """Write one entry; the caller has asked whether `actor` may. Raises ValidationError for words that don't fit."""
    activity = _row(entry, actor, now)
    activity.save(force_insert=True)
    tell_timelines([activity], ActivityEntity.objects.bulk_create(_links(activity, entry.entities)))
    activity_recorded.send(sender=Activity, activity=activity, actor=actor, now=now)
    return activity


@transaction.atomic
def record_many(entries: Sequence[tuple[Entry, User | None]], *, now: datetime) -> list[Activity]:
    """Write many entries, each with its author, in a few statements; nobody is told of them.

    For what a system brings: an import, a feed, the demo. The caller has asked whether their authors may.
    """
    activities = [_row(entry, actor, now) for entry, actor in entries]
    for activity, pk in zip(activities, reserve_ids({Activity: len(activities)})[Activity], strict=True):
        activity.pk = pk
    for portion in portions(activities, _PORTION):
        insert_rows(portion)
    people = {entity.pk for entry, _actor in entries for entity in entry.entities if entity.is_person}
    jobs = employments_of(people)
    links: list[ActivityEntity] = []
    for activity, (entry, _actor) in zip(activities, entries, strict=True):
        day = activity.occurred_at.date()
        about = [entity.pk for entity in entry.entities]
        held = (job for pk in about for job in jobs.get(pk, ()) if job.holds_on(day))
        links += _link_rows(activity, about, [job.organisation_id for job in held])
    for links_portion in portions(links, _PORTION):
        insert_rows(links_portion)
    tell_timelines(activities, links)
    return activities


def set_entities(
    activity: Activity,
    entities: Sequence[Entity],
    *,
    people: Collection[int] = (),
    now: datetime,
    recorder: Recorder | None = None,
) -> None:
    """Let the entry be about exactly these; timelines, audience and readers follow. The caller keeps `before`.

    `recorder` notes the links for undo; None where they follow from rows of their own, which undo puts back first.
    """
    context = Context(activity.context_type, activity.context_id) if activity.context_id is not None else None
    activity.audience = _audience(entities, context)
    activity.readers = readers_of(activity.visibility, activity.actor, people, entities, now=now)
    gone = list(activity.participants.order_by("pk"))
    if recorder is not None:
        for link in gone:
            recorder.removed(link)
    activity.participants.all().delete()
    made = ActivityEntity.objects.bulk_create(_links(activity, entities))
    if recorder is not None:
        for link in made:
            recorder.created(link)
    activity.save(update_fields=["audience", "readers"])


def move_in_time(activity: Activity, occurred_at: datetime, *, now: datetime) -> None:
    """Put an entry where it now belongs on all timelines; its reminders follow."""
    if activity.occurred_at == occurred_at:
        return
    activity.occurred_at = occurred_at
    activity.save(update_fields=["occurred_at"])
    follow_moments([activity.pk], now=now)


def follow_moments(activity_ids: Collection[int], *, now: datetime) -> None:
    """Let timelines hold these entries where they now stand in time, and say that they moved."""
    stale = ActivityEntity.objects.filter(activity__in=activity_ids).exclude(occurred_at=F("activity__occurred_at"))
    there = Activity.objects.filter(pk=OuterRef("activity")).values("occurred_at")
    stale.update(occurred_at=Subquery(there))
    if activity_ids:
        activities_moved.send(sender=Activity, ids=sorted(activity_ids), now=now)


def restamp(entity_ids: Sequence[int]) -> None:
    """Work out anew who may read what is about these entities. A trigger does so where they are moved."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rapport_stamp_activities(id) FROM unnest(%s::bigint[]) id", [list(entity_ids)])


def readers_of(
    visibility: str, actor: User | None, people: Iterable[int], entities: Iterable[Entity], *, now: datetime
) -> list[int] | None:
    """The tokens of who may read what isn't public: its author, who takes part, and for a team's entry the teams."""
    if visibility == Visibility.PUBLIC:
        return None
    users = {*people, *(entity.user_id for entity in entities if entity.user_id)}
    if actor is not None:
        users.add(actor.pk)
    tokens = {user_token(pk) for pk in users}
    if visibility == Visibility.TEAM and actor is not None:
        tokens.update(map(team_token, teams_of(actor.pk, today=now.date())))
    return sorted(tokens)


def clean_text(text: str, *, required: bool = False) -> str:
    """Raises ValidationError under "text"."""
    words = text.replace("\x00", "").strip()
    if required and not words:
        raise ValidationError({"text": _("Write a few words first.")})
    if len(words) > TEXT_LENGTH:
        raise ValidationError({"text": _("At most %(limit)s letters fit here.") % {"limit": TEXT_LENGTH}})
    return words


def clean_subject(subject: str, *, required: bool = False) -> str:
    """Raises ValidationError under "subject"."""
    words = " ".join(subject.replace("\x00", "").split())
    if required and not words:
        raise ValidationError({"subject": _("Say in a few words what it is.")})
    if len(words) > SUBJECT_LENGTH:
        raise ValidationError({"subject": _("At most %(limit)s letters fit here.") % {"limit": SUBJECT_LENGTH}})
    return words


def _audience(entities: Iterable[Entity], context: Context | None) -> list[int]:
    reader = contexts.get(context.type) if context else None
    extra = reader.tokens_of([context.id]).get(context.id, []) if context and reader else []
    return audience_of(((entity.folder_id, entity.is_restricted) for entity in entities), extra)


def _row(entry: Entry, actor: User | None, now: datetime) -> Activity:
    return Activity(
        kind=entry.kind,
        verb=entry.verb,
        actor=actor,
        occurred_at=entry.occurred_at,
        created_at=now,
        subject=clean_subject(entry.subject),
        snippet=clean_text(entry.text),
        facts=dict(entry.facts),
        context_type=entry.context.type if entry.context else "",
        context_id=entry.context.id if entry.context else None,
        visibility=entry.visibility,
        category=entry.category,
        shown_to=entry.shown_to,
        audience=_audience(entry.entities, entry.context),
        readers=readers_of(entry.visibility, actor, entry.people, entry.entities, now=now),
    )


def _links(activity: Activity, entities: Sequence[Entity]) -> list[ActivityEntity]:
    people = [entity.pk for entity in entities if entity.is_person]
    employers = employers_of(people, today=activity.occurred_at.date()) if people else []
    return _link_rows(activity, [entity.pk for entity in entities], employers)


def _link_rows(activity: Activity, about: Iterable[int], employers: Iterable[int]) -> list[ActivityEntity]:
    """Each once; who is named needs no second place as an employer."""
    moment = activity.occurred_at
    named = dict.fromkeys(about)
    return [
        *(ActivityEntity(activity=activity, entity_id=pk, role="subject", occurred_at=moment) for pk in named),
        *(
            ActivityEntity(activity=activity, entity_id=pk, role="employer", via_employer=True, occurred_at=moment)
            for pk in dict.fromkeys(employers)
            if pk not in named
        ),
    ]
