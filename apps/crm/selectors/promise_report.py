"""What became of promises, by plant, and in which stage the time of the late ones was lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Avg, Count, Q

from apps.crm.models import Promise, Stage

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(frozen=True, slots=True)
class PlantLine:
    """`waiting` are those that are under way and may still be kept."""

    plant_id: int
    plant: str
    kept: int
    moved: int
    broken: int
    waiting: int

    @property
    def kept_percent(self) -> int | None:
        """Of those that are settled; None where there are none."""
        total = self.kept + self.moved + self.broken
        return round(100 * self.kept / total) if total else None


@dataclass(frozen=True, slots=True)
class LossLine:
    """Late orders of a plant that lost most of their time in one stage; `days` late on the average."""

    plant_id: int
    plant: str
    stage: int
    title: str
    number: int
    days: float


@dataclass(frozen=True, slots=True)
class PromiseReport:
    plants: list[PlantLine]
    losses: list[LossLine]


def promise_report(user: User, *, start: date, end: date) -> PromiseReport:
    """Of the orders that `user` sees which were promised for a day from `start` to `end`; two queries."""
    rows = Promise.objects.visible_to(user).filter(promised_on__gte=start, promised_on__lte=end)
    by_plant = rows.values("plant", "plant__name").annotate(
        kept=Count("pk", filter=Q(outcome=Promise.Outcome.KEPT)),
        moved=Count("pk", filter=Q(outcome=Promise.Outcome.MOVED)),
        broken=Count("pk", filter=Q(outcome=Promise.Outcome.BROKEN)),
        waiting=Count("pk", filter=Q(outcome="") & ~Q(reason=Promise.Reason.OVER)),
    )
    late = rows.filter(outcome__in=(Promise.Outcome.MOVED, Promise.Outcome.BROKEN), lost_stage__isnull=False)
    by_stage = late.values("plant", "plant__name", "lost_stage").annotate(number=Count("pk"), days=Avg("lost_days"))
    return PromiseReport(
        [
            PlantLine(row["plant"], row["plant__name"], row["kept"], row["moved"], row["broken"], row["waiting"])
            for row in by_plant.order_by("plant__position", "plant")
        ],
        [
            LossLine(
                row["plant"], row["plant__name"], stage.value, str(stage.label), row["number"], round(row["days"], 1)
            )
            for row in by_stage.order_by("plant__position", "plant", "lost_stage")
            for stage in [Stage(row["lost_stage"] or 0)]
        ],
    )
