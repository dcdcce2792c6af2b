"""The orders that a mail's subject names by number."""

from __future__ import annotations

import re

from apps.core.contributions import FilingHint
from apps.crm.models import Order

# Numbers are the plants' own: letters, digits and what joins them. Years and short figures stand in many subjects.
_WORD = re.compile(r"[^\W_][\w./-]*[^\W_]|[^\W_]")
_MOST_WORDS = 40
_FEW = 4


def orders_named(hint: FilingHint) -> list[int]:
    """Orders whose whole number stands in the subject; of several plants' orders of one number none is meant."""
    words = {word for word in _WORD.findall(hint.subject)[:_MOST_WORDS] if _may_be_number(word)}
    if not words:
        return []
    spelled = words | {word.upper() for word in words}
    found = list(Order.objects.filter(number__in=spelled).order_by("number", "pk").values_list("number", "pk"))
    numbers = [number for number, _pk in found]
    return [pk for number, pk in found if numbers.count(number) == 1]


def _may_be_number(word: str) -> bool:
    digits = sum(map(str.isdigit, word))
    return digits > _FEW if word.isdigit() else digits >= _FEW - 1
