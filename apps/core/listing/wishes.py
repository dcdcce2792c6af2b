"""What is kept about a list for one user, and their saved views of it; every page of a list asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import DateTimeField, JSONField, PositiveSmallIntegerField, Q, QuerySet, Value

from apps.core.models import ListSetting, ListVisit, SavedView, SavedViewQuerySet
from apps.core.prepared import blank_number, prepared

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(frozen=True, slots=True)
class Wishes:
    """Columns and page size are the user's own, else everybody's; empty and None where nobody chose."""

    columns: tuple[str, ...]
    page_size: int | None
    visit: ListVisit | None


def wishes_of(user: User, list_key: str) -> Wishes:
    """Asks no table of users: the portal's database role reads none."""
    visit, own, everybodys = None, None, None
    for user_id, columns, page_size, seen_at, since_at in _rows_about.ask({_USER: user.pk}, list_key):
        if seen_at:
            visit = ListVisit(user=user, list_key=list_key, seen_at=seen_at, since_at=since_at)
        elif user_id:
            own = (columns, page_size)
        else:
            everybodys = (columns, page_size)
    columns, page_size = own or everybodys or ((), None)
    return Wishes(tuple(columns or ()), page_size, visit)


def saved_views(user: User, list_key: str, *, own_only: bool) -> list[SavedView]:
    """The saved views that `user` may open, by name."""
    return _views.ask({_USER: user.pk}, list_key, own_only)


_USER = blank_number()
_NO_MOMENT = Value(None, output_field=DateTimeField())
_NO_COLUMNS = Value(None, output_field=JSONField())
_NO_SIZE = Value(None, output_field=PositiveSmallIntegerField())


@prepared(lambda list_key: list_key)
def _rows_about(list_key: str) -> QuerySet[ListSetting, tuple[Any, ...]]:
    settings = (
        ListSetting.objects.filter(Q(user=_USER) | Q(user=None), list_key=list_key)
        .order_by()
        .values_list("user_id", "columns", "page_size", _NO_MOMENT, _NO_MOMENT)
    )
    visits = (
        ListVisit.objects.filter(user=_USER, list_key=list_key)
        .order_by()
        .values_list("user_id", _NO_COLUMNS, _NO_SIZE, "seen_at", "since_at")
    )
    return settings.union(visits, all=True)


@prepared(lambda list_key, own_only: (list_key, own_only))
def _views(list_key: str, own_only: bool) -> SavedViewQuerySet:
    views = SavedView.objects.filter(list_key=list_key)
    return (views.filter(owner=_USER) if own_only else views.filter(Q(owner=_USER) | Q(is_shared=True))).order_by(
        "name", "pk"
    )
