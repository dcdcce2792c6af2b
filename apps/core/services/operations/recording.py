"""One user intent, written down: the Operation and a Change for each record it touched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Model

from apps.core.batch import insert_rows, portions
from apps.core.contributions import undoers
from apps.core.middleware import current_origin
from apps.core.models import Change, Operation
from apps.core.services.operations.images import Image, diff, record_type, snapshot

if TYPE_CHECKING:
    from apps.accounts.models import User

UNDOABLE_FOR = timedelta(days=30)
# Plain: each write of the house ends with it, and putting it together takes longer than carrying it out.
_COUNTED = "UPDATE core_operation SET done = %s, total = %s WHERE id = %s"

_current: ContextVar[Recorder | None] = ContextVar("recorder", default=None)


class Recorder:
    """Collects the changes of one operation; they are written when its block ends."""

    def __init__(self, operation: Operation, now: datetime) -> None:
        self.operation = operation
        self.now = now
        self.changes: list[Change] = []

    def created(self, instance: Model, subject_id: int | None = None, *, version: int | None = None) -> None:
        """`instance` is new and saved. `version` is its aggregate's after the change, here and below."""
        image = {name: [None, value] for name, value in snapshot(instance).items()}
        self._note(instance, Change.Kind.CREATED, image, subject_id, None, version)

    def updated(
        self,
        instance: Model,
        before: Image,
        subject_id: int | None = None,
        *,
        version_before: int | None = None,
        version_after: int | None = None,
    ) -> bool:
        """`instance` is saved and was `before` (from `snapshot`); False if nothing differs."""
        differences = diff(before, snapshot(instance))
        if differences:
            self._note(instance, Change.Kind.UPDATED, differences, subject_id, version_before, version_after)
        return bool(differences)

    def removed(self, instance: Model, subject_id: int | None = None, *, version: int | None = None) -> None:
        """Call it before `instance` is deleted, while it still has its key."""
        image = {name: [value, None] for name, value in snapshot(instance).items()}
        self._note(instance, Change.Kind.REMOVED, image, subject_id, None, version)

    def add(self, change: Change) -> None:
        """Take a Change made by the caller (bulk work); operation and time are filled in."""
        change.operation = self.operation
        change.changed_at = self.now
        self.changes.append(change)

    def _note(
        self,
        instance: Model,
        kind: Change.Kind,
        image: dict[str, list[Any]],
        subject_id: int | None,
        version_before: int | None,
        version_after: int | None,
    ) -> None:
        own_versions = image.get("version", [None, None])
        self.add(
            Change(
                record_type=record_type(instance),
                record_id=instance.pk,
                subject_id=subject_id or _subject_of(instance),
                kind=kind,
                diff=image,
                version_before=version_before if version_before is not None else own_versions[0],
                version_after=version_after if version_after is not None else own_versions[1],
            )
        )


def _subject_of(instance: Model) -> int | None:
    undoer = undoers.get(record_type(instance))
    subject: int | None = getattr(instance, undoer.subject_field) if undoer and undoer.subject_field else None
    return subject


@contextmanager
def operate(
    *,
    actor: User | None,
    verb: str,
    now: datetime,
    undoable: bool = True,
    keep: bool = False,
    undo_of: Operation | None = None,
) -> Iterator[Recorder]:
    """Open a transaction and an operation; at the end its changes are written in bulk.

    An `operate` within another one belongs to that: one intent, one operation, and the outer verb stands. If no
    change was recorded, no operation is kept, unless `keep`.
    """
    outer = _current.get()
    if outer is not None:
        with _joined(outer):
            yield outer
        return
    with transaction.atomic():
        origin = current_origin()
        operation = Operation.objects.create(
            actor=actor,
            verb=verb,
            created_at=now,
            started_at=now,
            finished_at=now,
            undoable_until=now + UNDOABLE_FOR if undoable else None,
            undo_of=undo_of,
            ip=origin.ip,
            user_agent=origin.user_agent,
            request_id=origin.request_id,
        )
        with recording(operation, now=now, savepoint=False) as recorder:
            yield recorder
            count = len(recorder.changes)
        if count:
            with connection.cursor() as cursor:
                cursor.execute(_COUNTED, [count, count, operation.pk])
        elif not keep:
            operation.delete()


@contextmanager
def apart() -> Iterator[None]:
    """What `operate` opens in this block is an intent of its own, though it happens on the way of another one.

    For what background work brings about by the way, and a person may undo by itself.
    """
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def recording(operation: Operation, *, now: datetime, savepoint: bool = True) -> Iterator[Recorder]:
    """One portion of an operation that already exists: a transaction whose changes belong to `operation`.

    Without `savepoint` what goes wrong in it undoes the transaction around it too.
    """
    recorder = Recorder(operation, now)
    token = _current.set(recorder)
    try:
        with transaction.atomic(savepoint=savepoint):
            yield recorder
            for portion in portions(recorder.changes):
                insert_rows(portion)
    finally:
        _current.reset(token)


@contextmanager
def _joined(recorder: Recorder) -> Iterator[None]:
    mark = len(recorder.changes)
    finished = False
    try:
        with transaction.atomic():
            yield
        finished = True
    finally:
        if not finished:  # what was rolled back did not happen
            del recorder.changes[mark:]
