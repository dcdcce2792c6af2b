"""Batches applied in the order in which they came, source by source."""

from __future__ import annotations

from apps.sync.models import Batch


def apply_waiting(*, source_id: int) -> int:
    """How many batches wait; records are applied as soon as `crm` takes them."""
    return Batch.objects.filter(source=source_id, state=Batch.State.WAITING).count()
