"""The figures of customers: boards of five thousand cards, ten thousand contacts handed over at once and taken back."""

from __future__ import annotations

import functools
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import Team, TeamMembership, User
from apps.activities.models import Activity, TaskAssignee
from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.batch import give_keys, insert_rows
from apps.core.clock import company_day
from apps.core.models import Operation
from apps.core.services.operations import begin_undo, run
from apps.crm.models import Assignment, JourneyStep, Opportunity, OpportunityContact, Pipeline, PipelineStage
from apps.crm.selectors.hand_overs import portfolio_of
from apps.crm.services.hand_overs import Terms, begin_hand_over
from bench.figures import Row, median, p95, say, times
from bench.house import House

CARDS = 5_000
PORTFOLIO = 10_000
TASKS = 300  # open ones of whoever hands over
_REQUESTS = 30
_SECONDS = 20.0  # that a hand-over of ten thousand may take


def measure(house: House) -> Iterator[Row]:
    lead, giver, taker = (_colleague(house, name) for name in ("lead", "giver", "taker"))
    seen = Entity.objects.visible_to(lead).live().order_by("pk")
    ids = list(seen.values_list("pk", flat=True)[:PORTFOLIO])
    _team(lead, giver, taker)
    _fill_journey(giver, ids[:CARDS])
    _fill_opportunities(giver, ids[:CARDS])
    client = Client()
    client.force_login(lead)
    for name, purpose, route in (
        ("journey", Pipeline.Purpose.JOURNEY, "crm:journey_board"),
        ("opportunities", Pipeline.Purpose.OPPORTUNITY, "crm:opportunity_board"),
    ):
        yield from _board(client, f"board of {name}, {len(ids[:CARDS]):,} cards", purpose, route)
    _fill_portfolio(giver, ids)
    for until in (None, timedelta(days=14)):
        yield from _hand_over(lead, giver, taker, until)


def _board(client: Client, name: str, purpose: str, route: str) -> Iterator[Row]:
    stage = _stages(purpose)[0]
    url = reverse(route, args=[stage.pipeline_id])
    page = _ask(client, url)
    further = re.search(r'\?(?:[^"?]*;)?(column=\d+&amp;after=[^"]+)', page.content.decode())
    parts = {"all of it": url}
    if further is not None:
        parts["a column's next ones"] = f"{url}?{further[1].replace('&amp;', '&')}"
    for part, address in parts.items():
        taken = times(functools.partial(_ask, client, address), range(_REQUESTS))
        with CaptureQueriesContext(connection) as captured:
            answer = _ask(client, address)
        yield Row(f"{name}: {part}, p95", p95(taken), "ms", 200)
        yield Row(f"{name}: {part}, median", median(taken), "ms")
        yield Row(f"{name}: {part}, HTML", round(len(answer.content) / 1024, 1), "KiB", 400)
        yield Row(f"{name}: {part}, queries", len(captured), "queries", 12)


def _hand_over(lead: User, giver: User, taker: User, until: timedelta | None) -> Iterator[Row]:
    now = clock.now()
    today = company_day(now)
    ids = portfolio_of(giver, on=today)
    kind = "for good" if until is None else "until a day"
    name = f"{len(ids):,} contacts handed over {kind}"
    terms = Terms(user=taker, starts_on=today, until=today + until if until else None, takes_tasks=True)
    before, written = _standing(), Activity.objects.filter(kind="hand_over").count()
    began = time.perf_counter()
    made = begin_hand_over(actor=lead, entity_ids=ids, terms=terms, from_user=giver, now=now)
    yield Row(f"{name}: until the bar is there", _since(began), "s", 1)
    yield Row(f"{name}: done", _work(made.operation), "s", _SECONDS)
    entries = Activity.objects.filter(kind="hand_over").count() - written
    yield Row(f"{name}: history entries", entries, "entries", len(ids), at_least=True)
    if made.operation is None or made.items.count() != len(ids):
        raise RuntimeError(f"{made.items.count()} of {len(ids)} contacts passed")
    began = time.perf_counter()
    undoing = begin_undo(actor=lead, operation=made.operation, now=clock.now())
    _work(undoing)
    yield Row(f"{name}: undone", _since(began), "s", _SECONDS)
    for there, was in zip(_standing(), before, strict=True):
        if there != was:
            raise RuntimeError(f"undo left {set(there) ^ set(was)}"[:300])


def _work(operation: Operation | None) -> float:
    """What a worker does; nothing of what is done already."""
    if operation is None:
        raise RuntimeError("it was done at once")
    began = time.perf_counter()
    operation.refresh_from_db()
    if operation.finished_at is None:
        run(operation_id=operation.pk, now=clock.now())
    operation.refresh_from_db()
    if operation.state != Operation.State.DONE:
        raise RuntimeError(operation.message)
    return _since(began)


def _standing() -> list[list[Any]]:
    """Who has what: enough to see that all is as it was."""
    held = Assignment.objects.order_by("entity", "layer", "valid_from").values_list("entity", "user", "valid_to")
    tasks = TaskAssignee.objects.order_by("task", "user").values_list("task", "user")
    sales = Opportunity.objects.order_by("pk").values_list("pk", "owner")
    return [list(rows) for rows in (held, tasks, sales)]


def _colleague(house: House, name: str) -> User:
    email = f"bench-{name}@example.com"
    found = User.objects.filter(email=email).first()
    if found is None:
        found = User.objects.create_user(email, None, name=f"Bench {name}", created_at=clock.now())
        found.groups.set([*house.user.groups.all(), Group.objects.get_or_create(name="sales")[0]])
    return found


def _team(lead: User, *members: User) -> None:
    team, _made = Team.objects.get_or_create(name="Bench", kind=Team.Kind.SALES)
    begin = company_day(clock.now()) - timedelta(days=90)
    for user in (lead, *members):
        role = "lead" if user == lead else "member"
        TeamMembership.objects.get_or_create(team=team, user=user, defaults={"role": role, "valid_from": begin})


def _stages(purpose: str) -> list[PipelineStage]:
    pipeline = Pipeline.objects.offered().filter(purpose=purpose).order_by("position", "pk")[0]
    return list(pipeline.stages.offered().order_by("position", "pk").select_related("pipeline"))


def _fill_journey(giver: User, ids: list[int]) -> None:
    stages, now = _stages(Pipeline.Purpose.JOURNEY), clock.now()
    if JourneyStep.objects.filter(pipeline=stages[0].pipeline).exists():
        return
    insert_rows(
        [
            JourneyStep(
                entity_id=pk,
                pipeline=stages[0].pipeline,
                stage=stages[place % len(stages)],
                entered_at=now - timedelta(minutes=7 * place),
                moved_by=giver,
            )
            for place, pk in enumerate(ids)
        ]
    )
    _analyze(JourneyStep)


def _fill_opportunities(giver: User, ids: list[int]) -> None:
    stages, now = _stages(Pipeline.Purpose.OPPORTUNITY), clock.now()
    if Opportunity.objects.exists():
        return
    rows = [
        Opportunity(
            title=f"Windows {place}",
            pipeline=stages[0].pipeline,
            stage=stages[place % len(stages)],
            owner=giver,
            revenue=Decimal(1000 + place),
            entered_at=now - timedelta(minutes=7 * place),
            created_at=now,
            changed_at=now,
            closed_at=None if stages[place % len(stages)].outcome == "open" else now,
        )
        for place in range(len(ids))
    ]
    give_keys(rows)
    insert_rows(rows)
    pairs = zip(rows, ids, strict=True)
    insert_rows([OpportunityContact(opportunity_id=row.pk, entity_id=pk, is_primary=True) for row, pk in pairs])
    _analyze(Opportunity, OpportunityContact)


def _fill_portfolio(giver: User, ids: list[int]) -> None:
    now = clock.now()
    begin = company_day(now) - timedelta(days=90)
    held = set(portfolio_of(giver, on=company_day(now)))
    rows = [Assignment(entity_id=pk, user=giver, valid_from=begin, created_at=now) for pk in ids if pk not in held]
    insert_rows(rows)
    say(f"portfolio of {len(ids):,} contacts")
    _analyze(Assignment)
    if TaskAssignee.objects.filter(user=giver).exists():
        return
    for entity in Entity.objects.filter(pk__in=ids[:TASKS]):
        data = TaskInput(subject="Call back", zone="Europe/Kyiv", entities=[entity], due_on=company_day(now))
        add_task(actor=giver, data=data, now=now)


def _analyze(*models: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        for model in models:
            cursor.execute(f"ANALYZE {model._meta.db_table}")
        cursor.execute(f"SET ROLE {settings.DATABASE_WEB_ROLE}")


def _ask(client: Client, address: str, _turn: int = 0) -> Any:
    answer = client.get(address, headers={"HX-Request": "true"})
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")
    return answer


def _since(began: float) -> float:
    return round(time.perf_counter() - began, 2)
