"""Which contacts a rule's conditions fit."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from apps.crm.models import Rule
from apps.crm.rules.registry import conditions


def fits(rule: Rule, ids: Collection[int], on: date) -> set[int]:
    """Those of these contacts that the rule's conditions fit; without conditions all.

    A condition of several values stands as often: `rule.match` asks for all of them, or any.
    """
    pairs = [(key, one) for key, value in rule.conditions.items() for one in several(value)]
    asked = [(conditions.get(key), value) for key, value in pairs]
    sets = [entry.fits(value, ids, on) for entry, value in asked if entry is not None]
    if not sets:
        return set(ids)
    return set.intersection(*sets) if rule.match == Rule.Match.ALL else set.union(*sets)


def several(value: Any) -> list[Any]:
    """The values of a condition; older rules hold a single one."""
    return value if isinstance(value, list) else [value]
