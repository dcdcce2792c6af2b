"""Two people, one contact: what the second may still save, and what has to be asked (DECISIONS 14)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Model

from apps.contacts.models import Entity
from apps.contacts.services.errors import EditConflict, FieldConflict
from apps.core.models import Change
from apps.core.services.operations import record_type, snapshot
from apps.core.services.operations.images import from_json


@dataclass(frozen=True, slots=True)
class Seen:
    """What an editor had before them who was told of a conflict and saves again.

    The fields of `decided` get the editor's values, unless the entity has changed again since `told`. All others are
    still measured by `version`, with which the editing began.
    """

    version: int
    told: int
    decided: frozenset[str]


Expected = int | Seen | None


def keep_settled(
    record: Model, *, names: Collection[str], before: dict[str, Any], entity: Entity, expected_version: Expected
) -> dict[str, Any]:
    """Leave on `record` (changed, not yet saved) only what its editor may still save, and return that by name.

    `before` is its snapshot from the database. Raises EditConflict.
    """
    now = snapshot(record)
    left = settle(
        entity=entity,
        record_type=record_type(record),
        record_id=record.pk,
        wanted={name: now[name] for name in names},
        current=before,
        expected_version=expected_version,
    )
    for name in names:
        field = record._meta.get_field(name)
        value = left.get(name, before[name])
        if value != now[name]:
            setattr(record, field.attname, from_json(field, value))  # type: ignore[union-attr,arg-type]  # a concrete field
    return left


def settle(
    *,
    entity: Entity,
    record_type: str,
    record_id: int,
    wanted: dict[str, Any],
    current: dict[str, Any],
    expected_version: Expected,
) -> dict[str, Any]:
    """Return what of `wanted` is left to save, all values as in a snapshot.

    `expected_version` is the entity's version that the editor saw (None: whatever stands there is overwritten). A
    field that the editor left as it was then yields to what somebody else has made of it since. Raises EditConflict
    where both changed the same field differently. Custom fields are compared key by key.
    """
    seen = Seen(expected_version, 0, frozenset()) if isinstance(expected_version, int) else expected_version
    if seen is None or seen.version >= entity.version:
        return {name: value for name, value in wanted.items() if value != current[name]}
    before = _values_at(entity.pk, record_type, record_id, seen.version, current)
    prefix = f"{record_type}.{record_id}."
    decided = {key.removeprefix(prefix) for key in seen.decided} if seen.told >= entity.version else set()
    left: dict[str, Any] = {}
    conflicts: list[FieldConflict] = []
    for name, value in wanted.items():
        if name == "attributes":
            merged, clashes = _merge_attributes(value, current[name], before[name], decided)
            conflicts += clashes
            if merged != current[name]:
                left[name] = merged
        elif value == current[name] or (value == before[name] and name not in decided):
            continue
        elif current[name] != before[name] and name not in decided:
            conflicts.append(FieldConflict(name, mine=value, theirs=current[name], before=before[name]))
        else:
            left[name] = value
    if conflicts:
        raise EditConflict([replace(each, key=prefix + each.field) for each in conflicts], entity.version)
    return left


def _values_at(
    entity_id: int, record_type: str, record_id: int, version: int, current: dict[str, Any]
) -> dict[str, Any]:
    """The record as it was at the entity's `version`: later changes taken back, the newest first."""
    values = dict(current)
    later = Change.objects.filter(
        subject_id=entity_id, record_type=record_type, record_id=record_id, version_after__gt=version
    ).exclude(kind=Change.Kind.CREATED)  # before it was made there is nothing to compare with
    for diff in later.order_by("-version_after", "-pk").values_list("diff", flat=True):
        values |= {name: pair[0] for name, pair in diff.items() if name in values}
    return values


def _merge_attributes(
    mine: dict[str, Any], theirs: dict[str, Any], before: dict[str, Any], decided: Collection[str]
) -> tuple[dict[str, Any], list[FieldConflict]]:
    merged, conflicts = dict(theirs), []
    for key in mine.keys() | before.keys():
        my_value, their_value, old = mine.get(key), theirs.get(key), before.get(key)
        is_decided = f"attributes.{key}" in decided
        if my_value == their_value or (my_value == old and not is_decided):
            continue
        if their_value != old and not is_decided:
            conflicts.append(FieldConflict(f"attributes.{key}", mine=my_value, theirs=their_value, before=old))
        elif my_value is None:
            merged.pop(key, None)
        else:
            merged[key] = my_value
    return merged, conflicts
