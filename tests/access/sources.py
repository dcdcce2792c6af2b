"""A source with a batch and a rejection, for the doors of synchronisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.sync.models import Batch, Rejection
from tests.conftest import NOW
from tests.sync.factories import a_source

if TYPE_CHECKING:
    from tests.access.world import World


def add_sources(world: World) -> None:
    """What routes call code, batch_id, rejection_id and so on."""
    source = a_source("kyiv-played", groups=[])
    token = source.tokens.create(digest="0" * 64, hint="feed_guess", created_at=NOW)
    batch = Batch.objects.create(
        source=source,
        key="1",
        digest="0" * 64,
        content_type="application/json",
        size=2,
        records=1,
        state=Batch.State.APPLIED,
        received_at=NOW,
        applied_at=NOW,
        rejected=1,
    )
    rejection = Rejection.objects.create(
        source=source, batch=batch, position=1, code="schema", reason="key: missing", raw="{}", created_at=NOW
    )
    world.records |= {"source": source}
    world.places["all"] |= {
        "code": source.code,
        "source_id": source.pk,
        "plant_id": source.plant_id,
        "source_token_id": token.pk,
        "batch_id": batch.pk,
        "rejection_id": rejection.pk,
    }
