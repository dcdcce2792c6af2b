"""Undo: each value goes back to what it was, unless someone has changed it since."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.models import Change, Operation
from apps.core.services.operations.background import start, wake
from apps.core.services.operations.moves import hindrance, move_back, settle_all
from apps.core.services.operations.net_changes import portions, whole
from apps.core.services.operations.progress import OperationFailed, Progress
from apps.core.services.operations.putting_back import PuttingBack, UndoResult
from apps.core.services.operations.recording import operate

if TYPE_CHECKING:
    from apps.accounts.models import User

UNDO_VERB = "operation.undone"
INLINE_LIMIT = 500  # changes that are undone while the person waits
_CONFLICTS_KEPT = 200


class NotUndoable(Exception):
    """Too late, still at work, or undone already; the text is fit for a person."""


@transaction.atomic
def undo(*, actor: User, operation: Operation, now: datetime) -> UndoResult:
    """Put back at once what `operation` changed, in one transaction, as an operation of its own.

    A record that someone changed since stays as it is, with all that belongs to it, and is listed as a conflict.
    Raises NotUndoable, and PermissionDenied unless it is the actor's own.
    """
    operation = _lock_undoable(actor, operation, now)
    with operate(actor=actor, verb=UNDO_VERB, now=now, undoable=False, keep=True, undo_of=operation) as recorder:
        engine = PuttingBack(operation, actor=actor, now=now, note=recorder.add)
        if "merged" in operation.parameters:
            _take_merge_back(operation, engine, now=now)
        else:
            engine.portion(whole(operation))
    _mark_undone(operation)
    Operation.objects.filter(pk=recorder.operation.pk).update(result=_as_json(engine.result))
    return engine.result


@transaction.atomic
def begin_undo(*, actor: User, operation: Operation, now: datetime) -> Operation:
    """Undo now or, if it is large, in the background; return the undo's own operation with its result or progress.

    An undo that failed or was stopped half-way goes on where it stood. Raises as `undo` does.
    """
    broken_off = (
        Operation.objects.select_for_update()
        .filter(undo_of=operation, state__in=[Operation.State.FAILED, Operation.State.CANCELLED])
        .first()
    )
    if broken_off is not None and broken_off.actor_id == actor.pk:
        Operation.objects.filter(pk=broken_off.pk).update(
            state=Operation.State.PENDING, finished_at=None, cancel_requested_at=None, done=0, message="", attempts=0
        )
        wake(broken_off.pk)
        return Operation.objects.get(pk=broken_off.pk)
    count = Change.objects.filter(operation=operation)[: INLINE_LIMIT + 1].count()
    if count <= INLINE_LIMIT or "merged" in operation.parameters:
        undo(actor=actor, operation=operation, now=now)
        return Operation.objects.get(undo_of=operation)
    operation = _lock_undoable(actor, operation, now)
    return start(
        actor=actor,
        verb=UNDO_VERB,
        parameters={"operation_id": operation.pk},
        now=now,
        total=Change.objects.filter(operation=operation).count(),
        undoable=False,
        undo_of=operation,
    )


def run_undo(undoing: Operation, progress: Progress) -> dict[str, Any]:
    """The runner of a large undo: portion by portion; called again, it finds the first ones back already."""
    operation = Operation.objects.get(pk=undoing.parameters["operation_id"])
    result = UndoResult()
    if undoing.actor is None:
        raise OperationFailed(_("Nobody asked for this undo."))
    progress.at(0)
    for nets in portions(operation):
        now = clock.now()
        with progress.portion(now=now) as recorder:
            engine = PuttingBack(operation, actor=undoing.actor, now=now, note=recorder.add)
            engine.portion(nets)
        result.restored += engine.result.restored
        result.conflicts += engine.result.conflicts
        progress.advance(sum(net.count for net in nets))
    _mark_undone(operation)
    return _as_json(result)


def _take_merge_back(operation: Operation, engine: PuttingBack, *, now: datetime) -> None:
    """What was moved goes back first, since parts of an entity hang on it; then all settles. Raises NotUndoable."""
    if words := hindrance(operation):
        raise NotUndoable(words)
    merged, root = operation.parameters["merged"], operation.parameters["root"]
    ids = {pk for pair in merged for pk in pair}
    if engine.forbidden_subjects(ids, root):
        raise NotUndoable(_("You may no longer edit all of these contacts."))
    back, conflicts = move_back(operation)
    _ask_the_database()
    engine.portion(whole(operation))
    if engine.held_back & {(root, loser) for _winner, loser in merged}:
        raise NotUndoable(_("Too much was changed since: they can't be set apart any more."))
    engine.result.restored += back
    engine.result.conflicts += conflicts
    settle_all(sorted(ids), now)
    _ask_the_database()


def _ask_the_database() -> None:
    """Whether all that it checks only at the end holds, while there are words for it. Raises NotUndoable."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    except IntegrityError as error:
        raise NotUndoable(_("Too much was changed since: they can't be set apart any more.")) from error


def _lock_undoable(actor: User, operation: Operation, now: datetime) -> Operation:
    if operation.actor_id != actor.pk:
        raise PermissionDenied
    locked = Operation.objects.select_for_update().get(pk=operation.pk)
    if locked.state == Operation.State.UNDONE or Operation.objects.filter(undo_of=locked).exists():
        raise NotUndoable(_("This was undone already."))
    if locked.finished_at is None:
        raise NotUndoable(_("This is still at work; stop it first."))
    if locked.undoable_until is None or locked.undoable_until < now:
        raise NotUndoable(_("This can't be undone any more."))
    return locked


def _mark_undone(operation: Operation) -> None:
    Operation.objects.filter(pk=operation.pk).update(state=Operation.State.UNDONE)


def _as_json(result: UndoResult) -> dict[str, Any]:
    return {
        "restored": result.restored,
        "conflict_count": len(result.conflicts),
        "conflicts": [asdict(conflict) for conflict in result.conflicts[:_CONFLICTS_KEPT]],
    }
