"""Entries that a feed brings by the hundred: written as a set, each about one entity and shown to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from apps.activities.models import Activity
from apps.activities.signals import lines_recorded
from apps.core import live
from apps.core.batch import array_of, texts_of

_encode = msgspec.json.Encoder().encode
_MOST = 500  # timelines that hear of it at once; of more they learn when they are opened
_INSERT = """
WITH made AS (
    INSERT INTO activities_activity (kind, verb, occurred_at, created_at, subject, snippet, facts, context_type,
        context_id, visibility, shown_to_id, audience)
    SELECT %s, l.verb, l.at, %s, l.subject, '', l.facts, %s, l.context_id, 'public', l.entity_id,
        ARRAY[CASE WHEN e.is_restricted THEN -e.folder_id ELSE e.folder_id END]
    FROM unnest(%s::text[], %s::timestamptz[], %s::text[], %s::bigint[], %s::bigint[], %s::jsonb[])
        WITH ORDINALITY AS l (verb, at, subject, context_id, entity_id, facts, place)
    JOIN contacts_entity e ON e.id = l.entity_id
    ORDER BY l.place
    RETURNING id, shown_to_id, occurred_at
)
INSERT INTO activities_activityentity (activity_id, entity_id, role, via_employer, occurred_at)
SELECT id, shown_to_id, 'subject', false, occurred_at FROM made ORDER BY shown_to_id, id
"""


class Line(NamedTuple):
    """An entry about one entity, an organisation, that may read it in its portal; without words of its own."""

    verb: str
    occurred_at: datetime
    subject: str
    context_id: int
    entity_id: int
    facts: dict[str, Any]


def record_lines(lines: Sequence[Line], *, kind: str, context_type: str, now: datetime) -> None:
    """Write them down, without an author; open timelines hear of it after the commit."""
    if not lines:
        return
    verbs, moments, subjects, contexts, entities, facts = (list(column) for column in zip(*lines, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                kind,
                now,
                context_type,
                texts_of(verbs),
                array_of(moments),
                texts_of(subjects),
                array_of(contexts),
                array_of(entities),
                texts_of([_encode(one).decode() for one in facts]),
            ],
        )
    lines_recorded.send(sender=Activity, context_type=context_type, context_ids=set(contexts), now=now)
    told = sorted(set(entities))
    if len(told) <= _MOST:
        live.publish_many((f"history:{entity_id}", "history", {}) for entity_id in told)


def take_back(activity_ids: Collection[int], *, now: datetime) -> None:
    """Entries that turned out wrong; what is taken back already stays so."""
    Activity.objects.live().filter(pk__in=activity_ids).update(removed_at=now)
