"""Changes of a contact as rows of its timeline: drawn like entries, kept as operations and their changes."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from apps.activities.models import Activity
from apps.contacts.models import Entity
from apps.core.contributions import Kind, verbs
from apps.core.models import Change, Operation

_BELOW = 10**17
KIND = Kind(_("Change"), "history-toggle")


def changes_of(entity: Entity, *, before: tuple[datetime, int] | None, limit: int) -> list[Activity]:
    """What was done to the contact itself, newest first: one unsaved row an operation, in two queries.

    A row's key is its operation's, made negative: so it sorts among entries, below one of the same moment.
    """
    found = Change.objects.filter(subject_id=entity.pk, record_type__startswith="contacts.")
    moments = found.values("operation_id").annotate(moment=Max("changed_at"))
    if before is not None:
        last, key = before
        moments = moments.filter(Q(moment__lt=last) | Q(moment=last, operation_id__lt=key + _BELOW))
    rows = list(moments.order_by("-moment", "-operation_id")[:limit])
    operations = Operation.objects.select_related("actor").in_bulk([row["operation_id"] for row in rows])
    return [_row(operations[row["operation_id"]], row["moment"]) for row in rows if row["operation_id"] in operations]


def _row(operation: Operation, moment: datetime) -> Activity:
    title = verbs.get(operation.verb) or operation.verb
    row = Activity(
        pk=operation.pk - _BELOW, kind="change", verb=operation.verb, actor=operation.actor, subject=str(title)
    )
    row.occurred_at = row.created_at = row.moment = moment
    row.kind_shown, row.subjects, row.context_link, row.own_fields = KIND, [], None, []
    return row
