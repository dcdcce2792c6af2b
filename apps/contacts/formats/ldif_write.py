"""Cards to LDIF: inetOrgPerson and organization entries (RFC 2798, 4519), as any directory takes them."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator

from .ldif_cards import PHONES, PREFIX, WORK_PLACE
from .records import Card, Raw, UnitRecord

_FOLD = 76
_CHUNK = 64 * 1024
_SAFE = re.compile(r"(?![ :<])[\x01-\x09\x0b\x0c\x0e-\x7f]*(?<! )\Z")
_SPECIAL = re.compile(r'[,+"\\<>;=]')
_PHONE_ATTRIBUTES = {kind: name for name, kind in PHONES.items()} | {
    "work_fax": "facsimiletelephonenumber", "home_fax": "facsimiletelephonenumber",
}  # fmt: skip
_SPELLING = {
    name.lower(): name
    for name in (
        "telephoneNumber", "homePhone", "facsimileTelephoneNumber", "audio", "businessCategory", "carLicense",
        "departmentNumber", "destinationIndicator", "employeeNumber", "employeeType", "homePostalAddress", "initials",
        "internationaliSDNNumber", "jpegPhoto", "manager", "o", "ou", "cn", "sn", "givenName", "displayName", "title",
        "physicalDeliveryOfficeName", "postalAddress", "preferredDeliveryMethod", "registeredAddress", "roomNumber",
        "searchGuide", "secretary", "seeAlso", "teletexTerminalIdentifier", "telexNumber", "userCertificate",
        "userSMIMECertificate", "x121Address", "x500UniqueIdentifier", "postOfficeBox", "postalCode", "street", "l",
        "st",
        "mobile", "pager", "mail", "labeledURI", "description", "preferredLanguage", "uid",
    )
}  # fmt: skip


def write(cards: Iterable[Card], *, base_dn: str = "ou=contacts") -> Iterator[bytes]:
    """The file in portions: `version: 1` and an entry for each card, below `base_dn`.

    Holds names, phones, mails, links, job, work address, home address (as lines), notes, language, photo, and other
    data that came from a directory. A name of one's own each entry gets from its UID.
    """
    held = b"version: 1\n\n"
    for card in cards:
        held += "".join(_entry(card, base_dn)).encode(errors="replace") + b"\n"
        if len(held) > _CHUNK:
            yield held
            held = b""
    yield held


def _entry(card: Card, base_dn: str) -> Iterator[str]:
    whole = " ".join(part for part in (card.first_name, card.middle_name, card.last_name) if part)
    if card.kind == "organisation":
        name = card.name or card.full_name or "(no name)"
        naming, classes = ("o", name), ["top", "organization"]
        if card.uid:
            classes.append("uidObject")
        if card.emails() or any(unit.address.country for unit in card.units):
            classes.append("extensibleObject")
        elif card.links():
            classes.append("labeledURIObject")
        names = [("o", name)]
    else:
        name = card.full_name or whole or card.nickname or "(no name)"
        naming, classes = ("cn", name), ["top", "person", "organizationalPerson", "inetOrgPerson"]
        if any(unit.address.country for unit in card.units):
            classes.append("extensibleObject")
        names = [("cn", name), ("sn", card.last_name or name), ("givenName", card.first_name)]
        names.append(("displayName", card.full_name))
    naming = ("uid", card.uid) if card.uid else naming
    yield line_of("dn", f"{naming[0]}={_escaped(naming[1])},{base_dn}")
    for class_name in classes:
        yield line_of("objectClass", class_name)
    for attribute, value in [*names, ("uid", card.uid), *_job(card), *_details(card)]:
        if value:
            yield line_of(attribute, value)
    for raw in card.raw:
        yield from _kept(raw)
    if card.photo and card.photo.data:
        yield line_of("jpegPhoto", card.photo.data)


def _job(card: Card) -> list[tuple[str, str]]:
    job = next((job for job in card.jobs if job.is_primary), card.jobs[0] if card.jobs else None)
    if job is None or card.kind == "organisation":
        return []
    return [("o", job.organisation), *(("ou", name) for name in job.departments), ("title", job.title)]


def _details(card: Card) -> Iterator[tuple[str, str]]:
    for email in card.emails():
        yield "mail", email.address
    for phone in card.phones():
        name = _PHONE_ATTRIBUTES.get(phone.kind, "telephonenumber")
        if card.kind == "organisation" and name not in ("telephonenumber", "facsimiletelephonenumber"):
            name = "telephonenumber"
        yield _SPELLING.get(name, name), phone.raw
    for link in card.links():
        yield "labeledURI", f"{link.url} {link.label}".strip()
    homes = [unit for unit in card.units if _is_home(unit)]
    for unit in [unit for unit in card.units if not _is_home(unit)][:1]:
        place = unit.address
        written = set()
        for name, field in WORK_PLACE.items():
            value = getattr(place, field) if field not in written and name in _SPELLING | {"co": "co"} else ""
            if field == "street":
                value = "\n".join(part for part in (f"{value} {place.house_number}".strip(), place.street2) if part)
            written.add(field)
            yield _SPELLING.get(name, name), value
    for unit in homes[:1]:
        yield "homePostalAddress", _postal(unit)
    yield "description", card.notes
    yield "preferredLanguage", card.language


def _is_home(unit: UnitRecord) -> bool:
    return (unit.address.kind or unit.kind) == "home" and not unit.address.is_empty()


def _postal(unit: UnitRecord) -> str:
    place = unit.address
    lines = [*f"{place.street} {place.house_number}".strip().split("\n"), place.street2, place.po_box]
    lines += [f"{place.postcode} {place.city}".strip(), place.region, place.country]
    return " $ ".join(line.replace("\\", "\\5C").replace("$", "\\24") for line in lines if line)


def _kept(raw: Raw) -> Iterator[str]:
    """Other data that came from a directory and that an inetOrgPerson may bear."""
    name = raw.name.removeprefix(PREFIX).lower()
    if not raw.name.startswith(PREFIX) or name not in _SPELLING or "REASON" in raw.params:
        return
    options = "".join(f";{option}" for option in raw.params.get("OPTIONS", ()))
    if raw.params.get("ENCODING") == ["b"]:
        yield _folded(f"{_SPELLING[name]}{options}:: {raw.value}")
    else:
        yield line_of(_SPELLING[name] + options, raw.value)


def line_of(name: str, value: str | bytes) -> str:
    """One attribute, in base64 where RFC 2849 asks for it, folded."""
    if isinstance(value, str) and _SAFE.match(value):
        return _folded(f"{name}: {value}")
    data = value.encode(errors="replace") if isinstance(value, str) else value
    return _folded(f"{name}:: {base64.b64encode(data).decode()}")


def _folded(line: str) -> str:
    if len(line) <= _FOLD:
        return line + "\n"
    rest = [line[place : place + _FOLD - 1] for place in range(_FOLD, len(line), _FOLD - 1)]
    return "\n ".join([line[:_FOLD], *rest]) + "\n"


def _escaped(value: str) -> str:
    """A value within a name (RFC 4514)."""
    text = _SPECIAL.sub(lambda found: "\\" + found[0], value).replace("\0", "\\00")
    text = text.replace("\n", "\\0A").replace("\r", "\\0D")
    if text[:1] in (" ", "#"):
        text = "\\" + text
    return text[:-1] + "\\ " if len(text) > 1 and text.endswith(" ") else text
