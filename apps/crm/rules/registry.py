"""What may set a rule off, what it may ask, what it may do. Each is one entry; forms, log and worker go by these.

Fields of a form are asked for anew each time; what they clean to must be JSON: text, numbers, truth.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django import forms

from apps.core.contributions import Registry

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models import Entity
    from apps.crm.models import Rule, RuleRun

Fields = Callable[[], dict[str, forms.Field]]
Options = Mapping[str, Any]


def no_fields() -> dict[str, forms.Field]:
    return {}


@dataclass(frozen=True, kw_only=True)
class RuleTrigger:
    """`fits(options, facts)` judges a fact as it is announced; `holds(options, run)` once its operation is written."""

    title: Any
    fields: Fields = no_fields
    fits: Callable[[Options, Options], bool] = lambda _options, _facts: True
    holds: Callable[[Options, RuleRun], bool] = lambda _options, _run: True


@dataclass(frozen=True, kw_only=True)
class RuleCondition:
    """`fits(value, ids, on)` are those of these contacts that fit, in one query or two however many they are.

    A rule may ask it with several values: the condition stands as often then.
    """

    field: Callable[[], forms.Field]
    fits: Callable[[Any, Collection[int], date], set[int]]


@dataclass(frozen=True, kw_only=True)
class Doing:
    """What an action acts with. `actor` is the rule's owner, by whose rights it acts."""

    run: RuleRun
    rule: Rule
    entity: Entity
    actor: User
    options: Options
    now: datetime


@dataclass(frozen=True, kw_only=True)
class RuleAction:
    """`act` writes rows and nothing else, in the worker's transaction, and says in a few words what it was about; ""
    where there was nothing to do. Raises PermissionDenied, ValidationError. Chosen where one of `fields` is filled:
    the first of them.
    """

    title: Any
    fields: Fields
    act: Callable[[Doing], str]


triggers: Registry[RuleTrigger] = Registry()
conditions: Registry[RuleCondition] = Registry()
actions: Registry[RuleAction] = Registry()
