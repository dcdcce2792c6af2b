"""The action log: who did what to which record, when, from where, field by field, out of Operation and Change.

It obeys the sight of its reader: what was done to a record that they may not see is told of without its values, to
administrators, too (a personal folder is its owner's alone).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.activities.models import Activity
from apps.activities.selectors.log_words import (
    CONTACTS,
    FieldChange,
    Names,
    changes_in,
    contact_of,
    entry_of,
    record_title,
    verb_title,
)
from apps.contacts.models import Entity
from apps.core.models import Change, Operation
from apps.core.page_keys import page_key, read_page_key

if TYPE_CHECKING:
    from apps.accounts.models import User

PAGE = 20  # operations
CHANGES = 60  # of one contact
SHOWN = 10  # records of one operation; the export has them all
# An index range for each operation, however many changes it has.
_FIRST_CHANGES = """
SELECT c.* FROM unnest(%s::bigint[]) wanted
CROSS JOIN LATERAL (SELECT * FROM core_change WHERE operation_id = wanted ORDER BY id LIMIT %s) c
ORDER BY c.operation_id DESC, c.id
"""


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What of the log one wants to read; `since` and `until` are moments, the latter not included."""

    actor_id: int | None = None
    entity_id: int | None = None
    verb: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def __bool__(self) -> bool:
        return self != EVERYTHING

    def narrow(self) -> Any:
        found = Operation.objects.all()
        if self.actor_id is not None:
            found = found.filter(actor=self.actor_id)
        if self.verb:
            found = found.filter(verb=self.verb)
        if self.since:
            found = found.filter(created_at__gte=self.since)
        if self.until:
            found = found.filter(created_at__lt=self.until)
        if self.entity_id is not None:
            touched = Change.objects.filter(subject_id=self.entity_id, record_type__startswith=CONTACTS)
            found = found.filter(pk__in=touched.values("operation_id"))
        return found


EVERYTHING = LogFilter()


@dataclass(frozen=True, slots=True)
class Touched:
    """One record that an operation touched; a hidden one shows neither its name nor values."""

    title: str
    name: str
    url_id: int | None  # of the contact that it belongs to
    kind: str  # "created", "updated", "removed"
    fields: list[FieldChange]
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class LogEntry:
    at: datetime
    who: str
    what: str
    ip: str
    touched: list[Touched] = field(default_factory=list)
    more: int = 0  # records beyond those shown


@dataclass(frozen=True, slots=True)
class LogPage:
    entries: list[LogEntry]
    after: str  # the key of the next page, "" at the end


def log_of_all(user: User, *, narrowing: LogFilter = EVERYTHING, after: str = "") -> LogPage:
    """Operations, newest first, for an administrator; a key that makes no sense begins at the top."""
    found = narrowing.narrow().select_related("actor").order_by("-pk")
    if after.isdecimal() and len(after) < 19:
        found = found.filter(pk__lt=int(after))
    operations = list(found[: PAGE + 1])
    more, operations = len(operations) > PAGE, operations[:PAGE]
    ids = [operation.pk for operation in operations]
    changes = list(Change.objects.raw(_FIRST_CHANGES, [ids, SHOWN])) if ids else []
    sight = Sight(user, changes)
    touched: dict[int, list[Touched]] = {}
    for change in changes:
        touched.setdefault(change.operation_id, []).append(sight.touched(change))
    entries = [
        _entry(
            operation, touched.get(operation.pk, []), more=operation.done - SHOWN if touched.get(operation.pk) else 0
        )
        for operation in operations
    ]
    return LogPage(entries, str(ids[-1]) if more else "")


def log_of_entity(user: User, entity: Entity, *, after: str = "") -> LogPage:
    """The changes of one contact that `user` sees, newest first."""
    found = Change.objects.filter(subject_id=entity.pk, record_type__startswith=CONTACTS).order_by("-changed_at", "-id")
    if (key := read_page_key(after)) is not None:
        at, pk = key
        found = found.filter(Q(changed_at__lt=at) | Q(changed_at=at, id__lt=pk), changed_at__lte=at)
    changes = list(found.select_related("operation__actor")[: CHANGES + 1])
    more, changes = len(changes) > CHANGES, changes[:CHANGES]
    sight = Sight(user, changes)
    touched: dict[int, list[Touched]] = {}
    operations: dict[int, Operation] = {}
    for change in changes:
        operations[change.operation_id] = change.operation
        touched.setdefault(change.operation_id, []).append(sight.touched(change))
    entries = [_entry(operation, touched[pk]) for pk, operation in operations.items()]
    key_of_last = page_key(changes[-1].changed_at, changes[-1].pk) if more else ""
    return LogPage(entries, key_of_last)


def rows_of(user: User, narrowing: LogFilter, *, portion: int = 200) -> Iterator[tuple[str, ...]]:
    """All of the log as rows of text, newest first: a row for each field. Reads a portion of operations at a time."""
    last: int | None = None
    while True:
        found = narrowing.narrow().select_related("actor").order_by("-pk")
        operations = list((found if last is None else found.filter(pk__lt=last))[:portion])
        if not operations:
            return
        last = operations[-1].pk
        for operation in operations:
            yield from _rows(user, operation)


def _rows(user: User, operation: Operation) -> Iterator[tuple[str, ...]]:
    actor = operation.actor
    head = (
        operation.created_at.isoformat(timespec="seconds"),
        str(actor or ""),
        actor.email if actor else "",
        operation.ip or "",
        operation.verb,
    )
    after = 0
    while changes := list(Change.objects.filter(operation=operation, id__gt=after).order_by("id")[:500]):
        after = changes[-1].pk
        sight = Sight(user, changes)
        for change in changes:
            shown = sight.touched(change)
            record = (change.record_type, str(change.record_id), shown.name, change.kind)
            if not shown.fields:
                yield (*head, *record, "", "", "")
            for each in shown.fields:
                yield (*head, *record, each.key, each.before, each.after)
    if not after:
        yield (*head, "", "", "", "", "", "", "")


class Sight:
    """What `user` may see of these changes, asked once for all of them."""

    def __init__(self, user: User, changes: Sequence[Change]) -> None:
        subjects = {pk for change in changes if (pk := contact_of(change)) is not None}
        visible = Entity.objects.visible_to(user).filter(pk__in=subjects).order_by()
        self._subjects = dict(visible.values_list("pk", "display_name")) if subjects else {}
        entries = {pk for change in changes if (pk := entry_of(change)) is not None}
        self._entries = (
            dict(Activity.objects.visible_to(user).filter(pk__in=entries).values_list("pk", "kind")) if entries else {}
        )
        self._names = Names(user, [change for change in changes if not self._is_hidden(change)])

    def touched(self, change: Change) -> Touched:
        hidden = self._is_hidden(change)
        return Touched(
            title=str(record_title(change.record_type)),
            name="" if hidden else self._subjects.get(contact_of(change) or 0, ""),
            url_id=None if hidden else contact_of(change),
            kind=change.kind,
            fields=[] if hidden else changes_in(change, self._names, kind=self._entries.get(entry_of(change) or 0, "")),
            is_hidden=hidden,
        )

    def _is_hidden(self, change: Change) -> bool:
        contact = contact_of(change)
        if contact is not None:
            return contact not in self._subjects
        entry = entry_of(change)
        return entry is not None and entry not in self._entries


def _entry(operation: Operation, touched: list[Touched], *, more: int = 0) -> LogEntry:
    return LogEntry(
        at=operation.created_at,
        who=str(operation.actor or _("the house")),
        what=str(verb_title(operation.verb)),
        ip=operation.ip or "",
        touched=touched,
        more=max(more, 0),
    )
