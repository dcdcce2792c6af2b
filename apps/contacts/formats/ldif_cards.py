"""Directory entries to cards: inetOrgPerson (RFC 2798), person, organization and what address books add to them."""

from __future__ import annotations

import base64
import re

from . import people
from .cells import read_partial
from .ldif_entries import Attribute, Entry
from .records import Card, Email, Job, PartialDate, Phone, Photo, Raw, Skipped, UnitRecord, Url

PREFIX = "X-LDAP-"
NOT_OPENED = "given as an address, which is never opened"
_ORGANISATIONS = frozenset(("organization", "organizationalunit", "mozillaaborganization"))
_NO_PERSON = frozenset(("computer", "referral", "alias"))

# Long and foreign names of attributes.
_ALIASES = {
    "commonname": "cn", "surname": "sn", "gn": "givenname", "rfc822mailbox": "mail", "email": "mail", "e-mail": "mail",
    "localityname": "l", "locality": "l", "stateorprovincename": "st", "organizationname": "o", "company": "o",
    "organizationalunitname": "ou", "department": "ou", "fax": "facsimiletelephonenumber", "streetaddress": "street",
    "mobiletelephonenumber": "mobile", "cellphone": "mobile", "hometelephonenumber": "homephone",
    "pagertelephonenumber": "pager", "countryname": "c", "friendlycountryname": "co", "wwwhomepage": "labeleduri",
    "url": "labeleduri", "workurl": "labeleduri", "mozillaworkurl": "labeleduri", "homeurl": "mozillahomeurl",
    "xmozillanickname": "mozillanickname", "thumbnailphoto": "jpegphoto",
    "locale": "preferredlanguage", "comment": "description", "info": "description",
}  # fmt: skip
# Bookkeeping of the server, and what must never be kept: passwords, hashes and private keys.
_IGNORED = frozenset(
    (
        "objectclass", "structuralobjectclass", "entrycsn", "creatorsname", "modifiersname", "createtimestamp",
        "modifytimestamp", "subschemasubentry", "hassubordinates", "entrydn", "contextcsn", "whencreated",
        "whenchanged",
        "usncreated", "usnchanged", "userpassword", "sambantpassword", "sambalmpassword", "userpkcs12", "unicodepwd",
        "authpassword", "krbprincipalkey", "pwdhistory", "oathsecret", "supplementalcredentials",
    )
)  # fmt: skip
_SCALARS = {
    "givenname": "first_name", "sn": "last_name", "personaltitle": "prefix", "generationqualifier": "suffix",
    "middlename": "middle_name", "mozillanickname": "nickname", "preferredlanguage": "language",
}  # fmt: skip
PHONES = {
    "telephonenumber": "work", "homephone": "home", "mobile": "mobile", "facsimiletelephonenumber": "fax",
    "pager": "pager",
}  # fmt: skip
WORK_PLACE = {
    "street": "street", "mozillaworkstreet2": "street2", "l": "city", "st": "region", "postalcode": "postcode",
    "postofficebox": "po_box", "co": "country", "c": "country",
}  # fmt: skip
_HOME_PLACE = {
    "mozillahomestreet": "street", "mozillahomestreet2": "street2", "mozillahomelocalityname": "city",
    "mozillahomestate": "region", "mozillahomepostalcode": "postcode", "mozillahomecountryname": "country",
}  # fmt: skip
_WHOLE_PLACES = {"postaladdress": "work", "homepostaladdress": "home"}
_UUID = re.compile(r"(?:urn:uuid:)?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\Z", re.IGNORECASE)
_UNIQUE = ("entryuuid", "nsuniqueid", "objectguid")


def card_of(entry: Entry) -> Card | Skipped:
    """The card of a person, an organisation or an organisational unit; any other entry is told by its class."""
    classes = entry.classes
    is_person = any(name.endswith("person") or name.startswith("mozillaabperson") for name in classes)
    if not classes:
        is_person = bool(entry.values("sn") or entry.values("mail"))
    is_organisation = not is_person and not _ORGANISATIONS.isdisjoint(classes)
    if not (is_person or is_organisation) or not _NO_PERSON.isdisjoint(classes):
        named = next((name for name in entry.values("objectclass") if name.strip().lower() != "top"), "")
        return Skipped(entry.index, named.strip() or "entry without class")
    return _Reading(entry, is_organisation=is_organisation).card


class _Reading:
    """Goes through an entry's attributes in order; what finds no place is kept as `X-LDAP-NAME`."""

    def __init__(self, entry: Entry, *, is_organisation: bool) -> None:
        self.card = Card(index=entry.index, kind="organisation" if is_organisation else "person")
        self._is_organisation = is_organisation
        self._work = UnitRecord(kind="work")
        self._home = UnitRecord(kind="home")
        self._home.address.kind = "home"
        self._job = Job()
        self._names: list[str] = []
        self._birth: dict[str, int] = {}
        self._late: list[tuple[str, str]] = []
        chosen = _languages(entry)
        for attribute in entry.attributes:
            name = _ALIASES.get(attribute.name, attribute.name)
            if name in _IGNORED:
                continue
            plain = attribute.options in ((), ("binary",), chosen.get(name))
            if attribute.url or not plain or not self._take(name, attribute):
                self._keep(attribute)
        self._finish()

    def _take(self, name: str, attribute: Attribute) -> bool:
        """Put a value where it belongs; no where there is no place for it (any more)."""
        card = self.card
        if name in ("jpegphoto", "photo"):
            mime = people.mime_of(attribute.value)
            if card.photo is not None or (not mime and name == "photo") or not attribute.value:
                return False
            card.photo = Photo(attribute.value, mime or "image/jpeg")
            return True
        if name in _UNIQUE and not card.uid:
            card.uid = attribute.text if attribute.is_text else attribute.value.hex()
            return True
        if not attribute.is_text:
            return False
        text = attribute.text.strip()
        if not text:
            return True
        if name == "uid" and _UUID.match(text) and not card.uid:
            card.uid = text
            return True
        if name in _SCALARS and not getattr(card, _SCALARS[name]):
            setattr(card, _SCALARS[name], text)
            return True
        if name in WORK_PLACE or name in _HOME_PLACE:
            return self._take_place(name, text)
        if name in _WHOLE_PLACES:
            self._late.append((name, text))
            return True
        return self._take_contact(name, text) or self._take_job(name, text)

    def _take_place(self, name: str, text: str) -> bool:
        unit, field = (self._work, WORK_PLACE[name]) if name in WORK_PLACE else (self._home, _HOME_PLACE[name])
        if getattr(unit.address, field):
            # A country's code beside its name says nothing new.
            return name == "c"
        setattr(unit.address, field, text)
        return True

    def _take_contact(self, name: str, text: str) -> bool:
        card, work = self.card, self._work
        if name in ("mail", "mozillasecondemail", "othermailbox"):
            work.emails.append(Email(text, position=len(work.emails) + 1))
        elif name in PHONES:
            unit = self._home if name == "homephone" else work
            unit.phones.append(Phone(text, PHONES[name], position=len(work.phones) + len(self._home.phones) + 1))
        elif name in ("labeleduri", "mozillahomeurl"):
            address, _, label = text.partition(" ")
            label = label.strip() or ("home" if name == "mozillahomeurl" else "")
            work.links.append(Url(address, label=label, position=len(work.links) + 1))
        elif name == "description":
            card.notes = f"{card.notes}\n{text}" if card.notes else text
        elif name == "displayname" and not card.full_name:
            card.full_name = text
        elif name == "cn":
            self._names.append(text)
        elif name in ("birthyear", "birthmonth", "birthday", "dateofbirth"):
            return self._take_birth(name, text)
        else:
            return False
        return True

    def _take_job(self, name: str, text: str) -> bool:
        if self._is_organisation:
            if name in ("o", "ou", "dc") and not self.card.name:
                self.card.name = text
                return True
            return False
        if name == "o" and not self._job.organisation:
            self._job.organisation = text
        elif name == "ou":
            self._job.departments.append(text)
        elif name == "title" and not self._job.title:
            self._job.title = text
        else:
            return False
        return True

    def _take_birth(self, name: str, text: str) -> bool:
        if text.isdecimal() and len(text) <= 4:
            self._birth[name.removeprefix("birth")] = int(text)
            return True
        self.card.birthday = self.card.birthday or read_partial(text)
        return self.card.birthday is not None

    def _keep(self, attribute: Attribute) -> None:
        params: dict[str, list[str]] = {"OPTIONS": list(attribute.options)} if attribute.options else {}
        if attribute.url:
            value, params["REASON"] = attribute.url, [NOT_OPENED]
        elif attribute.is_text:
            value = attribute.text.strip()
        else:
            value, params["ENCODING"] = base64.b64encode(attribute.value).decode(), ["b"]
        if value:
            self.card.raw.append(Raw(PREFIX + attribute.name.upper(), value, params))

    def _finish(self) -> None:
        card = self.card
        for name, text in self._late:
            unit = self._work if _WHOLE_PLACES[name] == "work" else self._home
            if unit.address.is_empty():
                unit.address.street = _lines_of(text)
            else:
                card.raw.append(Raw(PREFIX + name.upper(), text))
        if self._birth:
            made = PartialDate(self._birth.get("year"), self._birth.get("month"), self._birth.get("day"))
            card.birthday = card.birthday or made
        self._settle_names()
        if self._job.organisation or self._job.departments or self._job.title:
            card.jobs.append(self._job)
        work, home = self._work, self._home
        if home.address.is_empty():
            work.phones = sorted(work.phones + home.phones, key=lambda phone: phone.position)
        has_work = bool(work.emails or work.phones or work.links or not work.address.is_empty())
        card.units = [work] * has_work + [home] * (not home.address.is_empty())
        if card.units:
            card.units[0].is_primary = True
        if self._is_organisation:
            work.kind = "other"

    def _settle_names(self) -> None:
        card, names = self.card, self._names
        if self._is_organisation and not card.name:
            card.name = next(iter(names), "")
        card.full_name = card.full_name or (names[0] if names else "")
        kept = [name for name in names if name not in (card.full_name, card.name)]
        card.raw += [Raw(PREFIX + "CN", name) for name in kept]
        if self._is_organisation:
            card.full_name = "" if card.full_name == card.name else card.full_name
            return
        last = card.last_name
        if not card.first_name and last and card.full_name.endswith(" " + last):
            card.first_name = card.full_name[: -len(last)].strip()
        elif not (card.first_name or last):
            card.first_name, card.middle_name, card.last_name = people.split_name(card.full_name)


def _languages(entry: Entry) -> dict[str, tuple[str, ...]]:
    """For attributes that come with languages only: the options of the first one, which then counts."""
    plain = {attribute.name for attribute in entry.attributes if not attribute.options}
    chosen: dict[str, tuple[str, ...]] = {}
    for attribute in entry.attributes:
        if attribute.name not in plain and attribute.options:
            chosen.setdefault(_ALIASES.get(attribute.name, attribute.name), attribute.options)
    return chosen


def _lines_of(text: str) -> str:
    """A postal address (RFC 4517: lines parted by `$`) as lines."""
    lines = [line.strip().replace("\\24", "$").replace("\\5C", "\\").replace("\\5c", "\\") for line in text.split("$")]
    return "\n".join(lines)
