"""Entries of accounting: booked at once, never changed, a newer version by way of its reversal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from apps.crm.services.feed import ledger_links
from apps.crm.services.feed.parents import OrderRef
from apps.crm.services.feed.run import Item, Run
from apps.crm.services.feed.staging import run, stage


class _Booked(NamedTuple):
    """The entry that counts for a key: its newest version."""

    id: int
    version: int
    dealer_id: int
    currency: str
    kind: str
    amount: Decimal
    booked_on: Any
    text: str
    client: str
    order_id: int | None
    order_key: str
    claim_number: str


_THERE = """
SELECT e.key, e.version, e.digest FROM unnest(%s::text[], %s::bigint[]) AS k (key, version)
JOIN crm_ledgerentry e ON e.source = %s AND e.key = k.key AND e.version = k.version AND e.reverses_id IS NULL
"""
_NEWEST = """
SELECT DISTINCT ON (e.key) e.key, e.id, e.version, e.dealer_id, e.currency, e.kind, e.amount, e.booked_on, e.text,
    e.client, e.order_id, e.order_key, e.claim_number
FROM unnest(%s::text[]) k JOIN crm_ledgerentry e ON e.source = %s AND e.key = k AND e.reverses_id IS NULL
ORDER BY e.key, e.version DESC
"""
# The months are kept by the statement that books, so that they are always the sum of the entries.
_BOOK = """
WITH booked AS (
    INSERT INTO crm_ledgerentry (dealer_id, plant_id, currency, source, key, version, digest, kind, amount, booked_on,
        text, client, order_id, order_key, claim_number, reverses_id, received_at, batch_id)
    SELECT dealer_id, %(plant)s, currency, %(source)s, key, version, digest, kind, amount, booked_on, text, client,
        order_id, order_key, claim_number, reverses_id, received_at, batch_id
    FROM feed_entry ORDER BY place
    RETURNING id, dealer_id, currency, amount, booked_on, claim_number, reverses_id
), months AS (
    INSERT INTO crm_ledgermonth (dealer_id, plant_id, currency, month, charged, paid, count)
    SELECT dealer_id, %(plant)s, currency, date_trunc('month', booked_on)::date AS month,
        coalesce(sum(amount) FILTER (WHERE amount > 0), 0), coalesce(sum(amount) FILTER (WHERE amount < 0), 0), count(*)
    FROM booked GROUP BY dealer_id, currency, month ORDER BY dealer_id, currency, month
    ON CONFLICT (dealer_id, plant_id, currency, month) DO UPDATE
    SET charged = crm_ledgermonth.charged + excluded.charged, paid = crm_ledgermonth.paid + excluded.paid,
        count = crm_ledgermonth.count + excluded.count
)
SELECT id, claim_number, reverses_id FROM booked
"""
_ACCOUNTS = """
INSERT INTO crm_dealerplant (dealer_id, plant_id, currency, version)
SELECT DISTINCT dealer_id, %(plant)s, currency, 0 FROM feed_entry ORDER BY dealer_id, currency
ON CONFLICT (dealer_id, plant_id, currency) DO NOTHING
"""


def apply(going: Run, items: Sequence[Item], dealers: Mapping[str, int], orders: Mapping[str, OrderRef]) -> None:
    """Book the entries, whose dealers are all there; an order that isn't yet is linked when it comes."""
    left = _unknown(going, items)
    while left:
        # One version of each key at a time; nearly always that is all of them.
        newest: dict[str, Item] = {}
        for item in sorted(left, key=lambda item: item.version):
            newest.setdefault(item.record.key, item)
        _book(going, newest, dealers, orders)
        left = [item for item in left if newest[item.record.key] is not item]


def _unknown(going: Run, items: Sequence[Item]) -> list[Item]:
    """Those whose version isn't booked yet."""
    keys = [item.record.key for item in items], [item.version for item in items]
    there = {(key, version): digest for key, version, digest in run(_THERE, [*keys, going.source])}
    for item in items:
        if (item.record.key, item.version) in there:
            going.known(item, there[item.record.key, item.version])
    return [item for item in items if (item.record.key, item.version) not in there]


def _book(going: Run, items: dict[str, Item], dealers: Mapping[str, int], orders: Mapping[str, OrderRef]) -> None:
    booked = {key: _Booked(*rest) for key, *rest in run(_NEWEST, [list(items), going.source])}
    rows: list[tuple[Any, ...]] = []
    for key, item in items.items():
        before = booked.get(key)
        if before is not None and before.version > item.version:
            going.stale()
            continue
        if before is not None:
            rows.append(_reversal(len(rows), before, item))
        rows.append(_entry(len(rows), item, dealers[item.record.dealer], orders))
        going.applied()
    stage("feed_entry", rows)
    names = {"plant": going.plant.pk, "source": going.source}
    run(_ACCOUNTS, names)
    booked_now = run(_BOOK, names)
    going.outcome.entries.update(row[0] for row in booked_now)
    ledger_links.link_claims(booked_now, now=going.now)
    for row in rows:
        going.outcome.accounts.add(row[1])
        if row[11] is not None:  # its order's page shows the line
            going.touch(row[1], [row[11]])


def _entry(place: int, item: Item, dealer_id: int, orders: Mapping[str, OrderRef]) -> tuple[Any, ...]:
    record = item.record
    order = orders.get(record.order) if record.order else None
    order_id = order.id if order is not None and order.dealer_id == dealer_id else None
    return (
        *(place, dealer_id, record.currency, record.key, record.version, item.digest, record.kind, record.amount),
        *(record.booked_on, record.text, record.client, order_id, record.order or "", record.claim),
        *(None, item.received_at, item.batch_id),
    )


def _reversal(place: int, before: _Booked, item: Item) -> tuple[Any, ...]:
    """Takes back what was booked, on the same day, so that its month is right again."""
    return (
        *(place, before.dealer_id, before.currency, item.record.key, before.version, 0, before.kind, -before.amount),
        *(before.booked_on, before.text, before.client, before.order_id, before.order_key, before.claim_number),
        *(before.id, item.received_at, item.batch_id),
    )
