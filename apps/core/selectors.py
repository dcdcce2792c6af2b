"""Reads that are no single queryset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.core.contributions import verbs
from apps.core.models import Operation


@dataclass(frozen=True, slots=True)
class OperationRow:
    """An operation as its actor reads it."""

    id: int
    title: Any
    state: str
    state_title: str
    done: int
    total: int | None
    message: str
    result: dict[str, Any]
    created_at: datetime
    finished_at: datetime | None
    can_undo: bool
    undo_id: int | None  # the operation that undid it, or is at it

    @property
    def is_at_work(self) -> bool:
        return self.finished_at is None

    @property
    def conflicts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.result.get("conflicts", [])
        return found


def describe(operation: Operation, *, now: datetime) -> OperationRow:
    """`operation` with its title, and whether it can be undone at `now`; fetch it with `undone_by`."""
    undoing = getattr(operation, "undone_by", None)
    broken_off = undoing is not None and undoing.state in (Operation.State.FAILED, Operation.State.CANCELLED)
    return OperationRow(
        id=operation.pk,
        title=verbs.get(operation.verb) or operation.verb.replace(".", " ").replace("_", " "),
        state=operation.state,
        state_title=operation.get_state_display(),
        done=operation.done,
        total=operation.total,
        message=operation.message,
        result=operation.result,
        created_at=operation.created_at,
        finished_at=operation.finished_at,
        can_undo=operation.finished_at is not None
        and operation.state != Operation.State.UNDONE
        and operation.undoable_until is not None
        and operation.undoable_until >= now
        and (undoing is None or broken_off),
        undo_id=undoing.pk if undoing is not None else None,
    )
