"""What an operation did to each record in all, however many changes that took."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from django.db.models import Max, QuerySet

from apps.core.contributions import undoers
from apps.core.models import Change, Operation
from apps.core.services.operations.images import Image

T = TypeVar("T")

_SUBJECTS_A_PORTION = 200
_RECORDS_A_PORTION = 500


@dataclass(slots=True)
class NetChange:
    """One record before and after an operation."""

    record_type: str
    record_id: int
    subject_id: int | None
    existed: bool
    exists: bool = True
    before: Image = field(default_factory=dict)
    after: Image = field(default_factory=dict)
    last_change: int = 0
    count: int = 0

    def follow(self, change: Change) -> None:
        for name, (before, after) in change.diff.items():
            self.before.setdefault(name, before)
            self.after[name] = after
        self.exists = change.kind != Change.Kind.REMOVED
        self.last_change = change.pk
        self.count += 1


def net_changes(changes: Iterable[Change]) -> list[NetChange]:
    """Join `changes`, given in the order they were made; the record touched last comes first."""
    found: dict[tuple[str, int], NetChange] = {}
    for change in changes:
        key = (change.record_type, change.record_id)
        net = found.get(key)
        if net is None:
            existed = change.kind != Change.Kind.CREATED
            net = found[key] = NetChange(change.record_type, change.record_id, change.subject_id, existed)
        net.subject_id = net.subject_id or change.subject_id
        net.follow(change)
    return sorted(found.values(), key=lambda net: -net.last_change)


def whole(operation: Operation) -> list[NetChange]:
    """All of an operation at once."""
    return net_changes(_changes(operation))


def portions(operation: Operation) -> Iterator[list[NetChange]]:
    """An operation piece by piece, an aggregate never split.

    What belongs to no aggregate comes first, but last where the operation made it: the aggregates may lie in it.
    """
    alone = _changes(operation).filter(subject_id=None)
    made = alone.filter(kind=Change.Kind.CREATED).order_by().values_list("record_type", "record_id").distinct()
    records = alone.order_by().values_list("record_type", "record_id").distinct()
    yield from _alone(alone, records.difference(made))
    for part in _in_portions(_aggregates(operation), _SUBJECTS_A_PORTION):
        wanted = set(part)
        rows = _changes(operation).filter(subject_id__in={subject_id for _, subject_id in part})
        yield net_changes(row for row in rows if (_family(row.record_type), row.subject_id) in wanted)
    yield from _alone(alone, made)


def _aggregates(operation: Operation) -> list[tuple[str, int]]:
    """(family, subject id), what was touched last first. An order and a contact may bear the same number."""
    rows = _changes(operation).filter(subject_id__isnull=False).order_by()
    last: dict[tuple[str, int], int] = {}
    found = rows.values("record_type", "subject_id").annotate(last=Max("pk"))
    for record_type, subject_id, change in found.values_list("record_type", "subject_id", "last"):
        if subject_id is not None:
            key = (_family(record_type), subject_id)
            last[key] = max(change, last.get(key, 0))
    return sorted(last, key=lambda key: -last[key])


def _family(record_type: str) -> str:
    """Whose number a subject's is: the root's type, for its parts too; "" where parts name something without one."""
    undoer = undoers.get(record_type)
    if undoer is None:
        return ""
    return undoer.root or (record_type if undoer.subject_field == "pk" else "")


def _alone(changes: QuerySet[Change], records: Iterable[tuple[str, int]]) -> Iterator[list[NetChange]]:
    for part in _in_portions(list(records), _RECORDS_A_PORTION):
        wanted = set(part)
        rows = changes.filter(record_id__in={record_id for _, record_id in part})
        yield net_changes(row for row in rows if (row.record_type, row.record_id) in wanted)


def _changes(operation: Operation) -> QuerySet[Change]:
    return Change.objects.filter(operation=operation).order_by("pk")


def _in_portions(items: list[T], size: int) -> Iterator[list[Any]]:
    remaining = iter(items)
    while part := list(islice(remaining, size)):
        yield part
