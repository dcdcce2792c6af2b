"""The mechanics of a merge, for any app's rows: count what hangs on an entity, move it, and move it back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import DateTimeField, Exists, Model, OuterRef, Q, QuerySet, UniqueConstraint
from django.db.models.fields.related import OneToOneField
from django.db.models.lookups import IsNull
from django.utils.translation import gettext as _

from apps.core.batch import insert_rows, portions
from apps.core.clock import company_day
from apps.core.contributions import Tie, merge
from apps.core.models import Operation, OperationMove
from apps.core.services.operations.images import concrete_fields, from_json, record_type, to_json
from apps.core.services.operations.putting_back import Conflict

if TYPE_CHECKING:
    from apps.accounts.models import User


def ties() -> Iterator[Tie]:
    """All columns that any app has named."""
    for part in merge:
        yield from part.ties


def moving_ties() -> Iterator[Tie]:
    return (tie for tie in ties() if not tie.stays and not tie.handled)


def count_moving(reader: User, loser_id: int) -> list[str]:
    """What would move, in words by kind: "3 tasks"; of what `reader` may not see only that there is some."""
    told, hidden = [], False
    for tie in ties():
        if tie.words is not None:
            rows = _rows(tie, loser_id)
            seen = _seen(tie, rows, reader).count()
            hidden = hidden or seen < rows.count()
            told += [tie.words(seen)] if seen else []
    return [*told, _("…and more that you may not see")] if hidden else told


def refusal(ids: Collection[int]) -> str:
    """Why these can't be one, as any app says; "" if they can."""
    return next((no for part in merge if part.refuses and (no := part.refuses(ids))), "")


def move_all(*, operation: Operation, winner_id: int, loser_id: int, now: datetime) -> int:
    """Let all that hangs on the loser hang on the winner, noting each value; returns how many rows moved."""
    moved = 0
    for tie in moving_ties():
        if tie.closes:
            _end(operation, tie, loser_id, _clashing(tie, winner_id, loser_id), now)
        there = _rows(tie, loser_id).exclude(pk__in=_clashing(tie, winner_id, loser_id).values("pk"))
        moved += _set(operation, loser_id, there, tie.column, winner_id)
    return moved


def note_move(*, operation: Operation, loser_id: int, rows: QuerySet[Any], field: str, value: Any) -> int:
    """The same for one column of rows that the caller chose."""
    return _set(operation, loser_id, rows, field, value)


def settle_all(ids: Sequence[int], now: datetime) -> None:
    for part in merge:
        if part.settle is not None:
            part.settle(ids, now)


def hindrance(operation: Operation) -> str:
    """What stands in the way of taking the merge of `operation` back, in words; "" for nothing."""
    pairs = operation.parameters.get("merged", [])
    found = (part.keeps(winner, loser) for part in merge if part.keeps for winner, loser in pairs)
    return next(filter(None, found), "")


def move_back(operation: Operation) -> tuple[int, list[Conflict]]:
    """Give rows back what a merge moved, as long as they say what it set; what was added below them since follows.

    Returns how many went back, and those that were changed since or are gone.
    """
    back, conflicts = 0, []
    moves = OperationMove.objects.filter(operation=operation).order_by("-pk")
    for (kind, field), its in groupby(moves, key=lambda move: (move.record_type, move.field)):
        for portion in portions(list(its)):
            left = _put_back_or_say(kind, field, portion)
            back += len(portion) - len(left)
            conflicts += left
    ids = sorted({pk for pair in operation.parameters["merged"] for pk in pair})
    for part in merge:
        if part.rejoin is not None:
            part.rejoin(ids)
    return back, conflicts


def _put_back_or_say(kind: str, name: str, moves: Sequence[OperationMove]) -> list[Conflict]:
    """Where one of them would break a rule of the database, the others go back."""
    try:
        with transaction.atomic():
            return _put_back(kind, name, moves)
    except IntegrityError:
        if len(moves) == 1:
            return [Conflict(kind, moves[0].record_id, "in_use", (name,))]
        return [conflict for move in moves for conflict in _put_back_or_say(kind, name, [move])]


def _put_back(kind: str, name: str, moves: Sequence[OperationMove]) -> list[Conflict]:
    model = _model(kind)
    column = next(field for field in concrete_fields(model) if field.name == name)
    rows = model._base_manager.select_for_update().filter(pk__in=[move.record_id for move in moves]).order_by("pk")
    there = {pk: to_json(column, value) for pk, value in rows.values_list("pk", column.attname)}
    alike: dict[str, list[int]] = defaultdict(list)
    olds: dict[str, Any] = {}
    conflicts = []
    for move in moves:
        if move.record_id not in there:
            conflicts.append(Conflict(kind, move.record_id, "missing", (name,)))
        elif there[move.record_id] not in (move.new, move.old):
            conflicts.append(Conflict(kind, move.record_id, "changed", (name,)))
        else:
            alike[repr(move.old)].append(move.record_id)
            olds[repr(move.old)] = move.old
    for key, ids in alike.items():
        model._base_manager.filter(pk__in=ids).update(**{column.attname: from_json(column, olds[key])})
    return conflicts


def _rows(tie: Tie, entity_id: int) -> QuerySet[Any]:
    return tie.model._base_manager.filter(**{tie.column: entity_id}, **tie.where)


def _seen(tie: Tie, rows: QuerySet[Any], reader: User) -> QuerySet[Any]:
    if tie.seen is not None:
        return rows.filter(tie.seen(reader))
    visible_to = getattr(tie.model._default_manager, "visible_to", None)
    return rows if visible_to is None else rows.filter(pk__in=visible_to(reader).order_by().values("pk"))


def _clashing(tie: Tie, winner_id: int, loser_id: int) -> QuerySet[Any]:
    """The loser's rows whose like the winner has already."""
    clash = tie.clashes(winner_id) if tie.clashes else Q(pk__in=[])
    for others, condition in _uniques(tie):
        like = _rows(tie, winner_id).filter(condition)
        for name in others:
            like = like.filter(_same(name))
        clash |= condition & Q(Exists(like))
    return _rows(tie, loser_id).filter(clash)


def _same(name: str) -> Q:
    """Like the outer row's, unknown ones too."""
    return Q(**{name: OuterRef(name)}) | (Q(**{f"{name}__isnull": True}) & Q(IsNull(OuterRef(name), True)))


def _uniques(tie: Tie) -> Iterator[tuple[list[str], Q]]:
    """The unique constraints that the tie's column is in: their other columns, and their condition."""
    column = tie.model._meta.get_field(tie.column)
    if isinstance(column, OneToOneField):
        yield [], Q()
    for constraint in tie.model._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and tie.column in constraint.fields:
            others = [name for name in constraint.fields if name != tie.column and name not in tie.where]
            yield others, constraint.condition or Q()


def _end(operation: Operation, tie: Tie, loser_id: int, rows: QuerySet[Any], now: datetime) -> None:
    """End these rows now; what is yet to begin, when it begins."""
    is_moment = isinstance(tie.model._meta.get_field(tie.closes), DateTimeField)
    end = now if is_moment else company_day(now)
    if tie.since:
        later = {f"{tie.since}__gt": end}
        for start in set(rows.filter(**later).values_list(tie.since, flat=True)):
            _set(operation, loser_id, rows.filter(**{tie.since: start}), tie.closes, start)
        rows = rows.exclude(**later)
    _set(operation, loser_id, rows, tie.closes, end)


def _set(operation: Operation, loser_id: int, rows: QuerySet[Any], name: str, value: Any) -> int:
    model = rows.model
    column = next(field for field in concrete_fields(model) if field.name == name)
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    new = to_json(column, value)
    for portion in portions(ids):
        locked = model._base_manager.select_for_update().filter(pk__in=portion).order_by("pk")
        before = [(pk, to_json(column, old)) for pk, old in locked.values_list("pk", column.attname)]
        kind = record_type(model)
        insert_rows(
            [
                OperationMove(
                    operation=operation,
                    subject_id=loser_id,
                    record_type=kind,
                    record_id=pk,
                    field=name,
                    old=old,
                    new=new,
                )
                for pk, old in before
            ]
        )
        model._base_manager.filter(pk__in=portion).update(**{column.attname: value})
    return len(ids)


def _model(kind: str) -> type[Model]:
    return next(tie.model for tie in ties() if record_type(tie.model) == kind)
