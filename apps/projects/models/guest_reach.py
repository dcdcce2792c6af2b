"""Whom a request of the guests' door reads for. Elsewhere a guest is nobody: they reach no group and no record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from apps.accounts.models import User

_KEPT = "_guest_reader"  # on the user object, through the lazy one of a request too


@dataclass(frozen=True, slots=True)
class GuestPlace:
    """A project that a guest was let into: these tabs, and of its chat what was said after `from_seq`."""

    access_id: int
    entity_id: int
    group_id: int
    title: str
    from_seq: int
    tabs: frozenset[str]


@dataclass(frozen=True, slots=True)
class GuestReader:
    """A guest in one of `places`; with none at hand (`group_id` 0) they see the names of them alone."""

    user_id: int
    places: tuple[GuestPlace, ...]
    place: GuestPlace | None = None

    @property
    def entity_id(self) -> int:
        return self.place.entity_id if self.place else 0

    @property
    def group_id(self) -> int:
        return self.place.group_id if self.place else 0

    @property
    def from_seq(self) -> int:
        return self.place.from_seq if self.place else 0

    @property
    def tabs(self) -> frozenset[str]:
        return self.place.tabs if self.place else frozenset()


def guest_reader(user: User | AnonymousUser) -> GuestReader | None:
    """As whom `user` came through the guests' door; None for everybody else."""
    return getattr(user, _KEPT, None)


def read_as_guest(user: User, reader: GuestReader) -> None:
    """Let this user object read as `reader` from now on, for one request."""
    setattr(user, _KEPT, reader)
