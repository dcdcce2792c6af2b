"""Images of a row as JSON: what a Change keeps and what undo puts back."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Expression, F, Field, ForeignKey, JSONField, Model, TextField

Json = Any  # whatever json.dumps takes
Image = dict[str, Json]
Diff = dict[str, list[Json]]

_PLAIN: frozenset[type] = frozenset((int, bool, type(None)))


def record_type(model: Model | type[Model]) -> str:
    """The name of a model in Change rows: "contacts.entity"."""
    return model._meta.label_lower


def snapshot(instance: Model) -> Image:
    """Return all concrete, not generated fields of `instance` by name as JSON; a foreign key is its id.

    Take it before changing the instance, hand it to `Recorder.updated` afterwards.
    """
    image = {}
    for field, name, attribute, plain in _columns(type(instance)):
        value = getattr(instance, attribute)
        image[name] = value if type(value) in plain else to_json(field, value)
    return image


@cache
def _columns(model: type[Model]) -> list[tuple[Field[Any, Any], str, str, frozenset[type]]]:
    """The fields with what is asked of them for each image, and the types whose values are JSON already."""
    texts = (CharField.to_python, TextField.to_python)
    return [
        (field, field.name, field.attname, _PLAIN | {str} if type(field).to_python in texts else _PLAIN)
        for field in concrete_fields(model)
    ]


def diff(before: Image, after: Image) -> Diff:
    """Return `{field: [before, after]}` of what differs."""
    return {name: [before.get(name), after.get(name)] for name in after if before.get(name) != after.get(name)}


def concrete_fields(model: type[Model]) -> Iterator[Field[Any, Any]]:
    for field in model._meta.concrete_fields:
        if not field.generated:
            yield field


def to_json(field: Field[Any, Any], value: Any) -> Json:
    """Return a field's value as JSON, as the database would give it back."""
    if isinstance(value, Expression | F):
        raise TypeError(f"{field.name} is an expression: refresh the instance from the database first")
    if isinstance(field, ArrayField):
        return None if value is None else [to_json(field.base_field, item) for item in value]
    if isinstance(value, str | None):
        # A date typed as text and the same date read back must compare equal.
        value = field.to_python(value) if value else value
    return _plain(value)


def from_json(field: Field[Any, Any], value: Json) -> Any:
    """The inverse of `to_json`; a foreign key stays an id."""
    if isinstance(field, ArrayField):
        return None if value is None else [from_json(field.base_field, item) for item in value]
    if value is None or isinstance(field, JSONField):
        return value
    return field.target_field.to_python(value) if isinstance(field, ForeignKey) else field.to_python(value)


def _plain(value: Any) -> Json:
    match value:
        case datetime():
            return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
        case date() | time():
            return value.isoformat()
        case Decimal() | UUID():
            return str(value)
        case bytes() | memoryview():
            return base64.b64encode(bytes(value)).decode()
        case Model():
            return value.pk
        case str():  # also members of TextChoices
            return str(value)
        case _:
            return value
