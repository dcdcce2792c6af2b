"""How far a database was read: set back by an administrator, so that its rows are read once more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.permissions import is_admin
from apps.accounts.services.audit import record_event
from apps.sync.models import Source
from apps.sync.services.locking import poll_lock

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def set_cursor(*, actor: User, source: Source, table: str, cursor: Sequence[Any], now: datetime) -> None:
    """Read `table` on from behind `cursor`, a value for each of its columns; none: from its beginning.

    What is read a second time changes nothing where it says the same. Raises PermissionDenied, ValidationError by
    field.
    """
    if not is_admin(actor):
        raise PermissionDenied
    poll_lock(source.pk)  # who reads at this moment would move it on again
    locked = Source.objects.select_for_update().get(pk=source.pk)
    columns = tables_of(locked).get(table)
    if columns is None:
        raise ValidationError({"table": _("It reads no such table.")})
    if len(cursor) not in (0, len(columns)) or any(not isinstance(each, str | int | float) for each in cursor):
        raise ValidationError({"cursor": _("A value for each of these: %(names)s.") % {"names": ", ".join(columns)}})
    locked.cursor = {name: value for name, value in locked.cursor.items() if name != table}
    if cursor:
        locked.cursor[table] = list(cursor)
    locked.next_poll_at = None
    locked.save(update_fields=["cursor", "next_poll_at"])
    details = {"table": sorted(tables_of(locked)).index(table), "from_beginning": not cursor}
    record_event(actor=actor, verb="source.cursor_set", now=now, record=locked, details=details)


def tables_of(source: Source) -> dict[str, list[str]]:
    """The tables that a pull reads, with the columns of each one's cursor; none for other kinds."""
    tables = source.settings.get("tables") if source.kind == Source.Kind.PULL else None
    if not isinstance(tables, dict):
        return {}
    said = {name: each.get("cursor") for name, each in sorted(tables.items()) if isinstance(each, dict)}
    return {name: list(columns) for name, columns in said.items() if isinstance(columns, list)}
