"""Contacts as the API takes and gives them; names are those of the model."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime, Field

from apps.contacts.models import Entity, Unit
from apps.contacts.services.inputs import EmailInput, EntityInput, JobInput, LinkInput, PhoneInput, UnitInput
from apps.core.api import Strict


class EmailIn(Strict):
    address: str = Field(max_length=320)
    label: str = ""
    is_primary: bool = False
    plain_text_only: bool = False


class PhoneIn(Strict):
    raw: str = Field(max_length=200)
    kind: str = ""
    label: str = ""
    extension: str = ""
    is_primary: bool = False


class LinkIn(Strict):
    url: str = Field(max_length=2000)
    kind: str = "web"
    label: str = ""
    username: str = ""
    is_primary: bool = False


class UnitIn(Strict):
    name: str = ""
    kind: Literal["home", "work", "department", "other"] = "work"
    street: str = ""
    house_number: str = ""
    street2: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    po_box: str = ""
    time_zone: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    is_primary: bool = False
    emails: list[EmailIn] = []
    phones: list[PhoneIn] = []
    links: list[LinkIn] = []

    def to_input(self) -> UnitInput:
        own = self.model_dump(exclude={"emails", "phones", "links"})
        return UnitInput(
            **own,
            emails=[EmailInput(**each.model_dump()) for each in self.emails],
            phones=[PhoneInput(**each.model_dump()) for each in self.phones],
            links=[LinkInput(**each.model_dump()) for each in self.links],
        )


class JobIn(Strict):
    organisation_id: int | None = None
    organisation_name: str = ""
    title: str = ""
    department: str = ""
    role: str = ""
    is_primary: bool = True
    valid_from: date | None = None
    valid_to: date | None = None


class _Names(Strict):
    prefix: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    suffix: str | None = None
    nickname: str | None = None
    name: str | None = None
    legal_name: str | None = None
    registration_number: str | None = None
    vat_number: str | None = None
    industry: str | None = None
    organisation_type: str | None = None
    language: str | None = None
    time_zone: str | None = None
    birthday: str | None = Field(None, description="1985-04-12, --04-12, 1985-04 or 1985")
    anniversary: str | None = None
    public_key: str | None = None
    notes: str | None = None
    attributes: dict[str, Any] | None = Field(None, description="Custom fields by key")
    folder_id: int | None = None
    owner_id: int | None = None
    category_ids: list[int] | None = None


class ContactIn(_Names):
    kind: Literal["person", "organisation"] = "person"
    uid: UUID | None = None
    emails: list[EmailIn] = []
    phones: list[PhoneIn] = []
    links: list[LinkIn] = []
    units: list[UnitIn] = []
    jobs: list[JobIn] = []

    def to_input(self) -> EntityInput:
        nested = {"emails", "phones", "links", "units", "jobs"}
        own = {name: value for name, value in self.model_dump(exclude=nested).items() if value is not None}
        return EntityInput(
            **own,
            source="api",
            emails=[EmailInput(**each.model_dump()) for each in self.emails],
            phones=[PhoneInput(**each.model_dump()) for each in self.phones],
            links=[LinkInput(**each.model_dump()) for each in self.links],
            units=[each.to_input() for each in self.units],
            jobs=[JobInput(**each.model_dump()) for each in self.jobs],
        )


class ContactPatch(_Names):
    """Only what is sent is changed."""


class EmailOut(Schema):
    id: int
    address: str
    label: str
    is_primary: bool
    plain_text_only: bool
    bounced_at: datetime | None
    opted_out_at: datetime | None


class PhoneOut(Schema):
    id: int
    raw: str
    e164: str
    extension: str
    kind: str
    label: str
    is_primary: bool


class LinkOut(Schema):
    """The password of a link is not given out."""

    id: int
    url: str
    kind: str
    label: str
    username: str
    is_primary: bool


class UnitOut(Schema):
    id: int
    name: str
    kind: str
    street: str
    house_number: str
    street2: str
    postcode: str
    city: str
    region: str
    country: str
    po_box: str
    time_zone: str
    valid_from: date | None
    valid_to: date | None
    is_primary: bool
    emails: list[EmailOut]
    phones: list[PhoneOut]
    links: list[LinkOut]

    @staticmethod
    def resolve_emails(unit: Unit) -> list[Any]:
        return list(unit.emails.all())

    @staticmethod
    def resolve_phones(unit: Unit) -> list[Any]:
        return list(unit.phones.all())

    @staticmethod
    def resolve_links(unit: Unit) -> list[Any]:
        return list(unit.links.all())


class ContactRow(Schema):
    """A contact in a list."""

    id: int
    uid: UUID
    kind: str
    display_name: str
    organisation: str
    organisation_id: int | None
    job_title: str
    primary_email: str
    primary_phone: str
    city: str
    country: str
    folder_id: int
    version: int
    created_at: datetime
    modified_at: datetime

    @staticmethod
    def resolve_organisation_id(entity: Entity) -> int | None:
        return entity.organisation_entity_id


class ContactOut(ContactRow):
    """A contact with all that belongs to it."""

    prefix: str
    first_name: str
    middle_name: str
    last_name: str
    suffix: str
    nickname: str
    name: str
    legal_name: str
    registration_number: str
    vat_number: str
    industry: str
    organisation_type: str
    language: str
    time_zone: str
    birthday: str
    anniversary: str
    notes: str
    attributes: dict[str, Any]
    owner_id: int | None
    trashed_at: datetime | None
    merged_into_id: int | None = Field(description="The contact that this one is part of now")
    category_ids: list[int]
    units: list[UnitOut]

    @staticmethod
    def resolve_category_ids(entity: Entity) -> list[int]:
        return [category.pk for category in entity.categories.all()]

    @staticmethod
    def resolve_units(entity: Entity) -> list[Unit]:
        return list(entity.units.all())


class ContactPage(Schema):
    items: list[ContactRow]
    next: str | None = Field(description="The `after` of the next page; null at the end")


class ContactFilters(Strict):
    """Narrow the list; all of them must hold."""

    q: str = Field("", max_length=200, description="Beginnings of words, or digits of a number")
    kind: Literal["", "person", "organisation"] = ""
    folder_id: int | None = None
    category_id: int | None = None
    email: str = ""
    phone: str = Field("", description="E.164")
    modified_since: AwareDatetime | None = Field(None, description="Then pages come in the order of changes")
    after: str = Field("", description="`next` of the page before")
    limit: int = Field(50, ge=1, le=200)
