"""Changes get their revisions: one transaction after the other, so that a cursor over them passes none by."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db import connection, transaction

from apps.core.batch import portions
from apps.core.services.webhooks.events import Fact, announce
from apps.crm.models import Dealer, DealerFeed, DealerFeedMark, LedgerEntry, Order, Shipment
from apps.crm.models.reach import PortalReader, program_of
from apps.crm.selectors.dealer_feed import Kind, ids_of, rows_of
from apps.crm.services.dealer_feed.audiences import EVENTS, audience_of
from apps.crm.services.dealer_feed.noting import BELL

if TYPE_CHECKING:
    from apps.accounts.models import User

_IN_TURN = 0x6665656472  # the advisory lock of numbering
_MOST = 200  # changes taken at once
_TAKE = """
DELETE FROM crm_dealerfeedchange WHERE id IN (SELECT id FROM crm_dealerfeedchange ORDER BY id LIMIT %s)
RETURNING orders, shipments, entries, opened_id
"""
_CARRYING = "SELECT DISTINCT shipment_id FROM crm_shipmentitem WHERE order_id = ANY(%s)"


@dataclass(slots=True)
class _Touched:
    """By dealer and kind; `opened` are dealers who get revisions for the first time, and no events."""

    ids: dict[int, dict[str, set[int]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    opened: set[int] = field(default_factory=set)

    def add(self, dealer_id: int, kind: str, ids: Iterable[int]) -> None:
        self.ids[dealer_id][kind].update(ids)


def number_changes(*, now: datetime) -> int:
    """Number all that is noted and committed; returns how many revisions were given. A second call finds nothing.

    What was taken from the queue, the revisions and the events are one transaction.
    """
    cache.delete(BELL)
    total = 0
    while True:
        with transaction.atomic():
            given = _number_some(now)
        if given is None:
            return total
        total += given


def _number_some(now: datetime) -> int | None:
    with connection.cursor() as cursor:
        # Given back after the commit: the next one counts on from what is there to read.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_IN_TURN])
        cursor.execute(_TAKE, [_MOST])
        changes = cursor.fetchall()
    if not changes:
        return None
    feeds = dict(DealerFeed.objects.values_list("dealer_id", "head"))
    if not feeds:
        return 0
    touched = _touched(changes, set(feeds))
    dealers = Dealer.objects.in_bulk(list(touched.ids))
    return sum(
        _number(dealers[pk], kinds, head=feeds[pk], quiet=pk in touched.opened, now=now)
        for pk, kinds in sorted(touched.ids.items())
    )


def _touched(changes: Iterable[tuple[list[int], list[int], list[int], int | None]], feeds: set[int]) -> _Touched:
    """Whose what: of the dealers who see it now, and of those who did."""
    orders: set[int] = set()
    shipments: set[int] = set()
    entries: set[int] = set()
    touched = _Touched()
    for some_orders, some_shipments, some_entries, opened in changes:
        orders.update(some_orders)
        shipments.update(some_shipments)
        entries.update(some_entries)
        if opened is not None:
            touched.opened.add(opened)
            for kind in Kind.values:
                touched.add(opened, kind, ids_of(kind, user=_program(Dealer.objects.get(pk=opened))))
    with connection.cursor() as cursor:
        cursor.execute(_CARRYING, [list(orders)])
        shipments.update(pk for (pk,) in cursor.fetchall())
    for pk, dealer_id in Order.objects.filter(pk__in=orders, dealer__in=feeds).values_list("pk", "dealer"):
        touched.add(dealer_id, Kind.ORDERS, [pk])
        touched.add(dealer_id, Kind.STAGES, [pk])
    for pk, dealer_ids in Shipment.objects.filter(pk__in=shipments).values_list("pk", "dealer_ids"):
        for dealer_id in feeds.intersection(dealer_ids):
            touched.add(dealer_id, Kind.SHIPMENTS, [pk])
    for pk, dealer_id in LedgerEntry.objects.filter(pk__in=entries, dealer__in=feeds).values_list("pk", "dealer"):
        touched.add(dealer_id, Kind.LEDGER, [pk])
    for kinds, ids in (((Kind.ORDERS, Kind.STAGES), orders), ((Kind.SHIPMENTS,), shipments)):
        before = DealerFeedMark.objects.filter(kind__in=kinds, object_id__in=ids)
        for dealer_id, kind, pk in before.values_list("dealer", "kind", "object_id"):
            touched.add(dealer_id, kind, [pk])
    return touched


def _number(dealer: Dealer, kinds: Mapping[str, set[int]], *, head: int, quiet: bool, now: datetime) -> int:
    """Give revisions to what says something else than at its last one."""
    user = _program(dealer)
    marks: list[DealerFeedMark] = []
    for kind in Kind.values:
        for ids in portions(sorted(kinds.get(kind, ()))):
            known = DealerFeedMark.objects.filter(dealer=dealer, kind=kind, object_id__in=ids)
            before = dict(known.values_list("object_id", "digest"))
            rows = rows_of(kind, ids, user=user)
            for pk in ids:
                digest = _digest(rows[pk]) if pk in rows else None
                if before.get(pk) == digest:  # also where it was never there, and isn't
                    continue
                head += 1
                marks.append(
                    DealerFeedMark(dealer=dealer, kind=kind, object_id=pk, revision=head, digest=digest, marked_at=now)
                )
    if not marks:
        return 0
    DealerFeedMark.objects.bulk_create(
        marks,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["kind", "object_id", "dealer"],
        update_fields=["revision", "digest", "marked_at"],
    )
    DealerFeed.objects.filter(pk=dealer.pk).update(head=head)
    if not quiet:
        announce([_fact(mark) for mark in marks], now=now)
    return len(marks)


def _fact(mark: DealerFeedMark) -> Fact:
    subject = {"kind": str(mark.kind), "id": mark.object_id, "revision": mark.revision}
    return Fact(audience_of(mark.dealer_id), EVENTS[mark.kind], subject)


def _program(dealer: Dealer) -> User:
    """Who sees all of the dealer's."""
    return program_of(PortalReader(dealer.pk, dealer.entity_id, 0, is_owner=False, sees_money=True))


def _digest(row: Mapping[str, object]) -> int:
    text = json.dumps(row, default=str, sort_keys=True).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), signed=True)
