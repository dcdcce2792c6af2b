"""Drafts as rows: the columns of each table that an import fills, in the order that COPY writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from json.encoder import encode_basestring as text_to_json
from operator import itemgetter
from typing import Any, Final
from uuid import uuid4

from django.db.models import Model

from apps.contacts.models import (
    EmailAddress,
    Entity,
    EntityCategory,
    ExternalUid,
    Link,
    Participant,
    PhoneNumber,
    RawProperty,
    Relationship,
    SearchToken,
    Unit,
)
from apps.contacts.services.imports.copying import Packed, pack, to_json
from apps.core.models import Change

Defaults = tuple[tuple[str, Any], ...]
_EMPTY: Final = ""

ENTITY: Defaults = (
    *((name, _EMPTY) for name in (
        "kind", "prefix", "first_name", "middle_name", "last_name", "suffix", "nickname", "name", "legal_name",
        "registration_number", "vat_number", "industry", "organisation_type", "display_name", "sort_name", "name_key",
        "search_text", "language", "time_zone", "birthday", "anniversary", "photo_url", "public_key", "notes",
        "source", "primary_email", "primary_phone", "city", "country", "organisation", "job_title",
    )),
    ("id", None), ("uid", None), ("photo_id", None), ("folder_id", None), ("owner_id", None), ("version", 1),
    ("is_restricted", False), ("organisation_entity_id", None), ("created_at", None), ("created_by_id", None),
    ("modified_at", None), ("modified_by_id", None), ("user_id", None),
)  # fmt: skip
UNIT: Defaults = (
    *((name, _EMPTY) for name in (
        "name", "street", "house_number", "street2", "postcode", "city", "region", "country", "country_name", "po_box",
        "geo", "time_zone",
    )),
    ("kind", "other"), ("id", None), ("entity_id", None), ("parent_id", None), ("valid_from", None),
    ("valid_to", None), ("is_primary", False), ("position", 0),
)  # fmt: skip
EMAIL: Defaults = (
    ("entity_id", None), ("unit_id", None), ("address", ""), ("label", ""), ("is_primary", False), ("position", 0),
    ("plain_text_only", False), ("public_key", ""), ("bounced_at", None), ("opted_out_at", None),
)  # fmt: skip
PHONE: Defaults = (
    ("entity_id", None), ("unit_id", None), ("raw", ""), ("e164", ""), ("extension", ""), ("kind", ""), ("label", ""),
    ("is_primary", False), ("position", 0), ("digits", ""), ("digits_reversed", ""),
)  # fmt: skip
LINK: Defaults = (
    ("entity_id", None), ("unit_id", None), ("url", ""), ("kind", "web"), ("label", ""), ("username", ""),
    ("password", ""), ("is_primary", False), ("position", 0),
)  # fmt: skip
RELATIONSHIP: Defaults = (
    ("id", None), ("type_id", None), ("name", ""), ("description", ""), ("valid_from", None), ("valid_to", None),
)  # fmt: skip
PARTICIPANT: Defaults = (
    ("relationship_id", None), ("entity_id", None), ("side", ""), ("unit_id", None), ("role", ""), ("job_title", ""),
    ("department", ""), ("is_primary", False), ("position", 0),
)  # fmt: skip
CHANGE = (
    "operation_id", "record_type", "record_id", "subject_id", "kind", "diff", "version_before", "version_after",
    "changed_at",
)  # fmt: skip
_TABLES: dict[type[Model], Defaults] = {
    Entity: ENTITY,
    Unit: UNIT,
    EmailAddress: EMAIL,
    PhoneNumber: PHONE,
    Link: LINK,
    Relationship: RELATIONSHIP,
    Participant: PARTICIPANT,
}
_PICKERS = {model: (dict(defaults), itemgetter(*(name for name, _ in defaults))) for model, defaults in _TABLES.items()}
_IDENTIFIED = (Entity, Unit, Relationship)  # their ids are always reserved beforehand
_JSON_COLUMN: dict[type[Model], str] = {Entity: "attributes", Unit: "attributes", Relationship: "attributes"}
_PLAIN: dict[type[Model], tuple[str, ...]] = {
    RawProperty: ("entity_id", "name", "params", "value", "group", "position"),
    ExternalUid: ("entity_id", "folder_id", "source", "uid", "href"),
    EntityCategory: ("entity_id", "category_id"),
    SearchToken: ("entity_id", "folder_id", "token", "rank"),
}
_ORDER = {model: place for place, model in enumerate((*_TABLES, *_PLAIN))}
# What the Change of a created contact tells: what was brought, not what follows from it.
_UNTOLD = frozenset(
    [
        "id",
        "uid",
        "sort_name",
        "name_key",
        "search_text",
        "created_at",
        "created_by_id",
        "modified_at",
        "modified_by_id",
        "version",
        "primary_email",
        "primary_phone",
        "city",
        "country",
        "organisation",
        "organisation_entity_id",
        "job_title",
        "is_restricted",
    ]
)


@dataclass(slots=True)
class Rows:
    """The rows of one portion, written together."""

    tables: dict[tuple[type[Model], bool], list[Sequence[Any]]] = field(default_factory=dict)  # with an id column?
    changes: list[Sequence[Any]] = field(default_factory=list)

    def add(self, model: type[Model], values: dict[str, Any]) -> None:
        """One row from the columns that have something to say; the others get their defaults."""
        defaults, pick = _PICKERS[model]
        row: tuple[Any, ...] = pick({**defaults, **values})
        if model in _JSON_COLUMN:
            row += (to_json(found) if (found := values.get("attributes")) else "{}",)
        with_id = model not in _IDENTIFIED and "id" in values
        if with_id:
            row += (values["id"],)
        try:
            self.tables[model, with_id].append(row)
        except KeyError:
            self.tables[model, with_id] = [row]

    def add_plain(self, model: type[Model], *values: Any) -> None:
        """One row of a table with few columns, all given in the order of `_PLAIN`."""
        try:
            self.tables[model, False].append(values)
        except KeyError:
            self.tables[model, False] = [values]

    def pack(self) -> list[Packed]:
        """All of them as COPY takes them, table by table; a row comes after those that it points to."""
        found = []
        for (model, with_id), rows in sorted(self.tables.items(), key=lambda item: _ORDER[item[0][0]]):
            columns = list(_PLAIN.get(model, ())) or [name for name, _ in _TABLES[model]]
            if model in _JSON_COLUMN:
                columns.append(_JSON_COLUMN[model])
            if with_id:
                columns.append("id")
            found.append(pack(model, columns, rows))
        return [*found, pack(Change, CHANGE, self.changes)]


def creation_of(values: dict[str, Any]) -> str:
    """The diff of a contact's "created" Change, as JSON; nearly all in it is text, so it is put together here."""
    told = [
        f'"{name.removesuffix("_id")}":[null,{text_to_json(value) if type(value) is str else to_json(value)}]'
        for name, value in values.items()
        if value and name not in _UNTOLD
    ]
    return f"{{{','.join(told)}}}"


def new_uid() -> str:
    return str(uuid4())
