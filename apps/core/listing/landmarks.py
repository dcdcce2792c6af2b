"""Landmarks of a long list: where every five-thousandth record stands, so that deep pages begin close by.

An index that is walked to offset 100,000 passes 200,000 entries where rights hide every other one: 45 ms. From the
nearest landmark it passes some thousands. The landmarks of a list, that is of one scope, filter and order, are found
by one such walk and kept for a minute, for everybody with the same rights. A change before a page moves it by as many
records only when they are found anew; such lists are counted by estimate all the same.
"""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.core.exceptions import FieldDoesNotExist
from django.db import connections
from django.db.models import F, Func, QuerySet, TextField, Value
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from apps.core.listing.fingerprints import fingerprint

STRIDE = 5_000
SECONDS = 60


class _Row(Func):
    """A row of values, compared from its first to its last as an index has them."""

    function = "ROW"
    output_field = TextField()


def nearest(queryset: QuerySet[Any], *, order: tuple[str, ...], offset: int, deepest: int) -> tuple[QuerySet[Any], int]:
    """Return the ordered queryset from the last landmark before `offset` on, and the offset that is left from there."""
    ordered = queryset.order_by(*order)
    names = [name.removeprefix("-") for name in order]
    if offset < STRIDE or not _is_comparable(queryset, order):
        return ordered, offset
    landmarks = _landmarks(ordered, names, deepest)
    number = min(offset // STRIDE, len(landmarks))
    if not number:
        return ordered, offset
    fields = [_field(queryset, name) for name in names]
    here = _Row(*map(F, names))
    there = _Row(*(Value(each, output_field=field) for each, field in zip(landmarks[number - 1], fields, strict=True)))
    lookup = LessThanOrEqual if order[0].startswith("-") else GreaterThanOrEqual
    return ordered.filter(lookup(here, there)), offset - number * STRIDE


def _landmarks(ordered: QuerySet[Any], names: list[str], deepest: int) -> list[tuple[Any, ...]]:
    """The sort values of the records at 5,000, 10,000 ... from 0 on."""
    sql, parameters = ordered.values_list(*names)[: deepest + 1].query.sql_with_params()
    key = fingerprint("list-landmarks", ordered.db, sql, parameters)
    found: list[tuple[Any, ...]] | None = cache.get(key)
    if found is None:
        with connections[ordered.db].cursor() as cursor:
            cursor.execute(
                f"SELECT * FROM (SELECT row_number() OVER () AS place, each.* FROM ({sql}) each) numbered"  # noqa: S608 - compiled by Django
                f" WHERE place > 1 AND place %% {STRIDE} = 1 ORDER BY place",
                parameters,
            )
            found = [row[1:] for row in cursor.fetchall()]
        cache.set(key, found, SECONDS)
    return found


def _is_comparable(queryset: QuerySet[Any], order: tuple[str, ...]) -> bool:
    """Whether the order is by columns of the table that are never empty, all in one direction."""
    fields = [_field(queryset, name.removeprefix("-")) for name in order]
    return len({name.startswith("-") for name in order}) == 1 and all(field and not field.null for field in fields)


def _field(queryset: QuerySet[Any], name: str) -> Any:
    if name == "pk":
        return queryset.model._meta.pk
    if name in queryset.query.annotations:
        return None
    try:
        return queryset.model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
