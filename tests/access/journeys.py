"""A persona with its pipeline, for the doors of journeys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.crm.models import Persona, PipelineStage

if TYPE_CHECKING:
    from tests.access.world import World


def add_journeys(world: World) -> None:
    """What routes call persona_id, pipeline_id and stage_id."""
    stage = PipelineStage.objects.select_related("pipeline").get(pipeline__persona__key="lead", name="Contacted")
    world.places["all"] |= {
        "persona_id": Persona.objects.get(key="lead").pk,
        "pipeline_id": stage.pipeline_id,
        "stage_id": stage.pk,
    }
