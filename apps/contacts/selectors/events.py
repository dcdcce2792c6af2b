"""What was changed about a contact, from its changes: who, when, which fields."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from apps.contacts.models import Entity
from apps.core.contributions import verbs
from apps.core.models import Change, Operation

EVENTS = 100
# Bookkeeping that says nothing to a reader.
_SILENT = frozenset(
    {"id", "version", "modified_at", "modified_by", "sort_name", "name_key", "search_text", "is_restricted", "position"}
)


@dataclass(frozen=True, slots=True)
class Event:
    title: str
    fields: str
    actor: str
    at: datetime


def events_of(entity: Entity) -> list[Event]:
    """The latest operations that touched the contact, newest first; two queries."""
    changes = list(
        Change.objects.filter(subject_id=entity.pk)
        .order_by("-changed_at", "-id")
        .values_list("operation_id", "kind", "diff", "changed_at")[: EVENTS * 5]
    )
    operations = {
        operation.pk: operation
        for operation in Operation.objects.filter(pk__in={row[0] for row in changes}).select_related("actor")
    }
    touched: dict[int, set[str]] = {}
    moments: dict[int, datetime] = {}
    for operation_id, kind, diff, changed_at in changes:
        moments.setdefault(operation_id, changed_at)
        names = touched.setdefault(operation_id, set())
        if kind == Change.Kind.UPDATED:
            names.update(diff.keys() - _SILENT)
    events = []
    for operation_id, names in list(touched.items())[:EVENTS]:
        operation = operations.get(operation_id)
        title = verbs.get(operation.verb) if operation else None
        events.append(
            Event(
                title=str(title or _("Changed")),
                fields=", ".join(sorted(name.replace("_", " ") for name in names)),
                actor=str(operation.actor) if operation and operation.actor else "",
                at=moments[operation_id],
            )
        )
    return events
