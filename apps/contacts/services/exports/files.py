"""Cards as files: which formats there are, and how each is written in portions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from apps.contacts.formats import csv_format, csv_write, ldif, sql, vcard
from apps.contacts.formats.records import Card
from apps.contacts.services.exports.cards import cards_of

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models.entities import EntityQuerySet

Cards = Callable[[bool], Iterable[Card]]  # with photos?


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """A choice of the export dialog."""

    key: str
    title: Any
    extension: str
    mime_type: str
    write: Callable[[Cards], Iterator[bytes]]


def _vcard(version: str) -> Callable[[Cards], Iterator[bytes]]:
    return lambda cards: vcard.write(cards(True), version=version)


def _csv(columns: csv_write.Columns) -> Callable[[Cards], Iterator[bytes]]:
    def write(cards: Cards) -> Iterator[bytes]:
        # The first pass tells how many columns there are.
        width = csv_format.widths_of(cards(False))
        return csv_format.write(cards(columns == "rapport"), columns=columns, width=width)

    return write


EXPORT_FORMATS: tuple[ExportFormat, ...] = (
    ExportFormat("vcard", _("vCard 4.0"), "vcf", "text/vcard", _vcard("4.0")),
    ExportFormat("vcard3", _("vCard 3.0 (phones, Outlook)"), "vcf", "text/vcard", _vcard("3.0")),
    ExportFormat("csv", _("CSV with every field"), "csv", "text/csv", _csv("rapport")),
    ExportFormat("csv_google", _("CSV for Google Contacts"), "csv", "text/csv", _csv("google")),
    ExportFormat("csv_outlook", _("CSV for Outlook"), "csv", "text/csv", _csv("outlook")),
    ExportFormat(
        "ldif", _("LDIF (directories, Thunderbird)"), "ldif", "text/x-ldif", lambda cards: ldif.write(cards(True))
    ),
    ExportFormat("sql", _("SQL (tables and rows)"), "sql", "application/sql", lambda cards: sql.write(cards(True))),
)


def format_by_key(key: str) -> ExportFormat | None:
    return next((each for each in EXPORT_FORMATS if each.key == key), None)


def write_cards(entities: EntityQuerySet, *, reader: User, to: ExportFormat) -> Iterator[bytes]:
    """The file of `entities`, portion by portion, read from the database as it is written."""
    return to.write(lambda with_photos: cards_of(entities, reader=reader, with_photos=with_photos))
