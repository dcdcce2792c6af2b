"""Pipelines and stages with how many stand on them, for the settings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count

from apps.crm.models import JourneyStep, Pipeline, PipelineStage


@dataclass(frozen=True, slots=True)
class PipelineRow:
    pipeline: Pipeline
    stages: list[PipelineStage]  # those that are offered, in order


@dataclass(frozen=True, slots=True)
class StageRow:
    stage: PipelineStage
    number: int  # of contacts that stand there


def pipeline_rows() -> list[PipelineRow]:
    """All of them in their order, retired ones too."""
    stages: dict[int, list[PipelineStage]] = {}
    for stage in PipelineStage.objects.offered().order_by("position", "pk"):
        stages.setdefault(stage.pipeline_id, []).append(stage)
    pipelines = Pipeline.objects.select_related("persona").order_by("position", "pk")
    return [PipelineRow(each, stages.get(each.pk, [])) for each in pipelines]


def stage_rows(pipeline: Pipeline) -> list[StageRow]:
    """Those of one pipeline in their order, retired ones too."""
    stages = list(pipeline.stages.order_by("position", "pk"))
    standing = JourneyStep.objects.current().filter(stage__in=stages).order_by()
    numbers = Counter(dict(standing.values_list("stage").annotate(number=Count("pk"))))
    return [StageRow(stage, numbers[stage.pk]) for stage in stages]
