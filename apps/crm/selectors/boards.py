"""The board of a journey: its stages as columns, each with its count and its latest cards, further ones as asked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate

from apps.activities.models import ActivityEntity, Task
from apps.contacts.models import Entity
from apps.contacts.selectors.narrowing import narrow_by_words
from apps.core.clock import company_day
from apps.core.page_keys import page_key, read_page_key
from apps.crm.models import EntityPersona, JourneyStep, Pipeline, PipelineStage
from apps.crm.permissions.contacts import managed_of_seen
from apps.crm.selectors.charge_filters import held_of, in_charge_of_teams, in_charge_of_users, nobody_in_charge
from apps.crm.selectors.columns import rows_by_stage

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models.entities import EntityQuerySet

CARDS = 25  # in one column at a time, as on the board of tasks
_DAY = 86_400
_FACTS = (
    *("pk", "stage", "entered_at", "entity", "entity__display_name", "entity__organisation"),
    *("entity__folder", "entity__organisation_entity"),
)


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What a board shows: `charge` is "", "none" or user ids; the rest ids; nothing chosen: everything."""

    words: str = ""
    users: tuple[int, ...] = ()
    teams: tuple[int, ...] = ()
    personas: tuple[int, ...] = ()
    nobody: bool = False  # those nobody is in charge of


@dataclass(frozen=True, slots=True)
class NextStep:
    title: str
    on: Any  # a date, or None
    is_late: bool
    task_id: int


@dataclass(frozen=True, slots=True)
class BoardCard:
    entity_id: int
    stage_id: int
    name: str
    organisation: str
    organisation_id: int | None
    entered_at: datetime
    days: int  # in this stage
    is_stuck: bool
    in_charge: str
    may_move: bool
    next_step: NextStep | None


@dataclass(frozen=True, slots=True)
class BoardColumn:
    stage: PipelineStage
    number: int
    cards: list[BoardCard]
    after: str = ""  # the key of the next page, "" at the end


@dataclass(frozen=True, slots=True)
class Board:
    pipeline: Pipeline
    columns: list[BoardColumn] = field(default_factory=list)


def board_of(user: User, pipeline: Pipeline, wanted: BoardFilter, *, now: datetime) -> Board:
    """All columns with their first cards, the newest in a stage first."""
    steps = _steps(user, pipeline, wanted, now)
    numbers = _numbers(steps)
    stages = _stages(pipeline, numbers)
    rows = rows_by_stage([_first(steps, stage) for stage in stages if stage.pk in numbers])
    return _draw(user, pipeline, stages, numbers, rows, now)


def more_of(user: User, stage: PipelineStage, wanted: BoardFilter, after: str, *, now: datetime) -> BoardColumn:
    """The cards of a column behind those shown; its number is not told again."""
    rows = {stage.pk: list(_first(_steps(user, stage.pipeline, wanted, now), stage, after))}
    return _draw(user, stage.pipeline, [stage], {}, rows, now).columns[0]


def cards_of(user: User, pipeline: Pipeline, wanted: BoardFilter, ids: Collection[int], *, now: datetime) -> Board:
    """All columns with their numbers, and of their cards those of these contacts: what a move has changed."""
    steps = _steps(user, pipeline, wanted, now)
    numbers = _numbers(steps)
    stages = _stages(pipeline, numbers)
    found: dict[int, list[dict[str, Any]]] = {stage.pk: [] for stage in stages}
    for row in steps.filter(entity__in=ids).values(*_FACTS)[: CARDS * 4]:
        found.setdefault(row["stage"], []).append(row)
    return _draw(user, pipeline, stages, numbers, found, now)


def _steps(user: User, pipeline: Pipeline, wanted: BoardFilter, now: datetime) -> QuerySet[JourneyStep]:
    """Where contacts that `user` sees stand now on this pipeline."""
    steps = JourneyStep.objects.current().filter(pipeline=pipeline)
    seen: EntityQuerySet = Entity.objects.visible_to(user).live()
    if wanted.words:
        seen = narrow_by_words(seen, wanted.words)
    today = company_day(now)
    if wanted.users:
        steps = steps.filter(in_charge_of_users(wanted.users, on=today, entity="entity"))
    if wanted.nobody:
        steps = steps.filter(nobody_in_charge(on=today, entity="entity"))
    if wanted.teams:
        steps = steps.filter(in_charge_of_teams(wanted.teams, on=today, entity="entity"))
    if wanted.personas:
        bears = EntityPersona.objects.filter(
            entity=OuterRef("entity"), persona__in=wanted.personas, valid_to__isnull=True
        )
        steps = steps.filter(Exists(bears))
    return steps.filter(Exists(seen.filter(pk=OuterRef("entity"))))


def _numbers(steps: QuerySet[JourneyStep]) -> dict[int, int]:
    return dict(steps.order_by().values("stage").annotate(number=Count("pk")).values_list("stage", "number"))


def _stages(pipeline: Pipeline, numbers: dict[int, int]) -> list[PipelineStage]:
    """Those that are offered, and retired ones in which somebody still stands."""
    there = Q(retired_at__isnull=True) | Q(pk__in=list(numbers))
    return list(pipeline.stages.filter(there).order_by("position", "pk"))


def _first(
    steps: QuerySet[JourneyStep], stage: PipelineStage, after: str = ""
) -> QuerySet[JourneyStep, dict[str, Any]]:
    """The column's first cards, or those behind `after`, and one more."""
    steps = steps.filter(stage=stage)
    if (key := read_page_key(after)) is not None:
        at, pk = key
        steps = steps.filter(Q(entered_at__lt=at) | Q(entered_at=at, pk__lt=pk), entered_at__lte=at)
    first: QuerySet[JourneyStep, dict[str, Any]] = steps.order_by("-entered_at", "-pk").values(*_FACTS)[: CARDS + 1]
    return first


def _draw(
    user: User,
    pipeline: Pipeline,
    stages: Sequence[PipelineStage],
    numbers: dict[int, int],
    rows: dict[int, list[dict[str, Any]]],
    now: datetime,
) -> Board:
    shown = [row for its_rows in rows.values() for row in its_rows[:CARDS]]
    ids = [row["entity"] for row in shown]
    today = company_day(now)
    held = held_of(ids, on=today) if ids else {}
    charge = {pk: [(each.user_id, each.team_id) for each in rows] for pk, rows in held.items()}
    folders = {row["entity"]: row["entity__folder"] for row in shown}
    managed = managed_of_seen(user, folders, on=today, charge=charge)
    steps = next_steps(user, ids, now=now)

    def card(row: dict[str, Any], stage: PipelineStage) -> BoardCard:
        pk = row["entity"]
        days = int((now - row["entered_at"]).total_seconds() // _DAY)
        theirs = held.get(pk)
        return BoardCard(
            entity_id=pk,
            stage_id=stage.pk,
            name=row["entity__display_name"],
            organisation=row["entity__organisation"],
            organisation_id=row["entity__organisation_entity"],
            entered_at=row["entered_at"],
            days=max(days, 0),
            is_stuck=stage.stuck_after is not None and days > stage.stuck_after,
            in_charge=theirs[0].name if theirs else "",
            may_move=pk in managed,
            next_step=steps.get(pk),
        )

    columns = []
    for stage in stages:
        its_rows = rows.get(stage.pk, [])
        last = its_rows[CARDS - 1] if len(its_rows) > CARDS else None
        after = page_key(last["entered_at"], last["pk"]) if last else ""
        cards = [card(row, stage) for row in its_rows[:CARDS]]
        columns.append(BoardColumn(stage, numbers.get(stage.pk, 0), cards, after))
    return Board(pipeline, columns)


def next_steps(user: User, entity_ids: Collection[int], *, now: datetime) -> dict[int, NextStep]:
    """The open task of each contact that is due first, as far as `user` sees tasks."""
    if not entity_ids:
        return {}
    links = ActivityEntity.objects.filter(entity__in=entity_ids, via_employer=False)
    tasks = Task.objects.visible_to(user).open().filter(pk__in=links.values("activity"))
    rows = links.filter(activity__task__in=tasks).order_by("entity", "activity__task__shown_on", "activity")
    today = localdate(now)
    found: dict[int, NextStep] = {}
    for entity_id, subject, day, pk in rows.distinct("entity").values_list(
        "entity", "activity__subject", "activity__task__shown_on", "activity"
    ):
        found[entity_id] = NextStep(subject, day, day is not None and day < today, pk)
    return found
