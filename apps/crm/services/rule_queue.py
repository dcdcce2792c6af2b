"""Facts set rules off: one row for each contact that fits, set by set, in the transaction that makes the fact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from apps.contacts.models import Entity
from apps.core.batch import portions
from apps.core.clock import company_day
from apps.core.kept import Kept
from apps.crm.models import Rule, RuleRun
from apps.crm.rules.fitting import fits
from apps.crm.rules.registry import triggers
from apps.crm.rules.triggers import DATE

if TYPE_CHECKING:
    from apps.core.models import Operation

DEEPEST = 3  # rules that set off each other, one after another
_PORTION = 5000
LOOP, DEEP = "loop", "deep"

_chain: ContextVar[list[int] | None] = ContextVar("rule_chain", default=None)


@Kept
def _triggers_in_use() -> frozenset[str]:
    return frozenset(Rule.objects.filter(is_active=True).values_list("trigger", flat=True))


def is_used(trigger: str) -> bool:
    """Whether a rule in force waits for it."""
    return trigger in _triggers_in_use()


@contextmanager
def acting(run: RuleRun) -> Iterator[None]:
    """What happens within is this run's doing."""
    token = _chain.set([*run.chain, run.rule_id or 0])
    try:
        yield
    finally:
        _chain.reset(token)


def note(
    trigger: str,
    ids: Sequence[int],
    *,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
    cause: Operation | None = None,
    occasion: str = "",
) -> int:
    """Queue what the rules of `trigger` have to do with these contacts; how many rows.

    Contacts in personal folders are their owner's: no rule of the house touches them. A rule that was set off by its
    own doing, or too deep, gets a row that says so and does nothing.
    """
    if not ids or not is_used(trigger):
        return 0
    chain = _chain.get() or []
    entry = triggers.get(trigger)
    rules = Rule.objects.filter(is_active=True, trigger=trigger).order_by("pk")
    fitting = [rule for rule in rules if entry is not None and entry.fits(rule.options, facts or {})]
    count = 0
    for portion in portions(list(ids), _PORTION):
        live = Entity.objects.live().exclude(folder__kind="personal").filter(pk__in=portion)
        there = set(live.values_list("pk", flat=True))
        for rule in fitting:
            chosen = sorted(fits(rule, there, company_day(now)))
            rows = [_row(rule, pk, chain, cause, occasion, now) for pk in chosen]
            RuleRun.objects.bulk_create(rows, ignore_conflicts=bool(occasion), batch_size=1000)
            count += len(rows)
    if count:
        transaction.on_commit(_wake)
    return count


def note_dates(*, now: datetime) -> int:
    """The calendar's facts of the company's day; a second call of a day adds nothing."""
    today = company_day(now)
    count = 0
    wanted = Rule.objects.filter(is_active=True, trigger=DATE).values_list("options", flat=True)
    asked = {(options.get("field") or "birthday", int(options.get("days") or 0)) for options in wanted}
    for field, days in sorted(asked):
        day = today + timedelta(days=days)
        found = list(Entity.objects.live().filter(_falls_on(field, day)).values_list("pk", flat=True))
        facts = {"field": field, "days": days}
        with transaction.atomic():
            count += note(DATE, found, now=now, facts=facts, occasion=f"{field[:29]}:{day.isoformat()}")
    return count


def _falls_on(field: str, day: date) -> Q:
    """A birthday and an anniversary come each year, of 29 February on the 28th in others; a custom date once."""
    if field not in ("birthday", "anniversary"):
        return Q(**{f"attributes__{field.removeprefix('field:')}": day.isoformat()})
    wanted = Q(**{f"{field}__endswith": f"-{day:%m-%d}"})
    is_last = f"{day:%m-%d}" == "02-28" and (day + timedelta(days=1)).month == 3
    return wanted | Q(**{f"{field}__endswith": "-02-29"}) if is_last else wanted


def _row(
    rule: Rule, entity_id: int, chain: list[int], cause: Operation | None, occasion: str, now: datetime
) -> RuleRun:
    run = RuleRun(
        rule=rule, rule_name=rule.name, entity_id=entity_id, chain=chain, cause=cause, occasion=occasion, at=now
    )
    run.not_before = now
    stopped = LOOP if rule.pk in chain else DEEP if len(chain) >= DEEPEST else ""
    if stopped:
        run.state, run.trouble, run.finished_at = RuleRun.State.SKIPPED, stopped, now
    return run


def _wake() -> None:
    from apps.core.jobs import nudge
    from apps.crm import jobs

    nudge(jobs.run_rules)
