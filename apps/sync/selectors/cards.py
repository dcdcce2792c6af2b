"""Address books as phones see them: the folders, which cards lie in them, what changed since a token."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Max, QuerySet, Sum

from apps.contacts.models import Entity, ExternalUid, Folder
from apps.contacts.models.rights import rights_of
from apps.sync.models import CardChange, CardClash

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from apps.accounts.models import User

SOURCE = "dav"  # of an ExternalUid that a phone gave
MOST_CARDS = 20_000  # a folder with more is no address book: no phone holds it
_WRITING = 1  # raised when cards are written in another way, so that phones fetch them again
_SUFFIX = ".vcf"


@dataclass(frozen=True, slots=True)
class Book:
    """A folder as an address book."""

    folder_id: int
    title: str
    is_editable: bool


@dataclass(frozen=True, slots=True)
class CardRow:
    """One card of a book. `etag` without quotes; `uid` and `href` are the phone's where it made the card."""

    entity_id: int
    uid: str
    href: str
    etag: str
    modified_at: datetime


def books_of(user: User) -> list[Book]:
    """The folders that `user` sees and a phone can hold."""
    rights = rights_of(user)
    folders = Folder.objects.filter(pk__in=rights.view).order_by("position", "name", "pk")
    return [Book(folder.pk, folder.title, folder.pk in rights.edit) for folder in folders if _is_held(user, folder.pk)]


def book_of(user: User, folder_id: int) -> Book | None:
    """One of `books_of`, or None."""
    rights = rights_of(user)
    folder = Folder.objects.filter(pk=folder_id).first() if folder_id in rights.view else None
    if folder is None or not _is_held(user, folder_id):
        return None
    return Book(folder.pk, folder.title, folder.pk in rights.edit)


def etag_of(entity: Entity) -> str:
    return _etag(entity.pk, entity.version, entity.organisation)


def card_rows(user: User, folder_id: int) -> list[CardRow]:
    """All cards of a book that `user` sees."""
    given = {
        entity_id: (uid, href)
        for entity_id, uid, href in ExternalUid.objects.filter(folder=folder_id, source=SOURCE)
        .exclude(href="")
        .values_list("entity_id", "uid", "href")
    }
    return [_row(values, given.get(values[0])) for values in _values(user, folder_id)]


def card_rows_at(user: User, folder_id: int, hrefs: Collection[str]) -> dict[str, CardRow]:
    """Those of these hrefs that are there, by href."""
    hrefs = {href for href in hrefs if "\0" not in href}
    given = {
        entity_id: (uid, href)
        for entity_id, uid, href in ExternalUid.objects.filter(
            folder=folder_id, source=SOURCE, href__in=list(hrefs)
        ).values_list("entity_id", "uid", "href")
    }
    found: dict[str, CardRow] = {}
    uids = [uid for href in hrefs if (uid := _uid_of(href)) is not None]
    for values in _values(user, folder_id, uid__in=uids):
        row = _row(values, None)
        found[row.href] = row
    for values in _values(user, folder_id, pk__in=list(given)):
        row = _row(values, given[values[0]])
        found[row.href] = row
    renamed = ExternalUid.objects.filter(
        folder=folder_id, source=SOURCE, entity__in=[row.entity_id for row in found.values()]
    ).exclude(href="")
    names = dict(renamed.values_list("entity_id", "href"))
    return {href: row for href, row in found.items() if href in hrefs and names.get(row.entity_id, href) == href}


def has_uid(user: User, folder_id: int, uid: str) -> bool:
    """Whether a card of this UID lies in the book."""
    given = ExternalUid.objects.filter(uid=uid, folder=folder_id, source=SOURCE).values("entity")
    own = _as_uuid(uid)
    cards = Entity.objects.visible_to(user).live().filter(folder=folder_id)
    return cards.filter(pk__in=given).exists() or (own is not None and cards.filter(uid=own).exists())


def book_mark(user: User, folder_id: int) -> str:
    """Another one after each change of the book's cards, as `user` sees them."""
    found = Entity.objects.visible_to(user).live().filter(folder=folder_id)
    totals = found.aggregate(Count("pk"), Sum("version"), Sum("pk"), Max("modified_at"))
    return f"{zlib.crc32(repr(sorted(totals.items())).encode()):08x}{totals['version__sum'] or 0:x}"


def changed_hrefs(user: User, folder_id: int, *, since: int) -> list[str] | None:
    """Hrefs of what was changed in this book by a transaction not before `since`, gone or not.

    None where something was removed for good: nobody knows any more under which name a phone has it.
    """
    changed = set(
        CardChange.objects.filter(folder_id=folder_id, changed_in__gte=since).values_list("entity_id", flat=True)
    )
    if not changed:
        return []
    uids = dict(Entity.objects.filter(pk__in=changed).values_list("pk", "uid"))
    if len(uids) != len(changed):
        return None
    given = ExternalUid.objects.filter(folder=folder_id, source=SOURCE, entity__in=changed).exclude(href="")
    names = dict(given.values_list("entity_id", "href"))
    return [names.get(pk, f"{uid}{_SUFFIX}") for pk, uid in uids.items()]


def waiting_clashes(user: User | AnonymousUser) -> QuerySet[CardClash]:
    """Changes of the user's phones that wait for their decision, of contacts that they still see."""
    if not user.is_authenticated:
        return CardClash.objects.none()
    seen = Entity.objects.visible_to(user).live()
    return CardClash.objects.filter(user=user, settled_at=None, entity__in=seen)


_Values = tuple[int, UUID, int, str, datetime]


def _values(user: User, folder_id: int, **narrow: object) -> Iterable[_Values]:
    found = Entity.objects.visible_to(user).live().filter(folder=folder_id, **narrow).order_by("pk")
    return found.values_list("pk", "uid", "version", "organisation", "modified_at")


def _row(values: _Values, given: tuple[str, str] | None) -> CardRow:
    pk, uid, version, organisation, modified_at = values
    own = str(uid)
    return CardRow(
        entity_id=pk,
        uid=given[0] if given else own,
        href=given[1] if given else f"{own}{_SUFFIX}",
        etag=_etag(pk, version, organisation),
        modified_at=modified_at,
    )


def _etag(pk: int, version: int, organisation: str) -> str:
    # An employer's new name is on its people's cards without being a change of theirs.
    return f"{pk}-{version}-{zlib.crc32(organisation.encode()):x}-{_WRITING}"


def _is_held(user: User, folder_id: int) -> bool:
    cards = Entity.objects.visible_to(user).live().filter(folder=folder_id)
    return not cards.order_by("pk")[MOST_CARDS : MOST_CARDS + 1].exists()


def _uid_of(href: str) -> UUID | None:
    return _as_uuid(href.removesuffix(_SUFFIX)) if href.endswith(_SUFFIX) else None


def _as_uuid(text: str) -> UUID | None:
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text else None
