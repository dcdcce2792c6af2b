"""Whom a mail goes to: what was typed or picked, read into [name, address], and refused by name where it is broken."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from email.utils import getaddresses

from django.core.exceptions import ValidationError
from django.utils.encoding import punycode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MOST_RECIPIENTS = 500  # one mail to more is a mailing
Row = list[str]  # [name, address], as drafts keep them
_ADDRESS = re.compile(r"""[^\s@<>()\[\],;:"\\\x00-\x1f\x7f]{1,64}@[^\s@<>()\[\],;:"\\\x00-\x1f\x7f]{1,255}""")
_DOMAIN = re.compile(r"(?!-)[\w-]{1,63}(?<!-)(\.(?!-)[\w-]{1,63}(?<!-))*\.?")
_BREAKS = re.compile(r"[\r\n\x00]")
_SEPARATORS = re.compile(r"[;\n]+")


def read_rows(texts: Iterable[str]) -> list[Row]:
    """`Name <address>` or bare addresses, several in one text too; each address once, in their order.

    What can't be read is kept as an address of its own, so that its writer sees it and is told.
    """
    rows: dict[str, Row] = {}
    for text in texts:
        for part in _SEPARATORS.split(text.replace("\r", "\n")):
            for name, address in _pairs(part):
                rows.setdefault(address.lower(), [" ".join(name.split())[:320], address])
    return list(rows.values())


def write_row(row: Sequence[str]) -> str:
    """The row as a field shows it: "Name <address>"."""
    name, address = row
    return f"{name} <{address}>" if name else address


def is_address(text: str) -> bool:
    """Whether mail may go there by its looks: an address of RFC 5321, letters beyond ASCII allowed (RFC 6531)."""
    if not _ADDRESS.fullmatch(text) or len(text) > 320 or "=?" in text:  # that would read as an encoded word
        return False
    local, _at, domain = text.rpartition("@")
    return _DOMAIN.fullmatch(domain) is not None and ".." not in local and local[0] != "." and local[-1] != "."


def on_the_wire(address: str) -> str:
    """The address as servers take it: its domain in ASCII."""
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}{at}{punycode(domain)}"
    except UnicodeError:
        return address


def check_recipients(*, to: Sequence[Row], cc: Sequence[Row], bcc: Sequence[Row], subject: str) -> None:
    """Raises ValidationError by field: nobody, broken addresses by name, too many, line breaks in a header."""
    fields = {"to": to, "cc": cc, "bcc": bcc}
    errors: dict[str, str] = {}
    for name, rows in fields.items():
        broken = [write_row(row) for row in rows if _BREAKS.search("".join(row)) or not is_address(row[1])]
        if broken:
            errors[name] = ngettext("This is no address: %(list)s", "These are no addresses: %(list)s", len(broken)) % {
                "list": ", ".join(each.replace("\r", " ").replace("\n", " ") for each in broken[:10])
            }
    everybody = {row[1].lower() for rows in fields.values() for row in rows}
    if not everybody:
        errors["to"] = _("Say to whom it goes.")
    elif len(everybody) > MOST_RECIPIENTS:
        errors.setdefault(
            "to",
            _(
                "One mail goes to %(limit)s addresses at most, this one has %(count)s. "
                "Choose the contacts in their list and write to each of them alone."
            )
            % {"limit": MOST_RECIPIENTS, "count": len(everybody)},
        )
    if _BREAKS.search(subject):
        errors["subject"] = _("A subject is one line.")
    if errors:
        raise ValidationError(errors)


def _pairs(text: str) -> list[tuple[str, str]]:
    if not text.strip():
        return []
    pairs = [(name, address.strip()) for name, address in getaddresses([text]) if address.strip()]
    if pairs and all("@" in address for _name, address in pairs):
        return pairs
    # A comma within a name, or no address at all: the last <...> is the address, else all of it.
    found = re.fullmatch(r"\s*(.*?)\s*<([^<>]*)>\s*", text)
    return [(found[1].strip('"'), found[2].strip())] if found else [("", text.strip()[:320])]
