"""The properties of one vCard made into a plain record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

from apps.contacts.formats.records import Card, Raw, Tie
from apps.contacts.formats.vcard import names
from apps.contacts.formats.vcard.jobs import Part, pair_jobs
from apps.contacts.formats.vcard.lines import Property
from apps.contacts.formats.vcard.media import read_key, read_photo
from apps.contacts.formats.vcard.places import Places, day_of, extras, parse_geo, text_of
from apps.contacts.formats.vcard.values import (
    components,
    from_json,
    listed,
    name_part,
    one_line,
    parse_date,
    split_escaped,
    unescape,
)

_ANDROID_EVENT = "vnd.android.cursor.item/contact_event"
_ANDROID_NICKNAME = "vnd.android.cursor.item/nickname"
_TIME_ZONE_LIMIT = 60
_DATED = ("valid_from", "valid_to")


def read_card(properties: list[Property], index: int) -> Card:
    """Make a card of `properties`. What nothing here knows is in its `raw`, in order."""
    return _Builder(properties, index).build()


class _Builder:
    def __init__(self, properties: list[Property], index: int) -> None:
        self.properties = properties
        self.card = Card(index=index)
        self.labels = {
            prop.head.group: prop.value for prop in properties if prop.head.group and prop.head.name == "X-ABLABEL"
        }
        countries = {prop.head.group: prop.value for prop in properties if prop.head.name == "X-ABADR"}
        self.places = Places(self.labels, countries)
        self.orgs: list[Part] = []
        self.titles: list[Part] = []
        self.roles: list[Part] = []
        self.notes: list[str] = []
        self.nicknames: list[str] = []
        self.logo: Property | None = None
        self.is_version_2 = False
        self.kind = ""
        self.is_shown_as_company = False

    def build(self) -> Card:
        card = self.card
        label_places: list[Raw] = []
        for prop in self.properties:
            handler = _HANDLERS.get(prop.head.name)
            if handler is None:
                card.raw.append(raw_of(prop))
                if prop.head.name == "X-ABLABEL":
                    label_places.append(card.raw[-1])
            elif handler(self, prop) is False:
                card.raw.append(raw_of(prop))
        card.notes = "\n\n".join(self.notes)
        card.nickname = ", ".join(self.nicknames)
        self._settle_kind()
        card.units = self.places.units()
        self._settle_organisation()
        self._settle_logo()
        for label, head in self.places.address_labels:
            types = {"TYPE": head.params["TYPE"]} if "TYPE" in head.params else {}
            card.raw.append(Raw("LABEL", label.replace("\n", "\\n"), types))
        used = self.places.used_labels
        if used and label_places:
            card.raw = [raw for raw in card.raw if raw.name != "X-ABLABEL" or raw.group not in used]
        return card

    # One method for each property; False says "keep it as it is".

    def version(self, prop: Property) -> None:
        self.is_version_2 = prop.value.strip().startswith("2")

    def ignore(self, prop: Property) -> None:
        """PRODID and REV speak of the file, not of the contact; X-ABADR is read with its address."""

    def uid(self, prop: Property) -> bool | None:
        if self.card.uid:
            return False
        uid = unescape(prop.value).strip()
        self.card.uid = uid[9:] if uid[:9].lower() == "urn:uuid:" and len(uid) == 45 else uid
        return None

    def fn(self, prop: Property) -> bool | None:
        if prop.head.param("DERIVED").lower() == "true":  # RFC 9554: made from the other properties
            return None
        if self.card.full_name:
            return False
        self.card.full_name = one_line(unescape(prop.value))
        return None

    def n(self, prop: Property) -> bool | None:
        card = self.card
        if card.last_name or card.first_name or card.middle_name or card.prefix or card.suffix:
            return False
        joint = "," if self.is_version_2 else " "  # lists inside the parts came with 3.0
        value = prop.value
        if "," in value:
            parts = [one_line(name_part(part, joint=joint)) for part in split_escaped(value, ";")]
        else:
            parts = [one_line(part) for part in components(value)]
        parts += [""] * (5 - len(parts))
        card.last_name, card.first_name, card.middle_name, card.prefix, card.suffix = parts[:5]
        return None

    def nickname(self, prop: Property) -> None:
        self.nicknames += [one_line(name) for name in listed(prop.value)]

    def android(self, prop: Property) -> bool | None:
        parts = components(prop.value)
        if parts[0].lower() == _ANDROID_NICKNAME and len(parts) > 1 and parts[1] and not self.nicknames:
            self.nicknames.append(one_line(parts[1]))
            return None
        is_anniversary = parts[0].lower() == _ANDROID_EVENT and len(parts) > 2 and parts[2] == "1"
        return self.anniversary(prop._replace(value=parts[1])) if is_anniversary else False

    def org(self, prop: Property) -> None:
        self.orgs.append(Part(prop.head, prop.value))

    def title(self, prop: Property) -> None:
        self.titles.append(Part(prop.head, prop.value))

    def role(self, prop: Property) -> None:
        self.roles.append(Part(prop.head, prop.value))

    def note(self, prop: Property) -> None:
        if text := unescape(prop.value).strip():
            self.notes.append(text)

    def email(self, prop: Property) -> None:
        self.places.add_email(prop)

    def tel(self, prop: Property) -> None:
        self.places.add_phone(prop)

    def adr(self, prop: Property) -> None:
        self.places.add_address(prop)

    def url(self, prop: Property) -> None:
        self.places.add_link(prop, "web")

    def impp(self, prop: Property) -> None:
        self.places.add_link(prop, "chat")

    def social_profile(self, prop: Property) -> None:
        self.places.add_link(prop, "profile")

    def unit(self, prop: Property) -> bool:
        return self.places.add_unit(prop.value)

    def geo(self, prop: Property) -> bool | None:
        geo = parse_geo(prop.value)
        if not geo or self.places.geo:
            return False
        self.places.geo = geo
        return None

    def bday(self, prop: Property) -> bool | None:
        day = parse_date(unescape(prop.value), omitted_year=prop.head.param("X-APPLE-OMIT-YEAR"))
        if day is None or self.card.birthday is not None:
            return not prop.value.strip()
        self.card.birthday = day
        return None

    def anniversary(self, prop: Property) -> bool | None:
        day = parse_date(unescape(prop.value), omitted_year=prop.head.param("X-APPLE-OMIT-YEAR"))
        if day is None:
            return not prop.value.strip()
        if self.card.anniversary is not None:
            return self.card.anniversary == day
        self.card.anniversary = day
        return None

    def apple_date(self, prop: Property) -> bool | None:
        label, _ = names.apple_label(unescape(self.labels.get(prop.head.group, "")))
        if label.lower() != "anniversary" or self.card.anniversary is not None or self.anniversary(prop) is False:
            return False
        self.places.used_labels.add(prop.head.group)
        return None

    def photo(self, prop: Property) -> bool | None:
        photo = read_photo(prop)
        if photo is None:  # damaged or empty: nothing worth keeping; a `cid:` may mean something elsewhere
            return not prop.value.strip().lower().startswith(("cid:", "file:", "content:"))
        if self.card.photo is not None:
            return False
        self.card.photo = photo
        return None

    def take_logo(self, prop: Property) -> bool | None:
        if self.logo is not None:
            return False
        self.logo = prop
        return None

    def key(self, prop: Property) -> bool | None:
        if self.card.public_key:
            return False
        self.card.public_key = read_key(prop)
        return None

    def lang(self, prop: Property) -> bool | None:
        if self.card.language:
            return False
        self.card.language = unescape(prop.value).strip()
        return None

    def tz(self, prop: Property) -> bool | None:
        zone = unescape(prop.value).strip()
        if self.card.time_zone or len(zone) > _TIME_ZONE_LIMIT:
            return False
        self.card.time_zone = zone
        return None

    def categories(self, prop: Property) -> None:
        for name in listed(prop.value):
            if (name := one_line(name)) not in self.card.categories:
                self.card.categories.append(name)

    def take_kind(self, prop: Property) -> bool | None:
        if self.kind:
            return False
        self.kind = unescape(prop.value).strip().lower()
        # "group", "location", "device" are more than we model: the word itself is kept.
        return None if self.kind in ("", "individual", "org", "organization", "organisation") else False

    def show_as(self, prop: Property) -> bool | None:
        if unescape(prop.value).strip().upper() != "COMPANY":
            return False
        self.is_shown_as_company = True
        return None

    def organisation_field(self, prop: Property) -> None:
        setattr(self.card, names.ORGANISATION_FIELDS[prop.head.name], unescape(prop.value).strip())

    def custom_field(self, prop: Property) -> bool | None:
        data = from_json(unescape(prop.value))
        if not isinstance(data, dict) or not isinstance(key := data.get("key"), str) or "value" not in data:
            return False
        self.card.attributes[key] = data["value"]
        return None

    def related(self, prop: Property) -> bool | None:
        """Ours only: what others call a relative is kept as they wrote it, and nobody is made from it."""
        data = extras(prop.head)
        if not isinstance(data.get("type_key"), str):
            return False
        tie = Tie(type_key=text_of(data, "type_key"))
        for one in fields(Tie):
            value = data.get(one.name)
            if one.name in _DATED:
                setattr(tie, one.name, day_of(data, one.name))
            elif value is not None and type(value) is type(getattr(tie, one.name)):
                setattr(tie, one.name, value)
        self.card.ties.append(tie)
        return None

    # What can be told only when all properties are known.

    def _settle_kind(self) -> None:
        card = self.card
        if self.kind or self.is_shown_as_company:
            card.kind = "person" if self.kind == "individual" else "organisation"
            return
        name = components(self.orgs[0].value)[0] if self.orgs else ""
        names_of_person = (card.last_name, card.first_name, card.middle_name, card.prefix, card.suffix, card.nickname)
        if name and not any(names_of_person) and card.full_name in ("", name, one_line(name)):
            card.kind = "organisation"

    def _settle_organisation(self) -> None:
        card = self.card
        if card.kind == "person":
            card.jobs = pair_jobs(self.orgs, self.titles, self.roles)
            return
        name, *departments = [one_line(part) for part in components(self.orgs[0].value)] if self.orgs else [""]
        card.name = name or card.full_name
        primary = next(unit for unit in card.units if unit.is_primary)
        if not primary.name:  # "ACME;Sales": the address is the department's
            primary.name = " / ".join(filter(None, departments))
        rest = (*self.orgs[1:], *self.titles, *self.roles)
        card.raw += [raw_of(Property(part.head, part.value)) for part in rest]

    def _settle_logo(self) -> None:
        card = self.card
        if self.logo is None:
            return
        if card.kind == "organisation" and card.photo is None and (photo := read_photo(self.logo)):
            card.photo = photo
        else:
            card.raw.append(raw_of(self.logo))


def raw_of(prop: Property) -> Raw:
    """A property kept for export; charset and quoted-printable are done with, base64 stays."""
    head = prop.head
    params = head.params
    if params:
        params = {key: list(values) for key, values in params.items() if key not in ("CHARSET", "ENCODING")}
        if head.encoding == "b":
            params["ENCODING"] = ["b"]
    else:
        params = {}
    return Raw(head.name, prop.value.replace("\n", "\\n"), params, head.group)


_HANDLERS: dict[str, Callable[[_Builder, Property], bool | None]] = {
    "VERSION": _Builder.version,
    "PRODID": _Builder.ignore,
    "REV": _Builder.ignore,
    "X-ABADR": _Builder.ignore,
    "UID": _Builder.uid,
    "FN": _Builder.fn,
    "N": _Builder.n,
    "NICKNAME": _Builder.nickname,
    "X-ANDROID-CUSTOM": _Builder.android,
    "ORG": _Builder.org,
    "TITLE": _Builder.title,
    "ROLE": _Builder.role,
    "NOTE": _Builder.note,
    "EMAIL": _Builder.email,
    "TEL": _Builder.tel,
    "ADR": _Builder.adr,
    "URL": _Builder.url,
    "IMPP": _Builder.impp,
    "X-SOCIALPROFILE": _Builder.social_profile,
    "SOCIALPROFILE": _Builder.social_profile,
    "GEO": _Builder.geo,
    "BDAY": _Builder.bday,
    "ANNIVERSARY": _Builder.anniversary,
    "X-ANNIVERSARY": _Builder.anniversary,
    "X-EVOLUTION-ANNIVERSARY": _Builder.anniversary,
    "X-MS-ANNIVERSARY": _Builder.anniversary,
    "X-KADDRESSBOOK-X-ANNIVERSARY": _Builder.anniversary,
    "X-ABDATE": _Builder.apple_date,
    "PHOTO": _Builder.photo,
    "LOGO": _Builder.take_logo,
    "KEY": _Builder.key,
    "LANG": _Builder.lang,
    "TZ": _Builder.tz,
    "CATEGORIES": _Builder.categories,
    "KIND": _Builder.take_kind,
    "X-ADDRESSBOOKSERVER-KIND": _Builder.take_kind,
    "X-ABSHOWAS": _Builder.show_as,
    "RELATED": _Builder.related,
    names.UNIT: _Builder.unit,
    names.FIELD: _Builder.custom_field,
    **dict.fromkeys(names.ORGANISATION_FIELDS, _Builder.organisation_field),
}
