"""Who is at the door, for as long as one request takes: Radicale hands its plug-ins only a user's name."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from apps.sync.selectors.cards import Book, book_of

if TYPE_CHECKING:
    from apps.accounts.models import AppPassword, User


@dataclass(slots=True)
class Visit:
    """One request. `body` is what a PUT brought, as it came; `if_match` the version it says it is about."""

    now: datetime
    body: bytes = b""
    if_match: str = ""
    app_password: AppPassword | None = None
    is_locked_out: bool = False
    _books: dict[int, Book | None] = field(default_factory=dict)

    @property
    def user(self) -> User:
        if self.app_password is None:
            raise LookupError("nobody has signed in")
        return self.app_password.user

    @property
    def device_id(self) -> int:
        """Of the app password that the device signed in with."""
        return self.app_password.pk if self.app_password else 0

    def book(self, folder_id: int) -> Book | None:
        """An address book that the user sees; asked for each of its cards, looked up once."""
        if folder_id not in self._books:
            self._books[folder_id] = book_of(self.user, folder_id)
        return self._books[folder_id]


visit: ContextVar[Visit] = ContextVar("dav-visit")


def principal_of(user: User) -> str:
    """The name of a user's home: an address there tells nobody's."""
    return f"u{user.pk}"
