"""What is kept about a list for one user: columns, rows a page, the last visit. One query, since every page asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import DateTimeField, JSONField, PositiveSmallIntegerField, Q, Value

from apps.core.models import ListSetting, ListVisit

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
    settings = (
        ListSetting.objects.filter(Q(user=user) | Q(user=None), list_key=list_key)
        .order_by()
        .values_list("user_id", "columns", "page_size", _NO_MOMENT, _NO_MOMENT)
    )
    visits = (
        ListVisit.objects.filter(user=user, list_key=list_key)
        .order_by()
        .values_list("user_id", _NO_COLUMNS, _NO_SIZE, "seen_at", "since_at")
    )
    visit, own, everybodys = None, None, None
    for user_id, columns, page_size, seen_at, since_at in settings.union(visits, all=True):
        if seen_at:
            visit = ListVisit(user=user, list_key=list_key, seen_at=seen_at, since_at=since_at)
        elif user_id:
            own = (columns, page_size)
        else:
            everybodys = (columns, page_size)
    columns, page_size = own or everybodys or ((), None)
    return Wishes(tuple(columns or ()), page_size, visit)


_NO_MOMENT = Value(None, output_field=DateTimeField())
_NO_COLUMNS = Value(None, output_field=JSONField())
_NO_SIZE = Value(None, output_field=PositiveSmallIntegerField())
