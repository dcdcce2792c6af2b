"""Who is in charge of one contact: today, and all that was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from apps.crm.models import Assignment

if TYPE_CHECKING:
    from apps.accounts.models import Team, User

Layer = Assignment.Layer


@dataclass(frozen=True, slots=True)
class Charge:
    """`history` has the newest first, of both layers and all purposes."""

    base: Assignment | None
    stand_in: Assignment | None
    history: list[Assignment]

    @property
    def who(self) -> User | Team | None:
        held = self.stand_in or self.base
        return (held.user or held.team) if held else None


def charge_of(entity_id: int, *, on: date) -> Charge:
    rows = Assignment.objects.filter(entity=entity_id).select_related("user", "team", "made_by")
    history = list(rows.order_by("-valid_from", "-pk")[:200])
    now = [
        row
        for row in history
        if row.purpose == "account" and row.valid_from <= on and (row.valid_to is None or row.valid_to > on)
    ]
    by_layer = {row.layer: row for row in now}
    return Charge(by_layer.get(Layer.BASE), by_layer.get(Layer.STAND_IN), history)
