"""What reports of opportunities group and narrow by."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F
from django.utils.translation import gettext_lazy as _

from apps.core.reports import Dimension, Narrowing, by_choice
from apps.crm.models import Opportunity, Pipeline, PipelineStage

if TYPE_CHECKING:
    from apps.accounts.models import User


def by_source() -> Dimension:
    return by_choice("source", _("Source"), F("source"), lambda: {"": _("Not told")})


def by_stage(field: str) -> Dimension:
    return Dimension(key="stage", title=_("Stage"), expression=F(field), names=_stages, order=_stage_order)


def _stages(keys: Collection[Any]) -> Mapping[Any, Any]:
    """With their pipeline, where the house has several."""
    several = len(_pipelines()) > 1
    found = PipelineStage.objects.filter(pk__in=keys).select_related("pipeline")
    return {stage.pk: f"{stage.pipeline.title}: {stage.title}" if several else stage.title for stage in found}


def _stage_order() -> Sequence[Any]:
    found = PipelineStage.objects.filter(pipeline__purpose=Pipeline.Purpose.OPPORTUNITY)
    return list(found.order_by("pipeline__position", "pipeline", "position", "pk").values_list("pk", flat=True))


def by_pipeline() -> Dimension:
    return Dimension(key="pipeline", title=_("Pipeline"), expression=F("pipeline"), names=lambda _keys: _pipelines())


def of_pipeline() -> Narrowing:
    return Narrowing(
        key="pipeline",
        title=_("Pipeline"),
        choices=lambda _user: [(str(pk), title) for pk, title in _pipelines().items()],
        narrow=lambda found, value: found.filter(pipeline=int(value)),
    )


def _pipelines() -> dict[int, str]:
    found = Pipeline.objects.filter(purpose=Pipeline.Purpose.OPPORTUNITY)
    return {each.pk: each.title for each in found.order_by("position", "pk")}


def of_currency() -> Narrowing:
    return Narrowing(
        key="currency",
        title=_("Currency"),
        choices=_currencies,
        narrow=lambda found, value: found.filter(currency=value),
        required=True,
    )


def _currencies(user: User) -> list[tuple[str, str]]:
    """Those of what the reader sees, the most used first."""
    found = Opportunity.objects.visible_to(user).live().order_by().values("currency").annotate(number=Count("pk"))
    return [(each, each) for each in found.order_by("-number", "currency").values_list("currency", flat=True)]
