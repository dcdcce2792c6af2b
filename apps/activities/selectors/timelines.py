"""Timelines: what happened with a contact, a record, a colleague or with anybody, newest first, page by page."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q, QuerySet, Value

from apps.activities.models import Activity, ActivityEntity, ActivityQuerySet
from apps.activities.models.reach import reach_of
from apps.activities.permissions import open_tasks_to_change
from apps.activities.selectors.changes import changes_of
from apps.activities.selectors.kind_fields import FIELDS, shown_values
from apps.activities.selectors.kinds import kinds_named
from apps.contacts.models import Entity
from apps.contacts.models.rights import rights_of
from apps.core import clock
from apps.core.contributions import contexts
from apps.core.page_keys import page_key, read_page_key
from apps.core.prepared import blank_ids, blank_moment, blank_number, prepared

if TYPE_CHECKING:
    from apps.accounts.models import User

PAGE = 20  # two screens; the next ones come as one scrolls
AHEAD = 5  # what is to come stands above "now", so many of it
_PAST, _AHEAD, _PINNED = range(3)
_BESIDE = "participants__occurred_at"  # a copy beside the entity: its timeline is one range of an index
_ENTITY, _SO_FAR, _ENTRIES = blank_number(), blank_moment(), blank_ids()


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a reader wants to see of a timeline; `since` and `until` are moments, the latter not included."""

    kinds: tuple[str, ...] = ()
    actors: tuple[int, ...] | None = None  # None: everybody's
    since: datetime | None = None
    until: datetime | None = None

    def apply(self, found: Any) -> Any:
        if self.kinds:
            found = found.filter(kind=self.kinds[0]) if len(self.kinds) == 1 else found.filter(kind__in=self.kinds)
        if self.actors is not None:
            found = found.filter(actor__in=self.actors)
        return found

    def __bool__(self) -> bool:
        return bool(self.kinds or self.actors is not None or self.since or self.until)


EVERYTHING = Narrowing()


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """`after` is the key of the next page, "" at the end; `ahead` and `pinned` stand on the first page alone.

    Each entry bears `subjects` (links to those of its entities that the reader sees), `kind_shown` (its Kind),
    `context_link` ((title, address) or None) and `own_fields` (the values of its kind's own fields).
    """

    entries: list[Activity]
    after: str
    ahead: list[Activity] = field(default_factory=list)  # soonest first
    pinned: list[Activity] = field(default_factory=list)

    @property
    def latest_first(self) -> list[Activity]:
        """What is ahead, as it stands above "now"."""
        return self.ahead[::-1]


def timeline_of(
    entity: Entity,
    *,
    user: User,
    now: datetime,
    with_people: bool = True,
    with_changes: bool = False,
    narrowing: Narrowing = EVERYTHING,
    after: str = "",
) -> TimelinePage:
    """The history of `entity`; of an organisation with that of its people, unless `with_people` is off.

    `with_changes` puts "created, imported, edited by" between its entries. The same number of queries whatever the
    length; `after` is a page's own key, and one that makes no sense begins at the top.
    """
    if narrowing or read_page_key(after):
        found = _about(entity.pk, user, with_people)
        page = _page(found, _BESIDE, user=user, now=now, narrowing=narrowing, after=after)
    else:
        asked = {_ENTITY: entity.pk, _SO_FAR: _just_after(now)}
        page = _first_page(_first_rows.ask(asked, user, with_people), user=user)
    if not with_changes:
        return page
    changes = changes_of(entity, before=read_page_key(after), limit=PAGE + 1)
    merged = sorted([*page.entries, *changes], key=_moment_and_key, reverse=True)
    is_more = len(merged) > PAGE or bool(page.after)
    merged = merged[:PAGE]
    return replace(page, entries=merged, after=page_key(merged[-1].moment, merged[-1].pk) if is_more else "")


def _about(entity_id: int, user: User, with_people: bool) -> ActivityQuerySet:
    about = Q(participants__entity=entity_id)
    if not with_people:
        about &= Q(participants__via_employer=False)
    return Activity.objects.visible_to(user).live().filter(about)


def _reading(user: User, with_people: bool) -> Hashable:
    """All that decides which entries a reader sees: see `visible_to` of both."""
    return user.pk, rights_of(user), reach_of(user), with_people


@prepared(_reading)
def _first_rows(user: User, with_people: bool) -> ActivityQuerySet:
    found: ActivityQuerySet = _in_parts(_with_moment(_about(_ENTITY, user, with_people), _BESIDE), _SO_FAR)
    return found


def timeline_of_context(
    record_type: str,
    record_id: int,
    *,
    user: User,
    now: datetime,
    narrowing: Narrowing = EVERYTHING,
    after: str = "",
    entities: Collection[int] = (),
) -> TimelinePage:
    """The history of any record: an order, a claim, a project; with what there was with `entities`, whatever about."""
    belongs = Q(context_type=record_type, context_id=record_id)
    if entities:
        with_them = ActivityEntity.objects.filter(entity__in=entities, via_employer=False).values("activity")
        belongs |= Q(pk__in=with_them)
    found = Activity.objects.visible_to(user).live().filter(belongs)
    return _page(found, "occurred_at", user=user, now=now, narrowing=narrowing, after=after)


def timeline_of_found(
    found: ActivityQuerySet, *, user: User, now: datetime, narrowing: Narrowing = EVERYTHING, after: str = ""
) -> TimelinePage:
    """The history of whatever a higher app has found, all of which `user` sees."""
    return _page(found, "occurred_at", user=user, now=now, narrowing=narrowing, after=after)


def timeline_of_all(
    user: User, *, now: datetime, narrowing: Narrowing = EVERYTHING, after: str = "", with_ahead: bool = False
) -> TimelinePage:
    """What happened with anybody that `user` sees; of colleagues where `narrowing` names actors."""
    found = Activity.objects.visible_to(user).live()
    return _page(found, "occurred_at", user=user, now=now, narrowing=narrowing, after=after, with_ahead=with_ahead)


def _page(
    found: Any,  # a queryset; annotated below, which type checkers don't follow
    moment: str,
    *,
    user: User,
    now: datetime,
    narrowing: Narrowing,
    after: str,
    with_ahead: bool = True,
) -> TimelinePage:
    found = _with_moment(narrowing.apply(found), moment)
    so_far = _just_after(now)
    key = read_page_key(after)
    if with_ahead and key is None and not narrowing:
        return _first_page(_in_parts(found, so_far), user=user)
    past = found.filter(moment__lt=min(so_far, narrowing.until or so_far))
    if narrowing.since:
        past = past.filter(moment__gte=narrowing.since)
    if key is not None:
        last, pk = key
        past = past.filter(Q(moment__lt=last) | Q(moment=last, pk__lt=pk), moment__lte=last)
    return _dressed(list(past.order_by("-moment", "-pk")[: PAGE + 1]), user=user)


def _with_moment(found: Any, moment: str) -> Any:
    return found.select_related("actor").annotate(moment=F(moment))


def _just_after(now: datetime) -> datetime:
    return now + timedelta(microseconds=1)  # what happens at this moment has happened


def _in_parts(found: Any, so_far: datetime) -> Any:
    """The three parts of a first page in one statement: a page asks little."""
    past = found.filter(moment__lt=so_far).order_by("-moment", "-pk")[: PAGE + 1]
    ahead = found.filter(moment__gte=so_far).order_by("moment", "pk")[:AHEAD]
    pinned = found.filter(moment__lt=so_far, pinned_at__isnull=False).order_by("-pinned_at", "pk")[:AHEAD]
    return _marked(past, _PAST).union(_marked(ahead, _AHEAD), _marked(pinned, _PINNED), all=True)


def _first_page(rows: Iterable[Any], *, user: User) -> TimelinePage:
    parts: dict[int, list[Activity]] = {_PAST: [], _AHEAD: [], _PINNED: []}
    for entry in rows:
        parts[entry.part].append(entry)
    past = sorted(parts[_PAST], key=_moment_and_key, reverse=True)
    return _dressed(past, sorted(parts[_AHEAD], key=_moment_and_key), parts[_PINNED], user=user)


def _dressed(
    past: list[Activity], ahead: Sequence[Activity] = (), pinned: Sequence[Activity] = (), *, user: User
) -> TimelinePage:
    """The page of these rows, of which the past has one more where it goes on."""
    entries = past[:PAGE]
    dress([*ahead, *pinned, *entries], user=user)
    mark_completable([*ahead, *pinned, *entries], user=user, now=clock.now())
    return TimelinePage(
        entries, page_key(entries[-1].moment, entries[-1].pk) if len(past) > PAGE else "", list(ahead), list(pinned)
    )


def _marked(found: Any, part: int) -> Any:
    return found.annotate(part=Value(part))


def _moment_and_key(entry: Activity) -> tuple[datetime, int]:
    return entry.moment, entry.pk


def dress(entries: Iterable[Activity], *, user: User) -> None:
    """Let each entry bear what its row shows beside its own fields (see TimelinePage), as far as `user` sees it."""
    entries = list(entries)
    if not entries:
        return
    links: dict[int, list[ActivityEntity]] = {}
    for link in _subjects.ask({_ENTRIES: [each.pk for each in entries]}, user):
        links.setdefault(link.activity_id, []).append(link)
    _add_contexts(entries)
    shown = kinds_named(entry.kind for entry in entries)
    for entry in entries:
        entry.kind_shown = shown[entry.kind]
        entry.subjects = links.get(entry.pk, [])
        entry.own_fields = shown_values(entry) if FIELDS in entry.facts else []


def mark_completable(entries: Sequence[Activity], *, user: User, now: datetime) -> None:
    """Let each entry say whether `user` may complete the open task that it is, for the button of its row."""
    changeable = open_tasks_to_change(user, entries, on=now.date())
    for entry in entries:
        entry.may_complete = entry.pk in changeable


@prepared(rights_of)
def _subjects(user: User) -> QuerySet[ActivityEntity]:
    about = ActivityEntity.objects.filter(activity__among=_ENTRIES, via_employer=False)
    about = about.filter(entity__in=Entity.objects.visible_to(user)).select_related("entity")
    return about.only("activity", "role", "entity__display_name", "entity__kind").order_by("pk")


def _add_contexts(entries: list[Activity]) -> None:
    wanted: dict[str, set[int]] = {}
    for entry in entries:
        if entry.context_id is not None:
            wanted.setdefault(entry.context_type, set()).add(entry.context_id)
    told: dict[tuple[str, int], tuple[str, str]] = {}
    for record_type, ids in wanted.items():
        if context := contexts.get(record_type):
            told.update({(record_type, pk): words for pk, words in context.describe(ids).items()})
    for entry in entries:
        entry.context_link = told.get((entry.context_type, entry.context_id or 0))
