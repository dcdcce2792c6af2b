"""Undo's engine for one portion: look, decide for each aggregate, then write set-based."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Model, ProtectedError, Q, RestrictedError

from apps.core.contributions import Undoer, undoers
from apps.core.models import Change, Operation
from apps.core.services.operations.images import Image, concrete_fields, from_json, snapshot
from apps.core.services.operations.images import record_type as type_of
from apps.core.services.operations.net_changes import NetChange

if TYPE_CHECKING:
    from apps.accounts.models import User

_FEW = 8  # up to so many different sets of values, one UPDATE each is cheaper than a CASE per row


@dataclass(frozen=True, slots=True)
class Conflict:
    """A record that undo left as it is, for a `reason`.

    It is "changed", "missing", "orphaned" (what it hung on is gone), "forbidden", "in_use" or "unknown".
    """

    record_type: str
    record_id: int
    reason: str
    fields: tuple[str, ...] = ()


@dataclass(slots=True)
class UndoResult:
    """`restored` counts records as they were again, also those that already were."""

    restored: int = 0
    conflicts: list[Conflict] = field(default_factory=list)


@dataclass(slots=True)
class _Step:
    """What is to be done to one record; without `kind` it is as it was already."""

    net: NetChange
    undoer: Undoer
    row: Model | None
    kind: Change.Kind | None = None
    values: Image = field(default_factory=dict)
    diff: dict[str, list[Any]] = field(default_factory=dict)


_Aggregate = list[_Step]


class PuttingBack:
    """Takes net changes of `undone` back on behalf of `actor`, in the caller's transaction.

    `note` receives the Changes that this makes in turn. An aggregate goes back whole or not at all, but for parts that
    were removed and whose holder is gone since. `held_back` are those that stay as they are, by root and id.
    """

    def __init__(self, undone: Operation, *, actor: User, now: datetime, note: Callable[[Change], None]) -> None:
        self.undone = undone
        self.actor = actor
        self.now = now
        self.note = note
        self.result = UndoResult()
        self.held_back: set[tuple[str, int]] = set()

    def portion(self, nets: list[NetChange]) -> None:
        known = []
        for net in nets:
            undoer = undoers.get(net.record_type)
            if undoer is None:
                self.result.conflicts.append(Conflict(net.record_type, net.record_id, "unknown"))
            else:
                known.append(_Step(net, undoer, None))
        versions = self._lock_roots(known)
        self._lock_rows(known)
        aggregates: dict[tuple[str, int], _Aggregate] = defaultdict(list)
        for step in self._with_holders(known):
            aggregates[_aggregate_of(step)].append(step)
        free = [steps for steps in aggregates.values() if self._may_go_back(steps)]
        try:
            self._apply(free, versions)
        except (IntegrityError, ProtectedError, RestrictedError):
            self._apply_one_by_one(free, versions)

    def forbidden_subjects(self, ids: Collection[int], root_type: str) -> set[int]:
        """Those of these aggregates that the actor may not write."""
        undoer = undoers.get(root_type)
        return set(ids) - undoer.editable(self.actor, ids) if undoer and undoer.editable else set()

    # --- look ---------------------------------------------------------------------------------------------------------
    def _lock_roots(self, steps: Iterable[_Step]) -> dict[tuple[str, int], int | None]:
        """Lock the aggregates in the order of their keys and return their versions."""
        wanted: dict[str, set[int]] = defaultdict(set)
        for step in steps:
            if root := _root_type(step):
                wanted[root].add(step.net.subject_id or step.net.record_id)
        versions: dict[tuple[str, int], int | None] = {}
        self._forbidden: set[tuple[str, int]] = set()
        for root_type, ids in sorted(wanted.items()):
            undoer = undoers.get(root_type)
            if undoer is None:
                continue
            rows = undoer.model._base_manager.select_for_update().filter(pk__in=ids).order_by("pk")
            for pk, version in rows.values_list("pk", undoer.version_field or "pk"):
                versions[root_type, pk] = version if undoer.version_field else None
            there = {pk for kind, pk in versions if kind == root_type}
            if undoer.editable is not None:
                self._forbidden |= {(root_type, pk) for pk in there - undoer.editable(self.actor, there)}
        return versions

    def _lock_rows(self, steps: Iterable[_Step]) -> None:
        by_type: dict[str, list[_Step]] = defaultdict(list)
        for step in steps:
            by_type[step.net.record_type].append(step)
        for record_type, its_steps in sorted(by_type.items()):
            undoer = its_steps[0].undoer
            ids = [step.net.record_id for step in its_steps]
            rows = undoer.model._base_manager.select_for_update().order_by("pk").in_bulk(ids)
            for step in its_steps:
                step.row = rows.get(step.net.record_id)
            if undoer.editable is not None and not _root_type(its_steps[0]):
                self._forbidden |= {(record_type, pk) for pk in set(rows) - undoer.editable(self.actor, set(rows))}
        self._used_since = self._changed_by_others([step for step in steps if _takes_away_a_root(step)])

    def _with_holders(self, steps: list[_Step]) -> list[_Step]:
        """Without what would come back below a part that is gone, or is another's now."""
        removed = [step for step in steps if step.net.existed and not step.net.exists]
        returning = {(step.net.record_type, step.net.record_id) for step in removed}
        lost: set[tuple[str, int]] = set()
        by_type: dict[str, list[_Step]] = defaultdict(list)
        for step in removed:
            if step.undoer.holder and step.row is None:
                by_type[step.net.record_type].append(step)
        for kind, its_steps in by_type.items():
            undoer = its_steps[0].undoer
            holder: Any = undoer.model._meta.get_field(undoer.holder).related_model
            wanted = {step.net.before[undoer.holder] for step in its_steps}
            there = dict(holder._base_manager.filter(pk__in=wanted).values_list("pk", undoer.subject_field))
            for step in its_steps:
                pk = step.net.before[undoer.holder]
                if there.get(pk) != step.net.subject_id and (type_of(holder), pk) not in returning:
                    lost.add((kind, step.net.record_id))
                    self.result.conflicts.append(Conflict(kind, step.net.record_id, "orphaned", (undoer.holder,)))
        return [step for step in steps if (step.net.record_type, step.net.record_id) not in lost]

    def _changed_by_others(self, roots: list[_Step]) -> set[tuple[str, int]]:
        """Aggregates made by the operation that somebody worked on afterwards, not counting what was undone whole."""
        found: set[tuple[str, int]] = set()
        for root_type in {step.net.record_type for step in roots}:
            parts = {root_type} | {key for key, undoer in undoers.items() if undoer.root == root_type}
            undone_whole = Q(undone_by__result__conflict_count=0, state=Operation.State.UNDONE)
            was_undo = Q(undo_of__state=Operation.State.UNDONE, result__conflict_count=0)
            later = Change.objects.filter(
                record_type__in=parts,
                subject_id__in=[step.net.record_id for step in roots if step.net.record_type == root_type],
            ).exclude(operation=self.undone)
            by_operation: dict[int, set[int]] = defaultdict(set)
            for operation_id, subject_id in later.values_list("operation_id", "subject_id").distinct():
                by_operation[operation_id] |= {subject_id} if subject_id else set()
            harmless = Operation.objects.filter(undone_whole | was_undo, pk__in=by_operation)
            for operation_id in set(by_operation) - set(harmless.values_list("pk", flat=True)):
                found |= {(root_type, subject_id) for subject_id in by_operation[operation_id]}
        return found

    # --- decide -------------------------------------------------------------------------------------------------------
    def _may_go_back(self, steps: _Aggregate) -> bool:
        conflicts = [conflict for step in steps if (conflict := self._decide(step))]
        self.result.conflicts += conflicts
        if conflicts:
            self.held_back.add(_aggregate_of(steps[0]))
        return not conflicts

    def _decide(self, step: _Step) -> Conflict | None:
        """Settle what is to be done, or say what stands in the way."""
        net, kind = step.net, step.net.record_type
        if {_aggregate_of(step), (kind, net.record_id)} & self._forbidden:
            return Conflict(kind, net.record_id, "forbidden")
        current = snapshot(step.row) if step.row is not None else None
        compared = [name for name in net.after if name not in step.undoer.ignore]
        if not net.existed:
            if current is None or not net.exists:
                return None
            changed = tuple(name for name in compared if current.get(name) != net.after[name])
            if changed or (kind, net.record_id) in self._used_since:
                return Conflict(kind, net.record_id, "changed", changed)
            step.kind, step.diff = Change.Kind.REMOVED, {name: [value, None] for name, value in current.items()}
        elif not net.exists:
            if current is not None:
                changed = tuple(name for name in compared if current.get(name) != net.before[name])
                return Conflict(kind, net.record_id, "changed", changed) if changed else None
            step.kind, step.values = Change.Kind.CREATED, net.before
            step.diff = {name: [None, value] for name, value in net.before.items()}
        elif current is None:
            return Conflict(kind, net.record_id, "missing")
        else:
            theirs = tuple(name for name in compared if current.get(name) not in (net.after[name], net.before[name]))
            if theirs:
                return Conflict(kind, net.record_id, "changed", theirs)
            step.values = {name: net.before[name] for name in compared if current.get(name) != net.before[name]}
            if step.values:
                step.kind = Change.Kind.UPDATED
                step.diff = {name: [current.get(name), value] for name, value in step.values.items()}
        return None

    # --- write --------------------------------------------------------------------------------------------------------
    def _apply_one_by_one(self, aggregates: list[_Aggregate], versions: dict[tuple[str, int], int | None]) -> None:
        """Something in the portion breaks a rule of the database: find out which, the others go back."""
        for steps in aggregates:
            try:
                self._apply([steps], versions)
            except (IntegrityError, ProtectedError, RestrictedError):
                self.held_back.add(_aggregate_of(steps[0]))
                self.result.conflicts += [
                    Conflict(step.net.record_type, step.net.record_id, "in_use") for step in steps if step.kind
                ]

    def _apply(self, aggregates: list[_Aggregate], versions: dict[tuple[str, int], int | None]) -> None:
        groups: dict[tuple[str, Change.Kind], list[_Step]] = {}
        steps = sorted((step for each in aggregates for step in each), key=lambda step: -step.net.last_change)
        for step in steps:
            if step.kind is not None:
                groups.setdefault((step.net.record_type, step.kind), []).append(step)
        with transaction.atomic():
            for (_, kind), its_steps in groups.items():
                _WRITERS[kind](its_steps)
            self._finish(groups, versions)
            with connection.cursor() as cursor:  # a deferred foreign key must complain here, not at the commit
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        for step in steps:
            self.result.restored += 1
            if step.kind is not None:
                self.note(_change_of(step, versions))

    def _finish(
        self, groups: dict[tuple[str, Change.Kind], list[_Step]], versions: dict[tuple[str, int], int | None]
    ) -> None:
        """Raise the versions of the aggregates touched and let their apps derive what depends on them."""
        touched: dict[str, set[int]] = defaultdict(set)
        for (record_type, kind), steps in groups.items():
            for step in steps:
                if root := _root_type(step):
                    touched[root].add(_aggregate_of(step)[1])
                if kind != Change.Kind.REMOVED and not _is_root(step.undoer):
                    touched[record_type].add(step.net.record_id)
        for record_type, ids in touched.items():
            undoer = undoers.get(record_type)
            if undoer is None:
                continue
            rows = undoer.model._base_manager.filter(pk__in=ids)
            if undoer.version_field:
                rows.update(**{undoer.version_field: F(undoer.version_field) + 1})
            if undoer.after is not None:
                undoer.after(sorted(rows.values_list("pk", flat=True)), self.now)


def _remove(steps: list[_Step]) -> None:
    steps[0].undoer.model._base_manager.filter(pk__in=[step.net.record_id for step in steps]).delete()


def _insert(steps: list[_Step]) -> None:
    model = steps[0].undoer.model
    model._base_manager.bulk_create([model(**_attributes(model, step.values)) for step in steps], batch_size=500)


def _update(steps: list[_Step]) -> None:
    model = steps[0].undoer.model
    alike: dict[str, list[_Step]] = defaultdict(list)
    for step in steps:
        alike[json.dumps(step.values, sort_keys=True)].append(step)
    if len(alike) <= _FEW:
        for its_steps in alike.values():
            ids = [step.net.record_id for step in its_steps]
            model._base_manager.filter(pk__in=ids).update(**_attributes(model, its_steps[0].values))
        return
    by_fields: dict[tuple[str, ...], list[Model]] = defaultdict(list)
    for step in steps:
        if step.row is not None:
            for attribute, value in _attributes(model, step.values).items():
                setattr(step.row, attribute, value)
            by_fields[tuple(sorted(step.values))].append(step.row)
    for names, rows in by_fields.items():
        model._base_manager.bulk_update(rows, names, batch_size=200)


_WRITERS = {Change.Kind.REMOVED: _remove, Change.Kind.CREATED: _insert, Change.Kind.UPDATED: _update}


def _attributes(model: type[Model], image: Image) -> dict[str, Any]:
    """`image` as attributes of the model; fields that it no longer has are left out."""
    return {each.attname: from_json(each, image[each.name]) for each in concrete_fields(model) if each.name in image}


def _change_of(step: _Step, versions: dict[tuple[str, int], int | None]) -> Change:
    version = versions.get(_aggregate_of(step))
    return Change(
        record_type=step.net.record_type,
        record_id=step.net.record_id,
        subject_id=step.net.subject_id,
        kind=step.kind or "",
        diff=step.diff,
        version_before=version,
        version_after=version + 1 if version is not None else None,
    )


def _is_root(undoer: Undoer) -> bool:
    return undoer.subject_field == "pk"


def _root_type(step: _Step) -> str:
    """The record type of the aggregate's root, "" for a record that stands alone."""
    return step.net.record_type if _is_root(step.undoer) else step.undoer.root


def _aggregate_of(step: _Step) -> tuple[str, int]:
    root = _root_type(step)
    if root and (step.net.subject_id or _is_root(step.undoer)):
        return root, step.net.subject_id or step.net.record_id
    return step.net.record_type, step.net.record_id


def _takes_away_a_root(step: _Step) -> bool:
    return _is_root(step.undoer) and not step.net.existed
