"""Records that came before what they belong to, kept until it is there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import msgspec

from apps.crm.feed.records import Record
from apps.crm.models import Waiting
from apps.crm.services.feed.naming import encoded
from apps.crm.services.feed.run import Item, Run
from apps.crm.services.feed.staging import run

_READY = """
WITH w AS (SELECT DISTINCT wanted FROM crm_waiting)
SELECT w.wanted FROM w JOIN crm_plant p ON w.wanted LIKE 'order:' || p.key || ':%'
JOIN crm_order o ON o.plant_id = p.id AND o.plant_key = substr(w.wanted, length(p.key) + 8)
UNION
SELECT w.wanted FROM w JOIN crm_plant p ON w.wanted LIKE 'construction:' || p.key || ':%'
JOIN crm_construction c ON c.plant_id = p.id AND c.plant_key = substr(w.wanted, length(p.key) + 15)
UNION
SELECT w.wanted FROM w JOIN crm_externalref r
ON r.type = 'dealer' AND w.wanted = 'dealer:' || r.source || ':' || r.external_id
UNION
SELECT w.wanted FROM w JOIN crm_dealer d ON w.wanted = 'dealer-code:' || d.code
"""


def wait(going: Run, missing: Sequence[tuple[Item, str]]) -> None:
    """Keep each record with the key that it waits for; one that waits already says nothing new."""
    if not missing:
        return
    rows = [
        Waiting(
            source=going.source,
            plant=going.plant,
            record=item.name,
            version=item.version,
            digest=item.digest,
            wanted=wanted,
            payload=json.loads(encoded(item.record)),
            received_at=item.received_at,
            batch_id=item.batch_id,
        )
        for item, wanted in missing
    ]
    there = {
        (row.record, row.version): row.digest
        for row in Waiting.objects.filter(source=going.source, record__in={row.record for row in rows})
    }
    new = [row for row in rows if (row.record, row.version) not in there]
    Waiting.objects.bulk_create(new)
    going.waits(len(new))
    for item, _wanted in missing:
        if (item.name, item.version) in there:
            going.known(item, there[item.name, item.version])


def take(wanted: Iterable[str]) -> dict[tuple[str, int], list[Item]]:
    """Take the records that wait for these keys out of the waiting; by source and plant, older versions first."""
    keys = sorted(set(wanted))
    found = list(Waiting.objects.select_for_update().filter(wanted__in=keys).order_by("pk")) if keys else []
    Waiting.objects.filter(pk__in=[row.pk for row in found]).delete()
    taken: dict[tuple[str, int], list[Item]] = {}
    for row in found:
        record = msgspec.convert(row.payload, Record)
        item = Item(record, row.record, row.digest, None, row.batch_id, row.received_at)
        taken.setdefault((row.source, row.plant_id or 0), []).append(item)
    return taken


def ready() -> set[str]:
    """Keys for which something waits although they are there."""
    return {wanted for (wanted,) in run(_READY)}
