"""Which contacts a rule's conditions fit."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from apps.crm.models import Rule
from apps.crm.rules.registry import conditions


def fits(rule: Rule, ids: Collection[int], on: date) -> set[int]:
    """Those of these contacts that the rule's conditions fit; without conditions all."""
    asked = [(conditions.get(key), value) for key, value in rule.conditions.items()]
    sets = [entry.fits(value, ids, on) for entry, value in asked if entry is not None]
    if not sets:
        return set(ids)
    return set.intersection(*sets) if rule.match == Rule.Match.ALL else set.union(*sets)
