"""How a source's words become ours, and what is said where they don't fit."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from apps.crm.feed.records import ConstructionRecord, LedgerRecord, OrderStatusRecord
from apps.sync.mapping import Skipped, to_ours
from apps.sync.mapping_checks import check_mapping
from apps.sync.schemas import Misfit, convert, decode, json_schema
from apps.sync.simulator.dialects import kyiv, lutsk

HEAD = {"version": {"from": "rev"}, "happened_at": {"from": "at", "format": "%d.%m.%Y %H:%M", "zone": "Europe/Kyiv"}}
STATES = {
    "type": "kind",
    "records": {
        "S": {
            "to": "order_status",
            "fields": {
                **HEAD,
                "key": {"from": "order.no", "strip_prefix": "K-", "prefix": "kyiv-"},
                "stage": {"from": "state", "words": {"1": "accepted", "2": "production"}},
            },
        },
        "NOISE": {"skip": True},
    },
}
STATE = {"kind": "S", "rev": 5, "at": "02.11.2026 11:30", "order": {"no": "K-17"}, "state": 2}


def mapped(record: dict, mapping: dict = STATES, table: str = ""):
    return convert(to_ours(json.dumps(record).encode(), mapping, table))


def test_words_prefixes_and_local_times_become_ours():
    assert mapped(STATE) == OrderStatusRecord(
        key="kyiv-17", version=5, happened_at=datetime(2026, 11, 2, 9, 30, tzinfo=UTC), stage="production"
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"state": "Z"}, "stage (from state): the mapping has no word for 'Z'"),
        ({"order": {}}, "key: the field order.no is missing"),
        ({"at": "2026-11-02"}, "happened_at (from at): '2026-11-02' isn't written as %d.%m.%Y %H:%M"),
        ({"rev": "five"}, "version"),
        ({"rev": -5}, "version: Expected 'int' >= 1 (it is -5)"),
        ({"kind": "?"}, "kind: the mapping knows no records of the kind '?'"),
        ({"kind": None}, "kind: the mapping knows no records of the kind 'None'"),
    ],
)
def test_what_does_not_fit_names_field_and_value(change, words):
    with pytest.raises(Misfit) as raised:
        mapped(STATE | change)

    assert words in str(raised.value)


def test_records_without_their_kind_and_those_that_are_no_objects_are_misfits():
    with pytest.raises(Misfit, match="kind: this field"):
        mapped({"rev": 1})
    with pytest.raises(Misfit, match="an object, not 5"):
        to_ours(b"5", STATES)


def test_records_that_the_mapping_leaves_out_are_skipped():
    with pytest.raises(Skipped):
        to_ours(b'{"kind": "NOISE"}', STATES)


def test_tables_cents_and_counts_of_seconds():
    row = {
        "__table__": "operations",
        "op_id": "7",
        "contractor_id": "5001",
        "kind": "PAY",
        "kopecks": -123450,
        "day": "2026-11-02",
        "order_no": None,
        "claim": None,
        "payer": None,
        "changed": 1793612345000001,
    }

    entry = mapped({**row, "__table": "operations"}, dict(kyiv.setups[1].mapping))

    assert isinstance(entry, LedgerRecord)
    assert (entry.key, entry.amount, entry.version) == ("op-7", Decimal("-1234.5"), 1793612345000001)
    assert (entry.booked_on, entry.order, entry.claim) == (date(2026, 11, 2), None, "")
    assert entry.happened_at == datetime.fromtimestamp(1793612345, UTC).replace(microsecond=1)


def test_a_file_is_of_the_table_that_it_is_named_after():
    line = {"unit": "K-1/1", "order": "K-1", "price": "99.90", "changed": "2026-11-02T09:00:00+00:00"}

    price = mapped(line, dict(kyiv.setups[2].mapping), "prices")

    assert (price.key, price.amount) == ("price-K-1/1", Decimal("99.90"))
    with pytest.raises(Misfit, match="table: the mapping knows no records of the kind 'stock'"):
        mapped(line, dict(kyiv.setups[2].mapping), "stock")


@pytest.mark.parametrize("dialect", [kyiv, lutsk])
def test_the_mappings_of_the_played_plants_are_right(dialect):
    assert [check_mapping(dict(setup.mapping)) for setup in dialect.setups] == [[], [], []]


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ([], "A mapping is an object"),
        ({"kind": "x"}, "There is no place for 'kind'"),
        ({"type": "k", "records": {}}, "records: say at least"),
        ({"type": "k", "records": {"A": {"to": "window", "fields": {}}}}, "records.A.to: 'window' is none of dealer,"),
        ({"type": "k", "records": {"A": {"to": "price", "fields": {"sum": "x"}}}}, "price has no field 'sum'"),
        ({"type": "k", "records": {"A": {"to": "price", "fields": {}}}}, "records.A.fields: 'amount' is missing"),
        (
            {"type": "k", "records": {"A": {"to": "price", "fields": {"amount": {"from": "x", "factor": "a lot"}}}}},
            "records.A.fields.amount.factor: 'a lot' can't stand here",
        ),
        (
            {"type": "k", "records": {"A": {"to": "price", "fields": {"amount": {"from": "x", "zone": "Mars"}}}}},
            "records.A.fields.amount.zone",
        ),
        (
            {"type": "k", "records": {"A": {"to": "price", "fields": {"amount": {"frm": "x"}}}}},
            "records.A.fields.amount: there is no place for 'frm'",
        ),
    ],
)
def test_nonsense_in_a_mapping_is_told_with_its_place(mapping, words):
    assert words in " ".join(check_mapping(mapping))


CANONICAL = {
    "type": "dealer",
    "key": "7",
    "version": 1,
    "happened_at": "2026-11-02T09:00:00Z",
    "code": "D",
    "name": "W",
}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (CANONICAL | {"version": "1"}, "version: Expected 'int', got 'str'"),
        (CANONICAL | {"happened_at": "2026-11-02T09:00:00"}, "happened_at: Expected 'datetime' with a timezone"),
        (CANONICAL | {"happened_at": "0001-01-01T00:00:00+14:00"}, "no date of our times"),
        (CANONICAL | {"name": "a\x00b"}, "name: this text has signs in it that can't be kept"),
        (CANONICAL | {"credit_limit": "NaN"}, "credit_limit: NaN is no amount"),
        (CANONICAL | {"shoe_size": 43}, "unknown field 'shoe_size'"),
        (CANONICAL | {"type": "window"}, "type: Invalid value 'window'"),
        (CANONICAL | {"version": 10**30}, "version"),
        ({"type": "construction", "key": "1", "version": 1, "happened_at": "2026-11-02T09:00:00Z", "order": "1",
          "position": 1, "quantity": -2}, "quantity: Expected 'int' >= 1 (it is -2)"),
        ("text", "Expected 'object', got 'str'"),
    ],
)  # fmt: skip
def test_a_record_of_our_words_that_breaks_the_format_is_a_misfit(raw, words):
    with pytest.raises(Misfit) as raised:
        decode(json.dumps(raw).encode())

    assert words in str(raised.value)


def test_records_that_no_parser_takes_are_misfits():
    with pytest.raises(Misfit, match="isn't UTF-8"):
        decode(b'{"type":"dealer","key":"\xff"}')
    with pytest.raises(Misfit, match="nested too deeply"):
        to_ours(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", STATES)


def test_a_scheme_passes_as_it_is():
    drawing = {"width": 1400, "height": 1300, "parts": []}
    fields = {"key": "k", "version": {"value": 1}, "happened_at": "at", "order": "o", "position": {"value": 1}}
    mapping = {"type": "t", "records": {"U": {"to": "construction", "fields": {**fields, "scheme": {"scheme": "d"}}}}}

    unit = mapped({"t": "U", "k": "1", "at": "2026-11-02T09:00:00Z", "o": "A", "d": drawing}, mapping)

    assert isinstance(unit, ConstructionRecord)
    assert unit.scheme is not None
    assert unit.scheme.width == 1400


def test_the_schema_names_every_kind_of_record():
    schema = json_schema()

    assert set(schema["discriminator"]["mapping"]) >= {"dealer", "order", "order_status", "ledger_entry", "price"}
