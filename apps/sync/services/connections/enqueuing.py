"""What makes an audience look at contacts anew: facts, set by set, and a comparison with all of the filter."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db import connection as database
from django.db import transaction
from django.db.models import F

from apps.core.batch import array_of, portions
from apps.core.kept import Kept
from apps.core.models import Suppression
from apps.sync.models import AudienceMember, Connection
from apps.sync.services.connections.audience import contacts_of
from apps.sync.services.connections.waking import wake

_PORTION = 5000
# In the order of contacts, as whoever settles takes them: neither waits for the other in a ring.
_NOTE = """
INSERT INTO sync_audiencemember (connection_id, entity_id, address, state, tags, digest, trouble, due_at, queued)
SELECT %(connection)s, e.id, '', 'new', '[]', '', '', %(now)s, 1
FROM contacts_entity e JOIN contacts_folder f ON f.id = e.folder_id
WHERE e.id = ANY(%(ids)s::bigint[]) AND (f.kind <> 'personal' OR EXISTS (
    SELECT 1 FROM sync_audiencemember m WHERE m.connection_id = %(connection)s AND m.entity_id = e.id))
ORDER BY e.id
ON CONFLICT (connection_id, entity_id) DO UPDATE
SET due_at = LEAST(sync_audiencemember.due_at, excluded.due_at), queued = sync_audiencemember.queued + 1
"""


@Kept
def audiences_on() -> tuple[int, ...]:
    """Connections that hear of contacts: hardly any, so that no change of a contact asks for them."""
    mailchimp = Connection.objects.on().filter(kind=Connection.Kind.MAILCHIMP)
    return tuple(mailchimp.order_by("pk").values_list("pk", flat=True))


def note_contacts(ids: Iterable[int], *, now: datetime) -> None:
    """In the transaction that changes these contacts: they may have come into a filter, left it, or look otherwise."""
    connections = audiences_on()
    if not connections:
        return
    for portion in portions(sorted(set(ids)), _PORTION):
        for connection_id in connections:
            note(connection_id, portion, now=now)
    transaction.on_commit(wake)


def note(connection_id: int, ids: Sequence[int], *, now: datetime) -> None:
    with database.cursor() as cursor:
        cursor.execute(_NOTE, {"connection": connection_id, "ids": array_of(sorted(ids)), "now": now})


def compare(connection: Connection, *, now: datetime, all_of_it: bool = False) -> int:
    """Find what no fact told of: contacts that have come or gone by a day, a right, a changed filter, an opt-out.

    `all_of_it` looks at every member anew, for what they bear. Returns how many rows wait now. Raises OutsideTrouble.
    """
    wanted = set(contacts_of(connection).exclude(primary_email="").values_list("pk", flat=True))
    members = connection.members.filter(entity__isnull=False)
    known = set(members.values_list("entity", flat=True))
    there = set(members.standing().values_list("entity", flat=True))
    anew = known if all_of_it else {*_opted_out(connection), *_changed(connection)}
    found = (wanted - known) | (there - wanted) | anew
    for portion in portions(sorted(found), _PORTION):
        with transaction.atomic():
            note(connection.pk, portion, now=now)
    _orphans(connection, now)
    Connection.objects.filter(pk=connection.pk).update(looked_at=now)
    return connection.members.due(now).count()


def replay(connection: Connection, ids: Collection[int], *, now: datetime) -> int:
    """Send these refused members again, whatever they look like."""
    refused = connection.members.filter(pk__in=ids, state=AudienceMember.State.REFUSED)
    return refused.update(due_at=now, digest="", queued=F("queued") + 1)


def _changed(connection: Connection) -> list[int]:
    """Members changed since the last comparison, some by an undo, which tells of no fact."""
    changed = connection.members.filter(entity__modified_at__gt=connection.looked_at or connection.created_at)
    return list(changed.values_list("entity", flat=True))


def _opted_out(connection: Connection) -> list[int]:
    """Members whose address gets no mailings by now."""
    addresses = Suppression.objects.against(Suppression.ALL).values("address")
    there = connection.members.standing().filter(entity__isnull=False)
    return list(there.filter(address__in=addresses).values_list("entity", flat=True))


def _orphans(connection: Connection, now: datetime) -> None:
    """Of contacts that are gone for good nothing tells any more."""
    connection.members.filter(entity__isnull=True, due_at__isnull=True).update(due_at=now)
