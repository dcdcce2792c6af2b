"""How long a value may be, read from the models, so that no value of a file makes the database refuse a row."""

from __future__ import annotations

from functools import cache

from django.db import models


@cache
def lengths_of(model: type[models.Model]) -> dict[str, int]:
    """The longest text of each limited field of `model`, by name."""
    return {
        field.name: field.max_length
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField) and field.max_length
    }


def too_long(model: type[models.Model], values: dict[str, object]) -> list[str]:
    """The names of the fields whose text in `values` is longer than the model holds."""
    lengths = lengths_of(model)
    return [
        name
        for name, value in values.items()
        if name in lengths and isinstance(value, str) and len(value) > lengths[name]
    ]
