"""Queries that Django puts together once and asks again with other values.

Writing the SQL of a page's ten queries takes it longer than drawing the page.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, ParamSpec, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Field, ForeignObject, Lookup, QuerySet

P = ParamSpec("P")
T = TypeVar("T")
B = TypeVar("B", bound=Hashable)

_KEPT = 100  # statements of one query; each takes some 80 KB
_LARGEST = 2**63  # what a bigint no longer holds

# Values that nobody means: they go through a field's checks as others do, and are known again in the statement.
_numbers = itertools.count(9_007_199_254_740_993)
_moments = (datetime(9998, 1, 1, tzinfo=UTC) + timedelta(microseconds=number) for number in itertools.count())
_blanks: set[Hashable] = set()


def blank_number() -> int:
    """Stands in a prepared query for an id that each asking names."""
    return _blank(next(_numbers))


def blank_moment() -> datetime:
    return _blank(next(_moments))


def blank_text() -> str:
    return _blank(f"blank {next(_numbers)}")


def blank_ids() -> tuple[int, ...]:
    """Stands for any number of ids, in `__among`."""
    return _blank((next(_numbers),))


def _blank(value: B) -> B:
    _blanks.add(value)
    return value


@ForeignObject.register_lookup  # which looks no further up
@Field.register_lookup
class Among(Lookup):
    """`__in` with its ids in one parameter: the same statement however many they are."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*params, self.rhs if self.rhs in _blanks else list(self.rhs)]


class Prepared(Generic[P, T]):
    """A query with blanks, kept for each shape of it.

    `build` gives the queryset; two of them that `shape`, given the same arguments, calls alike differ in blanks alone.
    A queryset of what a reader may see has all that decides about it in its shape: their rights, not their id.
    """

    def __init__(self, build: Callable[P, QuerySet[Any, T]], shape: Callable[P, Hashable] | None = None) -> None:
        self._build = build
        self._shape = shape or _one_shape
        self._kept: dict[Hashable, _Statement[T]] = {}

    def ask(self, blanks: Mapping[Any, Any], *args: P.args, **kwargs: P.kwargs) -> list[T]:
        """The rows, with `blanks` filled in: all of them, and lists of ids as lists."""
        shape = self._shape(*args, **kwargs)
        statement = self._kept.get(shape)
        if statement is None:
            statement = _Statement(self._build(*args, **kwargs))
            if self._shape(*args, **kwargs) == shape:  # else rights changed while it was put together
                self._keep(shape, statement)
        return statement.ask(blanks)

    def _keep(self, shape: Hashable, statement: _Statement[T]) -> None:
        while len(self._kept) >= _KEPT:
            self._kept.pop(next(iter(self._kept)), None)  # the oldest: changed rights have left it behind
        self._kept[shape] = statement


def prepared(shape: Callable[P, Hashable]) -> Callable[[Callable[P, QuerySet[Any, T]]], Prepared[P, T]]:
    """Decorate with it what gives the queryset: `@prepared(rights_of)`; where there is but one shape, `@Prepared`."""

    def prepare(build: Callable[P, QuerySet[Any, T]]) -> Prepared[P, T]:
        return Prepared(build, shape)

    return prepare


def _one_shape(*_args: object, **_kwargs: object) -> Hashable:
    return None


class _Statement(Generic[T]):
    """One queryset, compiled."""

    def __init__(self, queryset: QuerySet[Any, T]) -> None:
        self._queryset = queryset
        self._compiler = queryset.query.get_compiler(using=queryset.db)
        try:
            self._sql, params = self._compiler.as_sql()
        except EmptyResultSet:  # nothing can fulfil it: a reader without folders
            self._sql, params = "", ()
        self._params = list(params)
        self._places = [(place, value) for place, value in enumerate(params) if _is_blank(value)]

    def ask(self, blanks: Mapping[Any, Any]) -> list[T]:
        filled = [blanks[blank] for _place, blank in self._places]
        if not self._sql or any(isinstance(value, int) and abs(value) >= _LARGEST for value in filled):
            return []
        params = self._params.copy()
        for (place, _blank_there), value in zip(self._places, filled, strict=True):
            params[place] = value
        # As much of a queryset as Django asks for when it makes objects of rows, with the statement that is there.
        compiler = copy.copy(self._compiler)
        compiler.connection = connections[self._queryset.db]  # this thread's
        compiler.as_sql = lambda *_args, **_kwargs: (self._sql, tuple(params))
        query = copy.copy(self._queryset.query)
        query.get_compiler = lambda *_args, **_kwargs: compiler  # type: ignore[method-assign]
        asked: Any = type(self._queryset)(self._queryset.model, query, self._queryset.db)
        rows: Any = self._queryset._iterable_class(asked)
        return list(rows)


def _is_blank(value: object) -> bool:
    return isinstance(value, int | str | datetime | tuple) and value in _blanks
