"""A user's tasks or meetings as Radicale's collection of iCalendar files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.http import http_date
from django.utils.translation import gettext
from radicale.item import Item
from radicale.storage import BaseCollection

from apps.sync.dav.session import principal_of, visit
from apps.sync.selectors.calendars import MEETINGS, TASKS, CalendarRow, meeting_rows, task_rows
from apps.sync.services import calendars

_TOKEN = "http://radicale.org/ns/sync/"  # noqa: S105  # no password: the only form that Radicale takes
_KEPT = 30 * 86_400  # seconds that a phone may stay away and still be told only what changed


class CalendarItem(Item):
    """A task or meeting whose text is written when somebody wants it."""

    def __init__(self, calendar: CalendarCollection, row: CalendarRow) -> None:
        super().__init__(
            collection=calendar,
            text="",
            href=row.href,
            etag=f'"{row.etag}"',
            uid=row.uid,
            name="VCALENDAR",
            component_name=row.component,
            last_modified=http_date(visit.get().now.timestamp()),
        )
        self.row = row

    def serialize(self) -> str:
        if not self._text:
            self._text = self.row.text()
        text: str = self._text
        return text

    @property
    def vobject_item(self) -> Any:
        self.serialize()
        return super().vobject_item


class CalendarCollection(BaseCollection):
    """`name` is "tasks" or "meetings"."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._user = visit.get().user
        self._rows: list[CalendarRow] | None = None

    @property
    def path(self) -> str:
        return f"{principal_of(self._user)}/{self.name}"

    @property
    def etag(self) -> str:
        return f'"{self._mark()}"'

    @property
    def last_modified(self) -> str:
        return http_date(visit.get().now.timestamp())

    def get_meta(self, key: str | None = None) -> Any:
        is_tasks = self.name == TASKS
        meta = {
            "tag": "VCALENDAR",
            "D:displayname": gettext("Tasks") if is_tasks else gettext("Meetings"),
            "C:supported-calendar-component-set": "VTODO" if is_tasks else "VEVENT",
        }
        return meta if key is None else meta.get(key)

    def set_meta(self, props: Mapping[str, str]) -> None:
        """Colours that a phone gives a calendar are its own affair."""

    def listed(self) -> Iterable[Item]:
        return [CalendarItem(self, row) for row in self.rows()]

    get_all = listed

    def rows(self) -> list[CalendarRow]:
        if self._rows is None:
            now = visit.get().now
            self._rows = task_rows(self._user, now=now) if self.name == TASKS else meeting_rows(self._user, now=now)
        return self._rows

    def get_multi(self, hrefs: Iterable[str]) -> Iterable[tuple[str, Item | None]]:
        by_href = {row.href: CalendarItem(self, row) for row in self.rows()}
        return [(href, by_href.get(href)) for href in dict.fromkeys(hrefs)]

    def get_one(self, href: str) -> Item | None:
        return next((CalendarItem(self, row) for row in self.rows() if row.href == href), None)

    def has_uid(self, uid: str) -> bool:
        return any(row.uid == uid for row in self.rows())

    def sync(self, old_token: str = "") -> tuple[str, Iterable[str]]:
        """What differs from what the phone was told under its token, as long as that is remembered."""
        told = {row.href: row.etag for row in self.rows()}
        token = self._mark()
        cache.set(self._place(token), told, _KEPT)
        if not old_token:
            return f"{_TOKEN}{token}", list(told)
        before = cache.get(self._place(old_token.removeprefix(_TOKEN)[:64]))
        if before is None:
            raise ValueError("nobody remembers this token")
        return f"{_TOKEN}{token}", [href for href in {**before, **told} if before.get(href) != told.get(href)]

    def upload(self, href: str, item: Item) -> tuple[Item, Item | None]:
        before, current = self.get_one(href), visit.get()
        try:
            if self.name == TASKS:
                calendars.put_task(actor=self._user, href=href, data=current.body, now=current.now)
            else:
                calendars.put_meeting(actor=self._user, data=current.body, now=current.now)
        except PermissionDenied as error:
            raise ValueError("[Errno 13] not allowed") from error
        except ValidationError as error:
            raise ValueError("this can't be kept") from error
        self._rows = None
        return self.get_one(href) or item, before

    def delete(self, href: str | None = None) -> None:
        row = next((row for row in self.rows() if row.href == href), None)
        if row is None:
            raise PermissionDenied
        current = visit.get()
        if self.name == TASKS:
            calendars.delete_task(actor=self._user, device_id=current.device_id, href=row.href, now=current.now)
        else:
            calendars.delete_meeting(actor=self._user, device_id=current.device_id, uid=row.uid, now=current.now)
        self._rows = None

    def _mark(self) -> str:
        said = "".join(sorted(f"{row.href}:{row.etag};" for row in self.rows()))
        return hashlib.sha256(f"{self._user.pk}:{self.name}:{said}".encode()).hexdigest()[:40]

    def _place(self, token: str) -> str:
        return f"sync:dav:{self._user.pk}:{self.name}:{token}"


NAMES = (TASKS, MEETINGS)
