"""Undo: each value goes back to what it was, unless someone has changed it since."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from apps.core.models import Operation

if TYPE_CHECKING:
    from apps.accounts.models import User

UNDO_VERB = "operation.undone"


class NotUndoable(Exception):
    """Too late, still at work, or undone already; the text is fit for a person."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A record that undo left as it is. `reason` is "changed", "forbidden", "in_use" or "missing"."""

    record_type: str
    record_id: int
    reason: str
    fields: tuple[str, ...] = ()


@dataclass(slots=True)
class UndoResult:
    restored: int = 0
    conflicts: list[Conflict] = field(default_factory=list)


def undo(*, actor: User, operation: Operation, now: datetime) -> UndoResult:
    """Put back what `operation` changed."""
    return UndoResult()


def begin_undo(*, actor: User, operation: Operation, now: datetime) -> Operation:
    """Undo now or, if it is large, in the background."""
    return operation
