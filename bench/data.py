"""Fills a database for the measurements: straight by COPY, indexes afterwards."""

from __future__ import annotations

import io
import itertools
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from psycopg2 import sql

from apps.accounts.models import User
from apps.contacts.models import Folder, RelationshipType
from apps.contacts.services import derive
from bench.people import Contact, organisations, persons

START = datetime(2024, 1, 1, tzinfo=UTC)
_PORTION = 20_000
TABLES = {
    "contacts_entity": (
        *("id", "kind", "prefix", "first_name", "middle_name", "last_name", "suffix", "nickname", "name", "legal_name"),
        *(
            "registration_number",
            "vat_number",
            "industry",
            "organisation_type",
            "display_name",
            "sort_name",
            "name_key",
        ),
        *("search_text", "language", "time_zone", "birthday", "anniversary", "photo_url", "public_key", "notes"),
        *("attributes", "folder_id", "is_restricted", "owner_id", "uid", "source", "version", "created_at"),
        *("created_by_id", "modified_at", "modified_by_id", "primary_email", "primary_phone", "city", "country"),
        *("organisation", "organisation_entity_id", "job_title"),
    ),
    "contacts_unit": (
        *("id", "entity_id", "name", "kind", "street", "house_number", "street2", "postcode", "city", "region"),
        *("country", "country_name", "po_box", "geo", "time_zone", "is_primary", "attributes", "position"),
    ),
    "contacts_emailaddress": (
        *("id", "entity_id", "unit_id", "address", "label", "is_primary", "position", "plain_text_only", "public_key"),
    ),
    "contacts_phonenumber": (
        *("id", "entity_id", "unit_id", "raw", "e164", "extension", "kind", "label", "is_primary", "position"),
        *("digits", "digits_reversed"),
    ),
    "contacts_searchtoken": ("entity_id", "folder_id", "token", "rank"),
    "contacts_relationship": ("id", "type_id", "name", "description", "attributes"),
    "contacts_participant": (
        *("id", "relationship_id", "entity_id", "side", "role", "job_title", "department", "is_primary", "position"),
    ),
}


def load(*, count: int, owner: User, folders: list[Folder], say: Callable[[str], None]) -> None:
    """Make `count` contacts, spread over `folders`; a fifth are organisations, most persons work for one."""
    began = time.monotonic()
    firms = count // 5
    with without_indexes(TABLES, say):
        names: list[str] = []
        works_for = RelationshipType.objects.get(key="works_for").pk
        contacts = itertools.chain(organisations(firms), persons(count - firms, firms))
        numbered = enumerate(contacts, start=1)
        details, ties = itertools.count(1), itertools.count(1)
        while portion := list(itertools.islice(numbered, _PORTION)):
            rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in TABLES}
            for pk, contact in portion:
                _add(rows, pk, contact, owner, folders, names, works_for, details, ties)
            for table, its_rows in rows.items():
                _copy(table, its_rows)
            say(f"{portion[-1][0]:,} contacts after {time.monotonic() - began:.0f} s")
    with connection.cursor() as cursor:
        for table in TABLES:
            if table != "contacts_searchtoken":
                cursor.execute(
                    sql.SQL(
                        "SELECT setval(pg_get_serial_sequence({0}, 'id'), (SELECT coalesce(max(id), 1) FROM {1}))"
                    ).format(sql.Literal(table), sql.Identifier(table))
                )
            cursor.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.Identifier(table)))
    say(f"loaded in {time.monotonic() - began:.0f} s")


def _add(
    rows: dict[str, list[tuple[Any, ...]]],
    pk: int,
    contact: Contact,
    owner: User,
    folders: list[Folder],
    names: list[str],
    works_for: int,
    details: Iterator[int],
    ties: Iterator[int],
) -> None:
    folder = folders[pk % len(folders)].pk
    employer = names[contact.employer] if contact.employer is not None else ""
    email, phone = (contact.emails or [""])[0], (contact.phones or [""])[0]
    shown = derive.display_name(contact, email=email, phone=phone)
    if contact.kind == "organisation":
        names.append(shown)
    at = (START + timedelta(seconds=pk * 37)).isoformat()
    employers = [employer] if employer else []
    rows["contacts_entity"].append(
        (
            *(
                pk,
                contact.kind,
                "",
                contact.first_name,
                "",
                contact.last_name,
                "",
                "",
                contact.name,
                "",
                "",
                "",
                "",
                "",
            ),
            *(shown, derive.sort_name(contact, shown), derive.name_key(contact)),
            *(derive.search_text(contact, emails=contact.emails, organisations=employers), "", "", "", "", "", "", ""),
            *("{}", folder, "f", owner.pk, uuid.UUID(int=pk), "bench", 1, at, owner.pk, at, owner.pk, email, phone),
            *(contact.city, contact.country, employer),
            *(contact.employer + 1 if contact.employer is not None else None, contact.job_title),
        )
    )
    street = f"{contact.city} street {pk % 500}"
    rows["contacts_unit"].append(
        (
            *(pk, pk, "", "work", street, str(pk % 90), "", f"{pk % 99999:05}", contact.city, "", contact.country),
            *("", "", "", "", "t", "{}", 0),
        )
    )
    for position, address in enumerate(contact.emails):
        rows["contacts_emailaddress"].append((next(details), pk, pk, address, "", position == 0, position, "f", ""))
    for position, raw in enumerate(contact.phones):
        digits = raw[1:]
        rows["contacts_phonenumber"].append(
            (next(details), pk, pk, raw, raw, "", "work", "", position == 0, position, digits, digits[::-1])
        )
    for token, rank in derive.search_tokens(contact, emails=contact.emails, organisations=employers):
        rows["contacts_searchtoken"].append((pk, folder, token, rank))
    if contact.employer is not None:
        tie = next(ties)
        rows["contacts_relationship"].append((tie, works_for, "", "", "{}"))
        rows["contacts_participant"] += [
            (tie * 2 - 1, tie, pk, "source", "", contact.job_title, "", "t", 0),
            (tie * 2, tie, contact.employer + 1, "target", "", "", "", "f", 0),
        ]


def _copy(table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    text = io.StringIO()
    for row in rows:
        text.write("\t".join("\\N" if value is None else _escaped(value) for value in row))
        text.write("\n")
    text.seek(0)
    columns = ", ".join(f'"{column}"' for column in TABLES[table])
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{table}" ({columns}) FROM STDIN', text)


def _escaped(value: Any) -> str:
    if value is True or value is False:
        return "t" if value else "f"
    text = str(value)
    return text if "\\" not in text else text.replace("\\", "\\\\")


class without_indexes:  # noqa: N801  reads as a sentence
    """Take indexes and foreign keys away while a table is filled, and make them again."""

    def __init__(self, tables: Iterable[str], say: Callable[[str], None]) -> None:
        self.tables = list(tables)
        self.say = say

    def __enter__(self) -> None:
        tables = [sql.Literal(table) for table in self.tables]
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL(
                    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
                    " WHERE contype = 'f' AND conrelid::regclass::text IN ({})"
                ).format(sql.SQL(", ").join(tables))
            )
            self.keys = cursor.fetchall()
            for table, name, _definition in self.keys:
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
            cursor.execute(
                sql.SQL(
                    "SELECT indexname, indexdef FROM pg_indexes i WHERE tablename IN ({}) AND NOT EXISTS"
                    " (SELECT FROM pg_constraint c WHERE c.conname = i.indexname)"
                ).format(sql.SQL(", ").join(tables))
            )
            self.indexes = cursor.fetchall()
            for name, _definition in self.indexes:
                cursor.execute(f'DROP INDEX "{name}"')

    def __exit__(self, kind: object, *rest: object) -> None:
        if kind is not None:
            return
        with connection.cursor() as cursor:
            cursor.execute("SET maintenance_work_mem = '1GB'")
            for name, definition in self.indexes:
                began = time.monotonic()
                cursor.execute(definition)
                self.say(f"index {name} in {time.monotonic() - began:.0f} s")
            for table, name, definition in self.keys:
                cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
