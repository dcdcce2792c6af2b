"""Boards, sums and forecasts of opportunities: figures and the rows behind them come from one queryset."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncDate, TruncMonth

from apps.contacts.models import Entity
from apps.core.clock import company_day
from apps.core.page_keys import page_key, read_page_key
from apps.crm.models import Opportunity, OpportunityContact, Pipeline, PipelineStage
from apps.crm.models.opportunities import OpportunityQuerySet
from apps.crm.permissions.opportunities import managed_of_held
from apps.crm.selectors.columns import rows_by_stage

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from apps.accounts.models import User

CARDS = 25  # in one column at a time, as on the board of tasks
_DAY = 86_400
_CENT = Decimal("0.01")
Outcome = PipelineStage.Outcome
_FACTS = (
    *("pk", "stage", "title", "entered_at", "expected_on", "revenue", "currency", "owner", "team", "chance"),
    *("owner__name", "owner__email", "team__name"),
)


@dataclass(frozen=True, slots=True)
class OpportunityFilter:
    """What a board or forecast is narrowed to; nothing chosen: everything."""

    words: str = ""
    owner: int | None = None
    team: int | None = None


@dataclass(frozen=True, slots=True)
class Amount:
    """`full` is what it comes to if all is won, `weighted` by the chance of each."""

    currency: str
    full: Decimal
    weighted: Decimal


@dataclass(frozen=True, slots=True)
class OpportunityCard:
    pk: int
    stage_id: int
    title: str
    contact: str
    contact_id: int | None
    entered_at: datetime
    days: int
    is_stuck: bool
    is_late: bool
    expected_on: date | None
    revenue: Decimal | None
    currency: str
    chance: int
    owner: str
    may_move: bool


@dataclass(frozen=True, slots=True)
class OpportunityColumn:
    stage: PipelineStage
    number: int
    sums: list[Amount]
    cards: list[OpportunityCard]
    after: str = ""


@dataclass(frozen=True, slots=True)
class OpportunityBoard:
    pipeline: Pipeline
    columns: list[OpportunityColumn] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Month:
    """`month` is its first day, None: without a day. `expected` are open ones, `won` what was won in it."""

    month: date | None
    number: int
    expected: list[Amount]
    won_number: int
    won: list[Amount]


def narrowed(user: User, wanted: OpportunityFilter, pipeline: Pipeline | None = None) -> OpportunityQuerySet:
    """The live opportunities that `user` sees, as asked."""
    found = Opportunity.objects.visible_to(user).live()
    if pipeline is not None:
        found = found.filter(pipeline=pipeline)
    if wanted.words:
        found = with_words(found, wanted.words, user)
    if wanted.owner is not None:
        found = found.filter(owner=wanted.owner)
    if wanted.team is not None:
        found = found.filter(team=wanted.team)
    return found


def with_words(found: QuerySet[Opportunity], text: str, user: User) -> Any:
    """Those with `text` in their title or in the name of a contact that `user` sees."""
    named = Entity.objects.visible_to(user).filter(display_name__icontains=text)
    links = OpportunityContact.objects.filter(entity__in=named)
    return found.filter(Q(title__icontains=text) | Q(pk__in=links.values("opportunity")))


def board_of(user: User, pipeline: Pipeline, wanted: OpportunityFilter, *, now: datetime) -> OpportunityBoard:
    """All columns with their sums and first cards, the newest in a stage first."""
    found = narrowed(user, wanted, pipeline)
    sums = _sums(found)
    stages = _stages(pipeline, sums)
    rows = rows_by_stage([_first(found, stage) for stage in stages if stage.pk in sums])
    return OpportunityBoard(pipeline, _columns(user, stages, sums, rows, now))


def more_of(
    user: User, stage: PipelineStage, wanted: OpportunityFilter, after: str, *, now: datetime
) -> OpportunityColumn:
    """The cards of a column behind those shown; its sums are not told again."""
    rows = {stage.pk: list(_first(narrowed(user, wanted, stage.pipeline), stage, after))}
    return _columns(user, [stage], {}, rows, now)[0]


def cards_of(
    user: User, pipeline: Pipeline, wanted: OpportunityFilter, ids: Collection[int], *, now: datetime
) -> OpportunityBoard:
    """All columns with their sums, and of their cards those of `ids`: what a move has changed."""
    found = narrowed(user, wanted, pipeline)
    sums = _sums(found)
    rows: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in found.with_chance().filter(pk__in=ids).values(*_FACTS)[: CARDS * 4]:
        rows[row["stage"]].append(row)
    return OpportunityBoard(pipeline, _columns(user, _stages(pipeline, sums), sums, rows, now))


def forecast(user: User, wanted: OpportunityFilter, *, first: date, last: date) -> list[Month]:
    """By month from that of `first` to that of `last`, both days of the company; then those without a day."""
    found = narrowed(user, wanted)
    expected = _by_month(open_in(found, first, last), F("expected_on"))
    won = _by_month(won_in(found, first, last), F("closed_on"))
    none = _by_month(found.open().filter(expected_on=None), None)
    months = [
        Month(month, *expected.get(month, (0, [])), *won.get(month, (0, []))) for month in months_between(first, last)
    ]
    return [*months, Month(None, *none[None], 0, [])] if None in none else months


def open_in(found: OpportunityQuerySet, first: date, last: date) -> OpportunityQuerySet:
    """Open ones whose close is expected on one of these days, both included."""
    return found.open().filter(expected_on__gte=first, expected_on__lte=last)


def won_in(found: OpportunityQuerySet, first: date, last: date) -> OpportunityQuerySet:
    """What was won on one of these days of the company, with `closed_on`."""
    closed = found.filter(stage__outcome=Outcome.WON).annotate(closed_on=company_date("closed_at"))
    return closed.filter(closed_on__gte=first, closed_on__lte=last)


def months_between(first: date, last: date) -> list[date]:
    """First days of the months."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    start = first.year * 12 + first.month - 1
    return [date((start + each) // 12, (start + each) % 12 + 1, 1) for each in range(count)]


def company_date(name: str) -> Any:
    """The company's day of a moment, in SQL."""
    return TruncDate(name, tzinfo=ZoneInfo(settings.RAPPORT_TIME_ZONE))


def _by_month(found: QuerySet[Opportunity], day: Any) -> dict[date | None, tuple[int, list[Amount]]]:
    rows = _summed(found.annotate(month=TruncMonth(day)) if day is not None else found, *(["month"] if day else []))
    sums: dict[date | None, tuple[int, list[Amount]]] = {}
    for row in rows:
        number, amounts = sums.get(row.get("month"), (0, []))
        sums[row.get("month")] = (number + row["number"], [*amounts, *_amount(row)])
    return sums


def _sums(found: OpportunityQuerySet) -> dict[int, tuple[int, list[Amount]]]:
    sums: dict[int, tuple[int, list[Amount]]] = {}
    for row in _summed(found, "stage"):
        number, amounts = sums.get(row["stage"], (0, []))
        sums[row["stage"]] = (number + row["number"], [*amounts, *_amount(row)])
    return sums


def _summed(found: QuerySet[Opportunity], *by: str) -> Any:
    chance = Coalesce("probability", "stage__probability")
    grouped = (
        found.order_by()
        .values(*by, "currency")
        .annotate(number=Count("pk"), full=Sum("revenue"), hundredfold=Sum(F("revenue") * chance))
    )
    return grouped.order_by(*by, "currency")


def _amount(row: Mapping[str, Any]) -> list[Amount]:
    """None where no opportunity of the group says what it is worth."""
    if row["full"] is None:
        return []
    weighted = (Decimal(row["hundredfold"]) / 100).quantize(_CENT, ROUND_HALF_UP)
    return [Amount(row["currency"], row["full"], weighted)]


def _stages(pipeline: Pipeline, there: Collection[int]) -> list[PipelineStage]:
    """Those that are offered, and retired ones in which something still stands."""
    shown = Q(retired_at__isnull=True) | Q(pk__in=list(there))
    return list(pipeline.stages.filter(shown).order_by("position", "pk"))


def _first(found: OpportunityQuerySet, stage: PipelineStage, after: str = "") -> QuerySet[Opportunity, dict[str, Any]]:
    """The column's first cards, or those behind `after`, and one more."""
    found = found.filter(stage=stage)
    if (key := read_page_key(after)) is not None:
        at, pk = key
        found = found.filter(Q(entered_at__lt=at) | Q(entered_at=at, pk__lt=pk), entered_at__lte=at)
    rows = found.with_chance().order_by("-entered_at", "-pk").values(*_FACTS)
    first: QuerySet[Opportunity, dict[str, Any]] = rows[: CARDS + 1]
    return first


def _columns(
    user: User,
    stages: Sequence[PipelineStage],
    sums: Mapping[int, tuple[int, list[Amount]]],
    rows: Mapping[int, list[dict[str, Any]]],
    now: datetime,
) -> list[OpportunityColumn]:
    shown = [row for its_rows in rows.values() for row in its_rows[:CARDS]]
    today = company_day(now)
    managed = managed_of_held(user, [(row["pk"], row["owner"], row["team"]) for row in shown], on=today)
    contacts = primary_contacts(user, [row["pk"] for row in shown])

    def card(row: dict[str, Any], stage: PipelineStage) -> OpportunityCard:
        days = int((now - row["entered_at"]).total_seconds() // _DAY)
        is_open = stage.outcome == Outcome.OPEN
        contact_id, contact = contacts.get(row["pk"], (None, ""))
        return OpportunityCard(
            pk=row["pk"],
            stage_id=stage.pk,
            title=row["title"],
            contact=contact,
            contact_id=contact_id,
            entered_at=row["entered_at"],
            days=max(days, 0),
            is_stuck=is_open and stage.stuck_after is not None and days > stage.stuck_after,
            is_late=is_open and row["expected_on"] is not None and row["expected_on"] < today,
            expected_on=row["expected_on"],
            revenue=row["revenue"],
            currency=row["currency"],
            chance=row["chance"],
            owner=row["owner__name"] or row["owner__email"] or row["team__name"] or "",
            may_move=row["pk"] in managed,
        )

    columns = []
    for stage in stages:
        its_rows = rows.get(stage.pk, [])
        last = its_rows[CARDS - 1] if len(its_rows) > CARDS else None
        after = page_key(last["entered_at"], last["pk"]) if last else ""
        number, amounts = sums.get(stage.pk, (0, []))
        cards = [card(row, stage) for row in its_rows[:CARDS]]
        columns.append(OpportunityColumn(stage, number, amounts, cards, after))
    return columns


def primary_contacts(user: User, ids: Collection[int]) -> dict[int, tuple[int, str]]:
    """(id, name) of whom each is sold to, where `user` sees them."""
    if not ids:
        return {}
    links = OpportunityContact.objects.filter(
        opportunity__in=ids, is_primary=True, entity__in=Entity.objects.visible_to(user)
    )
    rows = links.values_list("opportunity", "entity", "entity__display_name")
    return {pk: (entity_id, name) for pk, entity_id, name in rows}
