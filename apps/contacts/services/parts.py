"""Rows below an entity made from plain data: cleaned, not yet saved."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import Model
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.preferences import country_of, preferences_of
from apps.contacts.models import EmailAddress, Entity, Link, PhoneNumber, Unit
from apps.contacts.services.inputs import EmailInput, EntityInput, LinkInput, PhoneInput, UnitInput
from apps.contacts.words import parse_phone
from apps.core.batch import give_keys, insert_all
from apps.core.secrets import encrypt

Part = TypeVar("Part", Unit, EmailAddress, PhoneNumber, Link)
# As much as all addresses in use have in common; letters of any script (RFC 6531).
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"\\]+@[^\s@<>()\[\],;:\"\\.]+(\.[^\s@<>()\[\],;:\"\\.]+)*\Z")
_SCHEMES = [
    "http",
    "https",
    "ftp",
    "ftps",
    "sftp",
    "mailto",
    "xmpp",
    "sip",
    "sips",
    "tel",
    "skype",
    "matrix",
    "tg",
    "irc",
]


def region_for(actor: User | None, unit: Unit | UnitInput | None = None) -> str:
    """Whose phone numbers those without a country are: the unit's, else the typist's, else the site's."""
    if unit is not None and unit.country:
        return unit.country
    return country_of(preferences_of(actor)) if actor else settings.RAPPORT_COUNTRY


def build_unit(entity: Entity, data: UnitInput, position: int) -> Unit:
    own = {f.name for f in fields(UnitInput)} - {"emails", "phones", "links"}
    unit = Unit(entity=entity, position=position, **{name: getattr(data, name) for name in own})
    check(unit)
    return unit


def build_email(unit: Unit, data: EmailInput, position: int) -> EmailAddress:
    email = EmailAddress(
        entity=unit.entity,
        unit=unit,
        address=clean_address(data.address),
        label=data.label,
        is_primary=data.is_primary,
        position=position,
        plain_text_only=data.plain_text_only,
        public_key=data.public_key,
    )
    check(email)
    return email


def build_phone(unit: Unit, data: PhoneInput, position: int, region: str) -> PhoneNumber:
    phone = PhoneNumber(
        entity=unit.entity,
        unit=unit,
        kind=data.kind,
        label=data.label,
        is_primary=data.is_primary,
        position=position,
    )
    set_number(phone, data.raw, data.extension, region)
    check(phone)
    return phone


def build_link(unit: Unit, data: LinkInput, position: int) -> Link:
    link = Link(
        entity=unit.entity,
        unit=unit,
        url=clean_url(data.url),
        kind=data.kind,
        label=data.label,
        username=data.username,
        password=encrypt(data.password) if data.password else "",
        is_primary=data.is_primary,
        position=position,
    )
    check(link)
    return link


def set_number(phone: PhoneNumber, raw: str, extension: str, region: str) -> None:
    """Keep the number as typed and derive what it means."""
    phone.raw = raw.strip()
    if not any(sign.isalnum() for sign in phone.raw):
        raise ValidationError({"raw": _("This is not a phone number.")})
    forms = parse_phone(phone.raw, region)
    phone.e164, phone.digits, phone.digits_reversed = forms.e164, forms.digits, forms.digits_reversed
    phone.extension = extension.strip() or forms.extension


def clean_address(address: str) -> str:
    """An e-mail address without what mail programs put around it; ValidationError if it is none."""
    text = address.strip().removeprefix("mailto:")
    if "<" in text and text.endswith(">"):
        text = text.rpartition("<")[2][:-1].strip()
    if not _ADDRESS.match(text):
        raise ValidationError({"address": _("This is not an e-mail address.")})
    return text


def clean_url(url: str) -> str:
    text = url.strip()
    scheme, separator, _rest = text.partition(":")
    if not separator or "." in scheme:
        text = f"https://{text}"
    if text.partition(":")[0].lower() not in _SCHEMES:
        raise ValidationError({"url": _("Addresses of this kind are not kept.")})
    if text.lower().startswith(("http:", "https:")):
        try:
            URLValidator(schemes=["http", "https"])(text)
        except ValidationError as error:
            raise ValidationError({"url": _("This is not a web address.")}) from error
    return text


_DERIVED = {"display_name", "sort_name", "name_key", "search_text"}


def check(record: Model) -> None:
    """Lengths and choices, as the database would refuse them: ValidationError by field."""
    own = [
        one for one in record._meta.concrete_fields if not (one.is_relation or one.generated or one.name in _DERIVED)
    ]
    for one in own:
        value = getattr(record, one.attname)
        if isinstance(value, str) and "\x00" in value:
            raise ValidationError({one.name: _("This text has signs in it that can't be kept.")})
    record.clean_fields(exclude={one.name for one in record._meta.concrete_fields} - {one.name for one in own})


def one_primary(items: Sequence[Part]) -> None:
    """Make exactly one of `items` primary: the first that says so, else the first."""
    chosen = next((item for item in items if item.is_primary), items[0] if items else None)
    for item in items:
        item.is_primary = item is chosen


@dataclass(slots=True)
class Below:
    """All rows below a new entity, not yet saved."""

    units: list[Unit] = field(default_factory=list)
    emails: list[EmailAddress] = field(default_factory=list)
    phones: list[PhoneNumber] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    def tables(self) -> tuple[Sequence[Model], ...]:
        """Its rows by model; a row comes after those that it points to."""
        return self.units, self.emails, self.phones, self.links

    def all(self) -> list[Model]:
        return [row for rows in self.tables() for row in rows]

    def save(self) -> list[Model]:
        """Insert them, the entity being saved; returns them all."""
        give_keys(*self.tables())
        insert_all(*self.tables())
        return self.all()


def build_below(entity: Entity, data: EntityInput, actor: User | None, errors: dict[str, Any]) -> Below:
    """Build the rows below a new entity; what is wrong with them goes to `errors` ("units.0.emails.1.address")."""
    below = Below()
    units = list(data.units)
    if not units and (data.emails or data.phones or data.links):
        units = [UnitInput(kind=Unit.Kind.WORK if data.jobs or entity.is_organisation else Unit.Kind.HOME)]
    main = next((unit for unit in units if unit.is_primary), units[0] if units else None)
    for position, unit_data in enumerate(units):
        name = f"units.{position}"
        unit = _collect(errors, name, partial(build_unit, entity, unit_data, position))
        if unit is None:
            continue
        below.units.append(unit)
        _build_details(below, unit, unit_data, actor, errors, f"{name}.")
        if unit_data is main:
            _build_details(below, unit, data, actor, errors, "")
    one_primary(below.units)
    for unit in below.units:
        one_primary([email for email in below.emails if email.unit is unit])
        one_primary([phone for phone in below.phones if phone.unit is unit])
        one_primary([link for link in below.links if link.unit is unit])
    return below


def build_details(unit: Unit, data: UnitInput, actor: User | None, errors: dict[str, Any]) -> Below:
    """Build the e-mails, phones and links of a new unit, each kind with its primary one."""
    below = Below()
    _build_details(below, unit, data, actor, errors, "")
    one_primary(below.emails)
    one_primary(below.phones)
    one_primary(below.links)
    return below


def _build_details(
    below: Below, unit: Unit, data: UnitInput | EntityInput, actor: User | None, errors: dict[str, Any], prefix: str
) -> None:
    region = region_for(actor, unit)
    for index, email_data in enumerate(data.emails):
        position = len(below.emails)
        email = _collect(errors, f"{prefix}emails.{index}", partial(build_email, unit, email_data, position))
        below.emails += [email] if email else []
    for index, phone_data in enumerate(data.phones):
        position = len(below.phones)
        phone = _collect(errors, f"{prefix}phones.{index}", partial(build_phone, unit, phone_data, position, region))
        below.phones += [phone] if phone else []
    for index, link_data in enumerate(data.links):
        position = len(below.links)
        link = _collect(errors, f"{prefix}links.{index}", partial(build_link, unit, link_data, position))
        below.links += [link] if link else []


def _collect(errors: dict[str, Any], name: str, make: Callable[[], Part]) -> Part | None:
    try:
        return make()
    except ValidationError as error:
        found = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        for field_name, messages in found.items():
            errors[f"{name}.{field_name}".rstrip(".")] = messages
        return None
