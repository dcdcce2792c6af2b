"""Contacts out of the tables: as plain cards, as files of each format, audited."""

from apps.contacts.services.exports.cards import cards_of
from apps.contacts.services.exports.files import EXPORT_FORMATS, ExportFormat, format_by_key, write_cards
from apps.contacts.services.exports.scope import company_scope, export_contacts, export_scope

__all__ = [
    "EXPORT_FORMATS",
    "ExportFormat",
    "cards_of",
    "company_scope",
    "export_contacts",
    "export_scope",
    "format_by_key",
    "write_cards",
]
