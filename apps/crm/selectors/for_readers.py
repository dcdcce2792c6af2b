"""Queries about one record, put together once for the people of all dealers (core.prepared)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db.models import QuerySet

from apps.core.prepared import Prepared, blank_number
from apps.crm.models.reach import PortalReader, portal_reader, program_of

if TYPE_CHECKING:
    from apps.accounts.models import User

T = TypeVar("T")
Build = Callable[["User", int, int, bool], QuerySet[Any, T]]

_KEY, _DEALER = blank_number(), blank_number()


class AboutRecord(Generic[T]):
    """Decorate with it what gives a queryset for a user, a record's id, its dealer's id, and whether money is seen.

    Of users it may ask nothing but what they may see. Staff's is put together each time: their rights are their own.
    """

    def __init__(self, build: Build[T]) -> None:
        self._build = build
        self._prepared: Prepared[[bool, bool], T] = Prepared(self._for_anybody, lambda *seen: seen)

    def __call__(self, user: User, key: int, *, dealer_id: int = 0, sees_money: bool = False) -> list[T]:
        """The rows; those of a dealer's people are always of their own dealer."""
        reader = portal_reader(user)
        if reader is None:
            return list(self._build(user, key, dealer_id, sees_money))
        blanks = {_KEY: key, _DEALER: reader.dealer_id}
        return self._prepared.ask(blanks, reader.sees_money, sees_money)

    def _for_anybody(self, may_see_money: bool, sees_money: bool) -> QuerySet[Any, T]:
        anybody = program_of(PortalReader(_DEALER, 0, 0, is_owner=False, sees_money=may_see_money))
        return self._build(anybody, _KEY, _DEALER, sees_money)
