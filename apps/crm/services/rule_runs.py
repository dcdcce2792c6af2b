"""The worker of rules: takes a row, does all of the rule in one transaction, or nothing of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.permissions import is_manager
from apps.accounts.preferences import reading_as
from apps.contacts.models import Entity
from apps.core.services.operations import operate
from apps.crm.models import RuleRun
from apps.crm.rules.registry import Doing, actions, triggers
from apps.crm.services.rule_queue import acting

log = structlog.get_logger()

VERB = "rule.acted"
MOST_AT_ONCE = 500
BACKOFF = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
GONE, UNCHANGED, OFF = "gone", "unchanged", "off"


def run_rules(*, now: datetime) -> int:
    """Do what is due, at most 500 rows, each in its own transaction; how many. Killed in between, a row waits on."""
    count = 0
    while count < MOST_AT_ONCE and _run_next(now):
        count += 1
    return count


def _run_next(now: datetime) -> bool:
    with transaction.atomic():
        rows = RuleRun.objects.due(now).select_for_update(skip_locked=True, of=("self",))
        run = rows.select_related("rule__owner", "entity").order_by("not_before", "pk").first()
        if run is None:
            return False
        run.attempts += 1
        try:
            with transaction.atomic():
                _act(run, now)
        except PermissionDenied:
            _end(run, RuleRun.State.FAILED, now, _("Whoever saved this rule may not do this."))
        except ValidationError as error:
            _end(run, RuleRun.State.FAILED, now, " ".join(error.messages))
        except Exception:  # one that breaks holds up none of the others
            log.exception("rule.run.failed", run_id=run.pk, attempt=run.attempts)
            _try_later(run, now)
        run.save()
    return True


def _act(run: RuleRun, now: datetime) -> None:
    rule = run.rule
    why = _why_not(run)
    if rule is None or why:
        _end(run, RuleRun.State.SKIPPED, now, why)
        return
    done = []
    with reading_as(rule.owner), acting(run), operate(actor=rule.owner, verb=VERB, now=now) as recorder:
        for key, entry in actions.items():
            if key not in rule.actions:
                continue
            # Anew for each: what the one before it changed counts.
            entity = Entity.objects.visible_to(rule.owner).filter(pk=run.entity_id).first()
            if entity is None:
                raise PermissionDenied
            doing = Doing(run=run, rule=rule, entity=entity, actor=rule.owner, options=rule.actions[key], now=now)
            if words := entry.act(doing):
                done.append([key, words])
        has_changes = bool(recorder.changes)
    run.done = done
    run.operation = recorder.operation if has_changes else None
    _end(run, RuleRun.State.DONE if done else RuleRun.State.SKIPPED, now, "" if done else UNCHANGED)


def _why_not(run: RuleRun) -> str:
    rule = run.rule
    if rule is None or not rule.is_active:
        return OFF
    if not is_manager(rule.owner) or not rule.owner.is_active:
        raise PermissionDenied
    if run.entity.trashed_at is not None or run.entity.merged_into_id is not None:
        return GONE
    trigger = triggers.get(rule.trigger)
    return UNCHANGED if trigger is None or not trigger.holds(rule.options, run) else ""


def _end(run: RuleRun, state: str, now: datetime, trouble: str = "") -> None:
    run.state, run.finished_at, run.trouble = RuleRun.State(state), now, trouble[:300]
    if state != RuleRun.State.DONE:
        run.done, run.operation = [], None


def _try_later(run: RuleRun, now: datetime) -> None:
    if run.attempts > len(BACKOFF):
        _end(run, RuleRun.State.FAILED, now, _("Something went wrong; it was logged."))
        return
    run.not_before = now + BACKOFF[run.attempts - 1]
    run.done, run.operation = [], None
