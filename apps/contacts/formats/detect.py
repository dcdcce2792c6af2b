"""What a file is, by its first bytes and then by its name; archives are opened by `archive.open_archive`."""

from __future__ import annotations

import re
from pathlib import PurePath

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from .archive import open_archive
from .records import UnreadableFile
from .text import guess_encoding, looks_binary

__all__ = ["HEAD_SIZE", "detect_format", "is_archive", "open_archive"]

HEAD_SIZE = 64 * 1024
_BY_NAME = {
    ".vcf": "vcard", ".vcard": "vcard", ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".txt": "csv", ".ldif": "ldif",
    ".ldi": "ldif", ".sql": "sql", ".dump": "sql",
}  # fmt: skip
_PICTURE = gettext_noop("This is a picture, not a list of contacts.")
_PACKED = gettext_noop("This is a packed file. Unpack it and import the files in it.")
_SIGNATURES = (
    (b"\x89PNG", _PICTURE), (b"\xff\xd8\xff", _PICTURE), (b"GIF8", _PICTURE),
    (b"II*\x00", _PICTURE), (b"MM\x00*", _PICTURE), (b"\x00\x00\x01\x00", _PICTURE),
    (b"%PDF", gettext_noop("This is a PDF document, which holds no contacts that could be read.")),
    (b"\x1f\x8b", _PACKED), (b"BZh", _PACKED), (b"\xfd7zXZ", _PACKED), (b"7z\xbc\xaf", _PACKED), (b"Rar!", _PACKED),
    (b"\x28\xb5\x2f\xfd", _PACKED),
    (b"{\\rtf", gettext_noop("This is a text document. Save the table in it as CSV.")),
    (b"SQLite format 3\x00", gettext_noop("This is a SQLite database. Export it as SQL or CSV first.")),
    (b"PGDMP", gettext_noop("This is a PostgreSQL archive. Make a plain dump of it (pg_dump --format=plain).")),
    (b"\xd0\xcf\x11\xe0",
    gettext_noop("This is a document of an older office program. Open it there and save it as CSV.")),
    (b"!BDN", gettext_noop("This is an Outlook data file. Export its contacts as CSV in Outlook.")),
)  # fmt: skip
_OFFICE = {
    "xl/": gettext_noop("This is an Excel file. Open it and save it as CSV."),
    "word/": gettext_noop("This is a Word document. Save the table in it as CSV."),
    "ppt/": gettext_noop("This is a presentation, not a list of contacts."),
    "content.xml": gettext_noop("This is an OpenDocument file. Open it and save it as CSV."),
}
_OFFICE_NAMES = {
    ".xlsx": "xl/", ".xlsm": "xl/", ".docx": "word/", ".pptx": "ppt/", ".ods": "content.xml", ".odt": "content.xml",
}  # fmt: skip
_MEDIA = re.compile(rb"RIFF.{4}(?:WEBP|WAVE|AVI )|.{4}ftyp", re.DOTALL)

_VCARD = re.compile(r"\s*BEGIN\s*:\s*VCARD", re.IGNORECASE)
_VCARD_LATER = re.compile(r"^BEGIN:VCARD\s*$", re.IGNORECASE | re.MULTILINE)
_LDIF = re.compile(
    r"(?:\s*(?:#[^\n]*(?:\n [^\n]*)*)?\n)*\s*(?:version\s*:\s*\d+\s*$|dn::? )", re.IGNORECASE | re.MULTILINE
)
_LDIF_DN = re.compile(r"^dn::? ?\S", re.IGNORECASE | re.MULTILINE)
_SQL = re.compile(
    r"^\s*(?:INSERT\s+(?:IGNORE\s+|OR\s+\w+\s+)?INTO\s+\S|INSERT\s+\[|REPLACE\s+INTO\s+\S|CREATE\s+(?:\w+\s+)?TABLE\s+\S"
    r"|COPY\s+\S+.*FROM\s+stdin|DROP\s+TABLE\s+|PRAGMA\s+\w+|BEGIN\s+TRANSACTION\s*;|SET\s+\w+\s*=\s*\S+;)"
    r"|^--\s*(?:MySQL|MariaDB|PostgreSQL|phpMyAdmin|Rapport contacts)",
    re.IGNORECASE | re.MULTILINE,
)
_OTHER = (
    (
        re.compile(r"\s*(?:<!doctype html|<html)", re.IGNORECASE),
        gettext_noop("This is a web page, not a list of contacts."),
    ),
    (re.compile(r"\s*<\?xml|\s*<\w+[\s>]"), gettext_noop("This is an XML file, which can't be imported here.")),
    (
        re.compile(r"\s*BEGIN:VCALENDAR", re.IGNORECASE),
        gettext_noop("This is a calendar, which holds events and no contacts."),
    ),
    (
        re.compile(r"\s*[\[{]\s*(?:[\[{\"\]}]|$)"),
        gettext_noop("This is a JSON file, which can't be imported here. Save it as CSV."),
    ),
)


def detect_format(head: bytes, name: str) -> str:
    """`vcard`, `csv`, `ldif` or `sql`, by the first bytes (`HEAD_SIZE` are enough) and, in doubt, by the name.

    Raises UnreadableFile with a sentence for the person who chose the file where it is none of these.
    """
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
        raise UnreadableFile(
            _("The file is empty.") if not head.strip(b"\0") else _("The file holds nothing but blanks.")
        )
    suffix = PurePath(name).suffix.lower()
    _refuse_binary(head, suffix)
    text = head.decode(guess_encoding(head), errors="replace").lstrip("\ufeff")
    if _VCARD.match(text):
        return "vcard"
    for pattern, sentence in _OTHER:
        if pattern.match(text):
            raise UnreadableFile(_(sentence))
    if _LDIF.match(text) or (suffix in (".ldif", ".ldi") and _LDIF_DN.search(text)):
        return "ldif"
    if _SQL.search(text) and suffix not in (".csv", ".tsv"):
        return "sql"
    if _VCARD_LATER.search(text):
        return "vcard"
    return _BY_NAME.get(suffix, "csv")


def is_archive(head: bytes, name: str) -> bool:
    """Whether the file is a zip archive that `open_archive` may look into (an office document is one, too, but none
    of contacts)."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06")) and not _office_sentence(head, PurePath(name).suffix.lower())


def _refuse_binary(head: bytes, suffix: str) -> None:
    for signature, sentence in _SIGNATURES:
        if head.startswith(signature):
            raise UnreadableFile(_(sentence))
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise UnreadableFile(_(_office_sentence(head, suffix) or _PACKED))
    if _MEDIA.match(head):
        raise UnreadableFile(_("This is a picture, a sound or a film, not a list of contacts."))
    if looks_binary(head[:4096]):
        raise UnreadableFile(_("This is not a text file. Contacts come as vCard, CSV, LDIF or SQL."))


def _office_sentence(head: bytes, suffix: str) -> str:
    if suffix in _OFFICE_NAMES:
        return _OFFICE[_OFFICE_NAMES[suffix]]
    if b"[Content_Types].xml" in head[:4096] or b"mimetypeapplication/vnd.oasis" in head[:128]:
        return next((sentence for part, sentence in _OFFICE.items() if part.encode() in head), _OFFICE["content.xml"])
    return ""
