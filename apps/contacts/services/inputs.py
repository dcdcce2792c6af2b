"""What a new contact is made from: plain data, as a form, the API or another service has it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(slots=True)
class EmailInput:
    address: str
    label: str = ""
    is_primary: bool = False
    plain_text_only: bool = False
    public_key: str = ""


@dataclass(slots=True)
class PhoneInput:
    raw: str  # as typed
    kind: str = ""
    label: str = ""
    extension: str = ""
    is_primary: bool = False


@dataclass(slots=True)
class LinkInput:
    url: str
    kind: str = "web"
    label: str = ""
    username: str = ""
    password: str = ""  # plain; kept encrypted
    is_primary: bool = False


@dataclass(slots=True)
class UnitInput:
    """A place or department. The first unit is primary unless another one says so."""

    name: str = ""
    kind: str = "work"
    street: str = ""
    house_number: str = ""
    street2: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    country_name: str = ""
    po_box: str = ""
    geo: str = ""
    time_zone: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    is_primary: bool = False
    attributes: dict[str, Any] = field(default_factory=dict)
    emails: list[EmailInput] = field(default_factory=list)
    phones: list[PhoneInput] = field(default_factory=list)
    links: list[LinkInput] = field(default_factory=list)


@dataclass(slots=True)
class JobInput:
    """Where a person works: an organisation by id, or by name (found among those the actor sees, else made)."""

    organisation_id: int | None = None
    organisation_name: str = ""
    title: str = ""
    department: str = ""
    role: str = ""
    is_primary: bool = True
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(slots=True)
class EntityInput:
    """A person or organisation to be made; e-mails, phones and links without a unit go to the primary one."""

    kind: str = "person"
    prefix: str = ""
    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""
    suffix: str = ""
    nickname: str = ""
    name: str = ""
    legal_name: str = ""
    registration_number: str = ""
    vat_number: str = ""
    industry: str = ""
    organisation_type: str = ""
    language: str = ""
    time_zone: str = ""
    birthday: str = ""
    anniversary: str = ""
    photo_url: str = ""
    public_key: str = ""
    notes: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)  # custom fields by key, as typed
    folder_id: int | None = None  # None: the folder called Everyone
    owner_id: int | None = None  # None: whoever makes it
    uid: uuid.UUID | None = None
    source: str = "form"
    category_ids: list[int] = field(default_factory=list)
    emails: list[EmailInput] = field(default_factory=list)
    phones: list[PhoneInput] = field(default_factory=list)
    links: list[LinkInput] = field(default_factory=list)
    units: list[UnitInput] = field(default_factory=list)
    jobs: list[JobInput] = field(default_factory=list)
