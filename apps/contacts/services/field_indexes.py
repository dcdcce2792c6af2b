"""Indexes of filterable custom fields: built by the tables' owner, beside the running house, without a lock."""

from __future__ import annotations

from typing import Any

import psycopg2
import structlog
from django.conf import settings
from django.db import connection
from psycopg2 import sql

from apps.contacts.models import FieldDefinition
from apps.contacts.selectors.fields import FOLDED

log = structlog.get_logger(__name__)

IndexState = FieldDefinition.IndexState
Type = FieldDefinition.Type
_PREFIX = "entity_custom_"
_TIMEOUT = "2s"  # waiting for a lock: rather fail and try again than queue everybody behind us


def build_indexes() -> int:
    """Build what is wanted and drop what is not; returns how many are ready now.

    One that can't be built (no right, no time) is marked as failed and tried again when the field is saved.
    """
    wanted = list(FieldDefinition.objects.filter(index_state=IndexState.WANTED).order_by("pk"))
    needed = FieldDefinition.objects.exclude(index_state=IndexState.NONE).values_list("pk", flat=True)
    obsolete = sorted(_existing() - {_name(pk) for pk in needed})
    if not wanted and not obsolete:
        return 0
    owner = psycopg2.connect(**_owner())
    try:
        owner.autocommit = True  # CONCURRENTLY wants no transaction
        with owner.cursor() as cursor:
            cursor.execute("SET lock_timeout = %s", [_TIMEOUT])
            for name in obsolete:
                cursor.execute(sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(sql.Identifier(name)))
            return sum(_build(cursor, definition) for definition in wanted)
    finally:
        owner.close()


def _existing() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename = 'contacts_entity' AND indexname ~ %s",
            [f"^{_PREFIX}\\d+$"],
        )
        return {name for (name,) in cursor.fetchall()}


def _build(cursor: psycopg2.extensions.cursor, definition: FieldDefinition) -> bool:
    name = sql.Identifier(_name(definition.pk))
    try:
        cursor.execute(sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(name))  # what a broken build left
        cursor.execute(
            sql.SQL(
                "CREATE INDEX CONCURRENTLY {name} ON contacts_entity {columns}"
                " WHERE trashed_at IS NULL AND merged_into_id IS NULL"
            ).format(name=name, columns=_columns(definition))
        )
    except psycopg2.Error as error:
        log.warning("field.index.failed", field_id=definition.pk, error=str(error).strip())
        FieldDefinition.objects.filter(pk=definition.pk).update(index_state=IndexState.FAILED)
        return False
    FieldDefinition.objects.filter(pk=definition.pk).update(index_state=IndexState.READY)
    log.info("field.index.ready", field_id=definition.pk)
    return True


def _columns(definition: FieldDefinition) -> sql.Composable:
    """The same expressions as in `selectors.fields.value_expression`."""
    key = sql.Literal(definition.key)
    match definition.field_type:
        case Type.NUMBER:
            value = sql.SQL("((attributes ->> {})::numeric)").format(key)
        case Type.MONEY:
            value = sql.SQL("((attributes -> {} ->> 'amount')::numeric)").format(key)
        case Type.MULTI_CHOICE:
            return sql.SQL("USING gin (attributes jsonb_path_ops)")
        case field_type if field_type in FOLDED:
            value = sql.SQL("rapport_fold(attributes ->> {})").format(key)
        case _:
            value = sql.SQL("(attributes ->> {})").format(key)
    return sql.SQL("({}, id) INCLUDE (folder_id, kind, is_restricted)").format(value)


def _name(definition_id: int) -> str:
    return f"{_PREFIX}{definition_id}"


def _owner() -> dict[str, Any]:
    config = settings.DATABASE_OWNER
    return {
        **config.get("OPTIONS", {}),
        "host": config.get("HOST") or None,
        "port": config.get("PORT") or None,
        "user": config.get("USER") or None,
        "password": config.get("PASSWORD") or None,
        "dbname": connection.settings_dict["NAME"],  # in tests another one than the address says
    }
