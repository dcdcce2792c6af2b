"""What is kept about a list for one user: columns, rows a page, the last visit. One query, since every page asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db.models import F, Q, Subquery

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
    setting = ListSetting.objects.filter(Q(user=user) | Q(user=None), list_key=list_key)
    setting = setting.order_by(F("user").asc(nulls_last=True))[:1]
    visit = ListVisit.objects.filter(user=user, list_key=list_key)
    columns, page_size, seen_at, since_at = (
        get_user_model()
        .objects.filter(pk=user.pk)
        .values_list(
            Subquery(setting.values("columns")),
            Subquery(setting.values("page_size")),
            Subquery(visit.values("seen_at")),
            Subquery(visit.values("since_at")),
        )
        .get()
    )
    seen = ListVisit(user=user, list_key=list_key, seen_at=seen_at, since_at=since_at) if seen_at else None
    return Wishes(tuple(columns or ()), page_size, seen)
