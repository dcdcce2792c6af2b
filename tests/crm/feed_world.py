"""Records that hypothesis draws for two sources of one plant, and what the database holds in the end."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from hypothesis import strategies as st

from apps.crm.feed.records import ItemRecord, Record, StopRecord
from tests.crm.feeding import (
    ACCOUNTS,
    PRODUCTION,
    START,
    a_dealer_record,
    a_delivery,
    a_piece,
    a_price,
    a_shipment,
    a_status,
    an_entry,
    an_order_record,
    at,
)

ORDERS, PIECES, DEALERS = ("A", "B"), ("A/1", "A/2", "B/1"), ("1", "2")
some_orders, some_pieces, some_dealers = map(st.sampled_from, (ORDERS, PIECES, DEALERS))
days = st.dates(date(2026, 10, 1), date(2026, 12, 31))
amounts = st.integers(-500, 500).map(lambda cents: str(Decimal(cents) / 100))
flags = st.sampled_from([None, True, False])
stages = st.sampled_from([None, "received", "accepted", "production", "made", "shipped", "delivered"])

# A draft is a source and a function from a version to a record.
Draft = tuple[str, Callable[..., Record], dict[str, Any]]


def drafts() -> st.SearchStrategy[Draft]:
    return st.one_of(_parents(), _of_orders(), _of_accounting(), _voyages())


def _draft(source: str, make: Callable[..., Record], **fields: Any) -> st.SearchStrategy[Draft]:
    return st.fixed_dictionaries(fields).map(lambda drawn: (source, make, drawn))


def _parents() -> st.SearchStrategy[Draft]:
    names = st.sampled_from(["Svitlo", "Vikna", "Skló"])
    currencies = st.sampled_from(["UAH", "EUR"])
    return st.one_of(
        _draft(PRODUCTION, _dealer, key=some_dealers, name=names, currency=currencies),
        _draft(ACCOUNTS, _dealer, key=some_dealers, name=names, currency=currencies),
        _draft(
            PRODUCTION, an_order_record, key=some_orders, dealer=some_dealers, reference=names,
            promised_on=st.none() | days,
        ),
        _draft(PRODUCTION, _piece, key=some_pieces, made=st.integers(0, 3), shipped=st.integers(0, 3)),
    )  # fmt: skip


def _of_orders() -> st.SearchStrategy[Draft]:
    return st.one_of(
        _draft(
            PRODUCTION, a_status, key=some_orders, stage=stages, on_hold=flags, cancelled=flags,
            made=st.none() | st.integers(0, 4), quantity=st.none() | st.just(4),
        ),
        _draft(PRODUCTION, a_delivery, key=some_orders, day=st.none() | days),
    )  # fmt: skip


def _of_accounting() -> st.SearchStrategy[Draft]:
    return st.one_of(
        _draft(ACCOUNTS, a_price, order=some_orders, amount=amounts),
        _draft(ACCOUNTS, _price_of_piece, piece=some_pieces, amount=amounts),
        _draft(
            ACCOUNTS, an_entry, key=st.sampled_from(["L-1", "L-2"]), amount=amounts, dealer=some_dealers,
            order=st.none() | some_orders, booked_on=days,
        ),
    )  # fmt: skip


def _voyages() -> st.SearchStrategy[Draft]:
    return _draft(
        PRODUCTION, _voyage, key=st.sampled_from(["S-1", "S-2"]), planned_on=days,
        dealers=st.lists(some_dealers, max_size=2, unique=True), orders=st.lists(some_orders, max_size=2, unique=True),
        state=st.sampled_from(["planned", "cancelled"]),
    )  # fmt: skip


def _dealer(key: str, version: int, **fields: Any) -> Record:
    return a_dealer_record(key, version, code=f"D-{key}", **fields)


def _piece(key: str, version: int, **fields: Any) -> Record:
    return a_piece(key, version, quantity=3, **fields)


def _price_of_piece(piece: str, version: int, amount: str) -> Record:
    return a_price(piece.split("/")[0], version, amount, construction=piece)


def _voyage(key: str, version: int, dealers: list[str], orders: list[str], **fields: Any) -> Record:
    stops = tuple(
        StopRecord(dealer=dealer, position=place, window_from=START + timedelta(days=version + place))
        for place, dealer in enumerate(dealers, 1)
    )
    return a_shipment(key, version, stops=stops, items=tuple(ItemRecord(order=order) for order in orders), **fields)


class Plants:
    """Makes records out of drafts, each newer than the one of the same name before, and later in time."""

    def __init__(self) -> None:
        self._versions: dict[tuple[Any, ...], int] = {}
        self._moments = itertools.count(1)

    def send(self, draft: Draft) -> tuple[str, Record]:
        source, make, fields = draft
        thing = source, make, *(fields.get(name) for name in ("key", "piece") if name in fields)
        if make is a_price:
            thing = *thing, fields["order"]
        version = self._versions[thing] = self._versions.get(thing, 0) + 1
        record: Any = make(version=version, **fields)
        if make not in (a_delivery,):
            record = type(record)(**{name: getattr(record, name) for name in record.__struct_fields__} | {
                "happened_at": at(next(self._moments))
            })  # fmt: skip
        return source, record


# Left out: when something was received or changed with us, ids, and whether it came late.
_HELD = {
    "dealers": "SELECT code, name, city, is_active, cardinality(plant_ids) FROM crm_dealer",
    "contacts": "SELECT e.display_name FROM crm_dealer d JOIN contacts_entity e ON e.id = d.entity_id",
    "refs": "SELECT r.source, r.external_id, d.code, r.version FROM crm_externalref r JOIN crm_dealer d"
    " ON d.id = r.object_id",
    "accounts": "SELECT d.code, a.currency, a.version FROM crm_dealerplant a JOIN crm_dealer d ON d.id = a.dealer_id",
    "orders": "SELECT o.plant_key, d.code, o.reference, o.approved_at, o.identity_version, to_jsonb(s) - 'changed_at'"
    " - 'order_id' - 'dealer_id' - 'plant_id' FROM crm_order o JOIN crm_orderstate s ON s.order_id = o.id"
    " JOIN crm_dealer d ON d.id = o.dealer_id AND d.id = s.dealer_id",
    "pieces": "SELECT c.plant_key, o.plant_key, d.code, c.made, c.shipped, c.version, p.amount, p.version"
    " FROM crm_construction c JOIN crm_order o ON o.id = c.order_id JOIN crm_dealer d ON d.id = c.dealer_id"
    " LEFT JOIN crm_constructionprice p ON p.construction_id = c.id AND p.dealer_id = d.id",
    "money": "SELECT o.plant_key, d.code, m.amount, m.version, m.as_of FROM crm_ordermoney m"
    " JOIN crm_order o ON o.id = m.order_id JOIN crm_dealer d ON d.id = m.dealer_id",
    "history": "SELECT e.source, split_part(e.record, '@', 1), o.plant_key, d.code, e.version, e.kind, e.what,"
    " e.is_money, e.happened_at FROM crm_orderevent e JOIN crm_order o ON o.id = e.order_id"
    " JOIN crm_dealer d ON d.id = e.dealer_id",
    "entries": "SELECT e.key, e.version, d.code, e.amount, e.booked_on, o.plant_key FROM crm_ledgerentry e"
    " JOIN crm_dealer d ON d.id = e.dealer_id LEFT JOIN crm_order o ON o.id = e.order_id"
    " WHERE e.reverses_id IS NULL AND NOT EXISTS (SELECT FROM crm_ledgerentry r WHERE r.reverses_id = e.id)",
    "balances": "SELECT d.code, m.currency, m.month, m.charged + m.paid FROM crm_ledgermonth m"
    " JOIN crm_dealer d ON d.id = m.dealer_id WHERE m.charged + m.paid <> 0",
    "voyages": "SELECT s.plant_key, s.version, s.state, s.planned_on, s.route, cardinality(s.dealer_ids), (SELECT"
    " array_agg(o.plant_key || coalesce(t.position, 0) || d.code ORDER BY o.plant_key) FROM crm_shipmentitem i"
    " JOIN crm_order o ON o.id = i.order_id JOIN crm_dealer d ON d.id = i.dealer_id"
    " LEFT JOIN crm_shipmentstop t ON t.id = i.stop_id WHERE i.shipment_id = s.id) FROM crm_shipment s",
    "waiting": "SELECT source, record, version, wanted FROM crm_waiting",
    "told": "SELECT o.plant_key, a.verb, a.occurred_at, d.code, l.entity_id = d.entity_id FROM activities_activity a"
    " JOIN crm_order o ON o.id = a.context_id JOIN crm_dealer d ON d.entity_id = a.shown_to_id"
    " JOIN activities_activityentity l ON l.activity_id = a.id"
    " WHERE a.context_type = 'crm.order' AND a.removed_at IS NULL",
}


def held() -> dict[str, list[str]]:
    """All that the feed wrote, by the plants' own keys, in an order of its own."""
    found = {}
    with connection.cursor() as cursor:
        for name, question in _HELD.items():
            cursor.execute(question)
            found[name] = sorted(map(str, cursor.fetchall()))
    return found
