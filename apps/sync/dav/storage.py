"""What there is below /dav/, as Radicale asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from radicale.item import Item
from radicale.storage import BaseCollection, BaseStorage

from apps.sync.dav.books import BookCollection
from apps.sync.dav.calendars import NAMES, CalendarCollection
from apps.sync.dav.paths import Place, parse
from apps.sync.dav.session import principal_of, visit
from apps.sync.selectors.cards import books_of
from apps.sync.services.cards import receiving


class HomeCollection(BaseCollection):
    """The root, or the home of a user with all that is theirs below it."""

    def __init__(self, path: str) -> None:
        self._path = path

    @property
    def path(self) -> str:
        return self._path

    @property
    def etag(self) -> str:
        return '""'

    @property
    def last_modified(self) -> str:
        return ""

    def get_meta(self, key: str | None = None) -> Any:
        meta = {"D:displayname": str(visit.get().user)} if self._path else {}
        return meta if key is None else meta.get(key)

    def set_meta(self, props: Mapping[str, str]) -> None:
        raise PermissionDenied

    def get_all(self) -> Iterable[Item]:
        return ()

    def delete(self, href: str | None = None) -> None:
        raise PermissionDenied


class Storage(BaseStorage):
    """Contacts and calendars of whoever is at the door; it holds nothing itself."""

    _is_collision_free = True
    _supports_unicode = True
    _supports_trailing_whitespace = True
    _supports_problematic_chars = True

    def discover(
        self, path: str, depth: str = "0", child_context_manager: Any = None, user_groups: Any = None
    ) -> Iterator[BaseCollection | Item]:
        place = parse(path)
        if place is None:
            return
        if place.is_home:
            yield from self._home(place, depth)
            return
        collection = _collection(place)
        if collection is None:
            return
        if place.href:
            item = collection.get_one(place.href)
            if item is not None:
                yield item
            return
        yield collection
        if depth != "0":
            yield from collection.listed()

    def _home(self, place: Place, depth: str) -> Iterator[BaseCollection]:
        mine = principal_of(visit.get().user)
        if place.principal not in ("", mine):
            return
        yield HomeCollection(place.principal)
        if depth == "0":
            return
        if not place.principal:
            yield HomeCollection(mine)
            return
        yield from (BookCollection(book) for book in books_of(visit.get().user))
        yield from (CalendarCollection(name) for name in NAMES)

    def move(self, item: Item, to_collection: BaseCollection, to_href: str) -> None:
        if not isinstance(item.collection, BookCollection) or not isinstance(to_collection, BookCollection):
            raise PermissionDenied
        receiving.move_card(
            actor=visit.get().user,
            folder_id=item.collection.book.folder_id,
            href=item.href or "",
            to_folder_id=to_collection.book.folder_id,
            to_href=to_href,
            now=visit.get().now,
        )

    def create_collection(
        self, href: str, items: Iterable[Item] | None = None, props: Mapping[str, str] | None = None
    ) -> tuple[BaseCollection, dict[str, Item], list[str]]:
        """Folders and calendars are made on the pages."""
        raise PermissionDenied

    @contextmanager
    def acquire_lock(self, mode: str, user: str = "", *args: Any, **kwargs: Any) -> Iterator[None]:
        """A writer's transaction; readers need none, each statement of theirs is one."""
        if mode == "w":
            with transaction.atomic():
                yield
        else:
            yield

    def verify(self) -> bool:
        return True


def _collection(place: Place) -> BookCollection | CalendarCollection | None:
    current = visit.get()
    if place.principal != principal_of(current.user):
        return None
    if place.collection in NAMES:
        return CalendarCollection(place.collection)
    if place.folder_id is None:
        return None
    book = current.book(place.folder_id)
    return BookCollection(book) if book else None
