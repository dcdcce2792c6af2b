"""What changed in a list since its reader's last visit: the mark of a row, the filter, the noting of the visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.listing.columns import Words
from apps.core.listing.filters import Filter, Values
from apps.core.models import ListVisit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apps.accounts.models import User

_NOTED_EVERY = timedelta(minutes=1)  # looks that follow each other faster are one
_ON = "yes"


@dataclass(frozen=True, kw_only=True)
class NewFilter(Filter):
    """A list that has it marks what others changed since `user` was there last.

    `at` is the field with the moment of the last change, or the path to it; `by` the one with whoever made it (""
    where nobody's own changes can stand in the list). To whoever comes for the first time nothing is new.
    """

    user: User
    list_key: str
    at: str
    by: str = ""
    key: str = "new"
    title: Words = ""  # what it does says enough
    hidden: bool = True  # the bar offers it, not the sheet
    counts: bool = False  # the bar says how many; only where counting is cheap
    note_route: str = "core:list_visit"  # takes the list's key

    @cached_property
    def now(self) -> datetime:
        return clock.now()

    @cached_property
    def visit(self) -> ListVisit | None:
        return ListVisit.objects.filter(user=self.user, list_key=self.list_key).first()

    def prime(self, visit: ListVisit | None) -> None:
        """The page has read it already, beside other things."""
        self.__dict__["visit"] = visit

    @property
    def since(self) -> datetime | None:
        return self.visit.new_since(self.now) if self.visit else None

    def clean(self, values: Iterable[str]) -> Values:
        return (_ON,) if _ON in values else ()

    def lookup(self, queryset: QuerySet[Any], values: Values) -> QuerySet[Any]:
        if self.since is None:
            return queryset.none()
        found = queryset.filter(**{f"{self.at}__gt": self.since})
        return found.exclude(**{self.by: self.user.pk}) if self.by else found

    def describe(self, values: Values) -> str:
        if self.since is None:
            return _("New since your last visit")
        moment = formats.date_format(timezone.localtime(self.since), "SHORT_DATETIME_FORMAT")
        return _("New since %(moment)s") % {"moment": moment}

    def is_new(self, record: Any) -> bool:
        changed = _value(record, self.at)
        if self.since is None or changed is None or changed <= self.since:
            return False
        return not self.by or getattr(record, f"{self.by}_id") != self.user.pk

    @property
    def note_url(self) -> str:
        """Where a page tells that it was seen; "" where it was told a moment ago."""
        if self.visit and self.now - self.visit.seen_at < _NOTED_EVERY:
            return ""
        return f"{reverse(self.note_route, args=[self.list_key])}?{urlencode({'seen': self.now.isoformat()})}"


def _value(record: Any, path: str) -> datetime | None:
    """A record may lack the row that its path leads over."""
    value: Any = record
    for name in path.split("__"):
        value = getattr(value, name, None)
    return value if isinstance(value, datetime) else None
