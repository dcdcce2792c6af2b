"""Claims, orders and dealers as contexts of the history: who reads what belongs to them, and where it is read."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from django.urls import reverse

from apps.activities.models.reach import token_of
from apps.core.contributions import ActivityContext, FilingHint
from apps.crm.models import Claim, Dealer

_NUMBER = re.compile(r"\bC-\d{6,12}\b")


def context(model: Any, entity: str, route: str, title: str) -> ActivityContext:
    """`entity` leads from the record to its dealer's contact, whose tokens its entries bear."""

    def tokens_of(ids: Collection[int]) -> dict[int, list[int]]:
        rows = model.objects.filter(pk__in=ids).values_list("pk", f"{entity}__folder_id", f"{entity}__is_restricted")
        return {pk: [token_of(folder_id=folder, is_restricted=restricted)] for pk, folder, restricted in rows}

    def tokens_for(_user: Any) -> list[int]:
        return []

    def describe(ids: Collection[int]) -> dict[int, tuple[str, str]]:
        rows = model.objects.filter(pk__in=ids).values_list("pk", title)
        return {pk: (name, reverse(route, args=[pk])) for pk, name in rows}

    return ActivityContext(tokens_of, tokens_for, describe)


CONTEXTS = {
    "crm.claim": context(Claim, "dealer__entity", "crm:claim", "number"),
    "crm.dealer": context(Dealer, "entity", "crm:dealer_thread", "name"),
}


def claims_named(hint: FilingHint) -> list[int]:
    """The claims that a mail's subject names by number."""
    numbers = _NUMBER.findall(hint.subject.upper())
    return sorted(Claim.objects.filter(number__in=numbers).values_list("pk", flat=True)) if numbers else []
