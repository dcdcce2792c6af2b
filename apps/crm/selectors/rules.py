"""Rules in words, the log of their runs, and what a rule would have done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext as _

from apps.contacts.models import Entity
from apps.core.clock import company_day
from apps.core.models import Change
from apps.crm.models import HandOverItem, JourneyStep, Rule, RuleRun
from apps.crm.rules import triggers as when
from apps.crm.rules.fitting import fits, several
from apps.crm.rules.registry import actions, conditions, triggers
from apps.crm.selectors.contact_mails import mails_known

if TYPE_CHECKING:
    from apps.accounts.models import User

TRIED_DAYS = 30
MOST_TRIED = 2000


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule as the list shows it; `when`, `asks` and `does` are words, `failed` counts runs of 30 days."""

    rule: Rule
    when: str
    asks: Sequence[str]
    does: Sequence[str]
    last_run: datetime | None
    failed: int


@dataclass(frozen=True, slots=True)
class RunLine:
    """`why` says in words why nothing was done."""

    run: RuleRun
    done: Sequence[str]
    why: str
    can_undo: bool


def rule_lines(rules: QuerySet[Rule], *, now: datetime) -> list[RuleLine]:
    """In few queries, however many rules there are: choices are read once for all of them."""
    recent = Q(runs__state=RuleRun.State.FAILED, runs__at__gte=now - timedelta(days=TRIED_DAYS))
    rows = rules.annotate(last=Max("runs__at"), failures=Count("runs", filter=recent)).order_by("name", "pk")
    whens = {key: entry.fields() for key, entry in triggers.items()}
    asked = {key: entry.field() for key, entry in conditions.items()}
    doing = {key: entry.fields() for key, entry in actions.items()}
    lines = []
    for rule in rows:
        trigger = triggers.get(rule.trigger)
        words = [str(trigger.title) if trigger else rule.trigger, *_words(whens.get(rule.trigger, {}), rule.options)]
        does = [word for key, options in rule.actions.items() for word in _words(doing.get(key, {}), options)]
        asks = _words(asked, rule.conditions)
        lines.append(RuleLine(rule, ", ".join(words), asks, does, rule.last, rule.failures))
    return lines


def run_lines(runs: Sequence[RuleRun], *, reader: User, now: datetime) -> list[RunLine]:
    lines = []
    for run in runs:
        done = [f"{_title(key)}: {words}" for key, words in run.done]
        made = run.operation
        mine = made is not None and made.actor_id == reader.pk and made.state != made.State.UNDONE
        in_time = made is not None and made.undoable_until is not None and made.undoable_until >= now
        lines.append(RunLine(run, done, _why(run), mine and in_time))
    return lines


def tried(rule: Rule, *, reader: User, now: datetime) -> list[Entity]:
    """Contacts on which `rule` would have acted in the last 30 days, as they are now; of those that `reader` sees.

    Of facts the latest 2,000 are looked at. Nothing is written.
    """
    ids = _facts_of(rule, now - timedelta(days=TRIED_DAYS), now)
    seen = Entity.objects.visible_to(reader).live().exclude(folder__kind="personal").filter(pk__in=ids)
    found = fits(rule, set(seen.values_list("pk", flat=True)), company_day(now))
    return list(Entity.objects.visible_to(reader).filter(pk__in=found).order_by("sort_name", "pk"))


def _facts_of(rule: Rule, since: datetime, now: datetime) -> list[int]:
    stage = rule.options.get("stage")
    rows: QuerySet[Any]
    if rule.trigger == when.ENTERED:
        rows = JourneyStep.objects.filter(entered_at__gte=since, **({"stage": stage} if stage else {}))
        return _latest(rows.order_by("-entered_at"), "entity")
    if rule.trigger == when.LEFT:
        rows = JourneyStep.objects.filter(left_at__gte=since, **({"stage": stage} if stage else {}))
        return _latest(rows.order_by("-left_at"), "entity")
    if rule.trigger == when.HANDED_OVER:
        rows = HandOverItem.objects.filter(hand_over__made_at__gte=since)
        return _latest(rows.order_by("-hand_over__made_at", "-pk"), "entity")
    if rule.trigger == when.MADE:
        rows = Entity.objects.filter(created_at__gte=since)
        return _latest(rows.order_by("-created_at"), "pk")
    if rule.trigger == when.CHANGED:
        changes = Change.objects.filter(record_type="contacts.entity", kind="updated", changed_at__gte=since)
        if field := rule.options.get("field"):
            changes = changes.filter(diff__has_key=field)
        return _latest(changes.order_by("-changed_at"), "record_id")
    if rule.trigger == when.MAIL_CAME:
        return _latest(mails_known().filter(occurred_at__gte=since).order_by("-occurred_at"), "entity")
    return []


def _latest(rows: QuerySet[Any], name: str) -> list[int]:
    return list(dict.fromkeys(rows.values_list(name, flat=True)[:MOST_TRIED]))


def _words(fields: Mapping[str, forms.Field], options: Mapping[str, Any]) -> list[str]:
    words = []
    for name, value in options.items():
        field = fields.get(name)
        if field is None or value in (None, "", []):
            continue
        offered: Any = field.choices if isinstance(field, forms.ChoiceField) else ()  # may be a callable by its type
        named = dict(offered)
        shown = ", ".join(str(named.get(each, each)) for each in several(value))
        words.append(f"{field.label}: {shown}")
    return words


def _title(key: str) -> str:
    entry = actions.get(key)
    return str(entry.title) if entry else key


def _why(run: RuleRun) -> str:
    words = {
        "loop": _("It was set off by its own doing; it stopped there."),
        "deep": _("Rules set off each other; it stopped there."),
        "gone": _("The contact is gone."),
        "off": _("The rule was switched off."),
        "unchanged": _("There was nothing to do."),
    }
    return words.get(run.trouble, run.trouble)
