"""Bodies of batches: what is read of them, and why nothing is."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from apps.sync.formats import Unreadable, read_body

BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>
<x>&b;</x>"""
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


def test_json_is_counted_and_vouched_for():
    reading = read_body(b'\xef\xbb\xbf{"as_of": "2026-11-02T09:00:00Z", "records": [{"a": 1}, 5]}', "application/json")

    assert (len(reading.records), reading.as_of) == (2, datetime(2026, 11, 2, 9, tzinfo=UTC))
    assert len(read_body(b"[{}, {}]", "application/json").records) == 2


def test_one_record_that_spoils_the_json_leaves_the_others():
    reading = read_body(b'{"records": [{"a": "\\ud800"}, {"a": 1}]}', "application/json; charset=utf-8")

    assert len(reading.records) == 2


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "isn't readable as JSON"),
        (b'{"records": [{"a":', "isn't readable as JSON"),
        (b'{"records": [{"a": "\x00"}]}', "isn't readable as JSON"),
        (b'{"record": []}', "no batch of records"),
        (b'{"records": [' + b"[" * 100_000 + b"]" * 100_000 + b"]}", "nested too deeply"),
        (b'{"as_of": "yesterday", "records": []}', "no batch of records"),
    ],
)
def test_json_that_is_no_batch_says_why(body, words):
    with pytest.raises(Unreadable) as raised:
        read_body(body, "application/json")

    assert words in str(raised.value)


def test_lines_and_tables():
    lines = read_body(
        b'{"as_of": "2026-11-02T09:00:00Z"}\n{"a": 1}\n\n{"a": 2}\n', "application/x-ndjson; table=prices"
    )
    table = read_body("номер;сума\nA-1;5\n\nA-2;\n".encode("cp1251"), "text/csv")

    assert (len(lines.records), lines.as_of is not None, lines.table) == (2, True, "prices")
    assert table.records == [{"номер": "A-1", "сума": "5"}, {"номер": "A-2"}]
    with pytest.raises(Unreadable, match="name the columns"):
        read_body(b"a,a\n1,2\n", "text/csv")
    with pytest.raises(Unreadable, match="Nothing here reads image/png"):
        read_body(b"x", "image/png")


@pytest.mark.parametrize("body", [BOMB, OUTSIDE])
def test_entities_are_not_let_in(body):
    with pytest.raises(Unreadable, match="entities or a document type"):
        read_body(body, "application/xml")


def test_xml_that_is_broken_or_something_else_says_so():
    with pytest.raises(Unreadable, match="can't be read"):
        read_body(b"<a><b></a>", "text/xml")
    with pytest.raises(Unreadable, match="no CommerceML"):
        read_body(b"<feed/>", "text/xml")
    with pytest.raises(Unreadable, match="can't be read"):
        read_body(b'<?xml version="1.0" encoding="no-such"?><a/>', "text/xml")


@pytest.mark.corpus
def test_every_real_commerceml_is_read_or_refused_with_its_reason(corpus: Path):
    expected = json.loads((corpus / "expected.json").read_text())
    refused = []
    for path in sorted((corpus / "commerceml").rglob("*.xml")):
        wanted = expected[str(path.relative_to(corpus))]
        counts = {name: wanted.get(name, 0) for name in ("documents", "counterparties", "offers")}
        try:
            reading = read_body(path.read_bytes(), "application/xml")
        except Unreadable as error:
            assert not any(counts.values())
            refused.append(str(error))
            continue
        kinds = Counter(record["doc"] for record in reading.records if isinstance(record, dict))
        assert (kinds["document"], kinds["counterparty"], kinds["offer"]) == tuple(counts.values())
        assert wanted.get("first_document_sum", None) in [
            None, *(record["amount"] for record in reading.records if isinstance(record, dict) and "amount" in record)
        ]  # fmt: skip

    assert len(refused) == 5
    assert all("no orders, prices or counterparties" in reason for reason in refused)
