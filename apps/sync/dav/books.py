"""A folder as Radicale's collection of vCards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.http import http_date
from radicale.item import Item
from radicale.storage import BaseCollection

from apps.sync.dav.paths import book_name
from apps.sync.dav.session import principal_of, visit
from apps.sync.selectors import cards
from apps.sync.selectors.cards import Book, CardRow
from apps.sync.services.cards import receiving, serving, tokens

_FORBIDDEN = ValueError("[Errno 13] not allowed")  # what Radicale answers a PUT with 403
_AT_ONCE = 500


class _Texts:
    """The texts of these cards, many fetched at once where one is wanted: all that follow are asked for next."""

    def __init__(self, rows: Sequence[CardRow]) -> None:
        self._rows = rows
        self._texts: dict[int, str] = {}

    def of(self, row: CardRow) -> str:
        if row.entity_id not in self._texts:
            first = self._rows.index(row)
            self._texts = serving.texts_of(self._rows[first : first + _AT_ONCE], now=visit.get().now)
        return self._texts[row.entity_id]


class CardItem(Item):
    """A card whose text is read when somebody wants it: a phone that compares ETags wants none."""

    def __init__(self, book: BookCollection, row: CardRow, text: str = "", texts: _Texts | None = None) -> None:
        super().__init__(
            collection=book,
            text=text,
            href=row.href,
            etag=f'"{row.etag}"',
            uid=row.uid,
            name="VCARD",
            component_name="",
            last_modified=http_date(row.modified_at.timestamp()),
        )
        self.row = row
        self._texts = texts or _Texts([row])

    def serialize(self) -> str:
        if not self._text:
            self._text = self._texts.of(self.row)
        text: str = self._text
        return text

    @property
    def vobject_item(self) -> Any:
        self.serialize()
        return super().vobject_item


class BookCollection(BaseCollection):
    """The cards of one folder, as the user at the door sees them."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._user = visit.get().user

    @property
    def path(self) -> str:
        return f"{principal_of(self._user)}/{book_name(self.book.folder_id)}"

    @property
    def etag(self) -> str:
        return f'"{cards.book_mark(self._user, self.book.folder_id)}"'

    @property
    def last_modified(self) -> str:
        rows = cards.card_rows(self._user, self.book.folder_id)
        return http_date(max((row.modified_at for row in rows), default=datetime(2000, 1, 1, tzinfo=UTC)).timestamp())

    def get_meta(self, key: str | None = None) -> Any:
        meta = {"tag": "VADDRESSBOOK", "D:displayname": self.book.title}
        return meta if key is None else meta.get(key)

    def set_meta(self, props: Mapping[str, str]) -> None:
        """Colours and names that a phone gives an address book are its own affair."""

    def listed(self) -> Iterator[Item]:
        """All cards, their texts left for later."""
        rows = cards.card_rows(self._user, self.book.folder_id)
        texts = _Texts(rows)
        return (CardItem(self, row, texts=texts) for row in rows)

    def get_all(self) -> Iterable[Item]:
        return self._with_texts(cards.card_rows(self._user, self.book.folder_id))

    def get_multi(self, hrefs: Iterable[str]) -> Iterable[tuple[str, Item | None]]:
        wanted = list(dict.fromkeys(hrefs))
        found = cards.card_rows_at(self._user, self.book.folder_id, set(wanted))
        items = {item.href: item for item in self._with_texts(list(found.values()))}
        return [(href, items.get(href)) for href in wanted]

    def get_one(self, href: str) -> Item | None:
        row = cards.card_rows_at(self._user, self.book.folder_id, {href}).get(href)
        return CardItem(self, row) if row else None

    def has_uid(self, uid: str) -> bool:
        return cards.has_uid(self._user, self.book.folder_id, uid)

    def sync(self, old_token: str = "") -> tuple[str, Iterable[str]]:
        try:
            return tokens.changes_since(self._user, self.book.folder_id, old_token, now=visit.get().now)
        except tokens.TokenTooOld as error:
            raise ValueError("this token says nothing any more") from error

    def upload(self, href: str, item: Item) -> tuple[Item, Item | None]:
        before = self.get_one(href)
        current = visit.get()
        try:
            row = receiving.put_card(
                actor=self._user,
                device=current.app_password.name if current.app_password else "",
                folder_id=self.book.folder_id,
                href=href,
                data=current.body,
                base=current.if_match,
                now=current.now,
            )
        except PermissionDenied as error:
            raise _FORBIDDEN from error
        except ValidationError as error:
            raise ValueError("this card can't be kept") from error
        return CardItem(self, row), before

    def delete(self, href: str | None = None) -> None:
        if href is None:
            raise PermissionDenied
        current = visit.get()
        receiving.delete_card(
            actor=self._user, device_id=current.device_id, folder_id=self.book.folder_id, href=href, now=current.now
        )

    def _with_texts(self, rows: list[CardRow]) -> Iterator[Item]:
        texts = serving.texts_of(rows, now=visit.get().now)
        return (CardItem(self, row, texts[row.entity_id]) for row in rows if row.entity_id in texts)
