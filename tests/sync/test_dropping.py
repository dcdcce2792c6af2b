"""Folders into which plants drop files: each is taken in once, or refused with its reason, whatever it is."""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from apps.core import clock
from apps.sync.connectors.files import client
from apps.sync.formats import read_body
from apps.sync.models import Batch, BatchBody, Rejection, Source
from apps.sync.services.polling import poll
from tests.sync.factories import a_source, dealer, order
from tests.sync.test_formats import BOMB

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:
    settings.RAPPORT_FEED_FOLDERS = [str(tmp_path / "plants")]
    found = tmp_path / "plants" / "prices"
    found.mkdir(parents=True)
    return found


def dropping(folder: Path | str, **fields) -> Source:
    return a_source("kyiv-prices", kind=Source.Kind.DROP, settings={"folder": str(folder)}, **fields)


def in_a_moment() -> datetime:
    """Files that the test has just written are whole by then."""
    return clock.now() + timedelta(seconds=2)


def read(source: Source) -> Source:
    poll(source_id=source.pk, at=in_a_moment)
    source.refresh_from_db()
    return source


def drop(folder: Path, name: str, *records: object, at: int = 0) -> Path:
    path = folder / name
    path.write_text("".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records))
    if at:
        os.utime(path, (at, at))
    return path


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"done", "refused"}


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_files_are_taken_in_oldest_first_and_moved_away(folder):
    drop(folder, "prices-2.jsonl", order(), at=2000)
    drop(folder, "ціни-1.jsonl", dealer(), dealer("1002"), at=1000)
    (folder / "prices-3.csv").write_text("unit;price\nA-1/1;5\n")

    source = read(dropping(folder))

    batches = list(Batch.objects.order_by("pk"))
    assert [(batch.content_type, batch.records) for batch in batches] == [
        ("application/x-ndjson; table=ціни", 2),
        ("application/x-ndjson; table=prices", 1),
        ("text/csv; table=prices", 1),
    ]
    body = bytes(BatchBody.objects.get(batch_id=batches[0].pk).body)
    assert read_body(body, batches[0].content_type).table == "ціни"
    assert (left(folder), len(names(folder / "done"))) == (set(), 3)
    assert source.poll_error == ""


def test_a_name_that_begins_with_no_table_is_read_without_one(folder):
    for name in (f"{'t' * 31}-1.csv", "-2.csv"):
        (folder / name).write_bytes(b"a\n1\n")

    read(dropping(folder))

    assert list(Batch.objects.values_list("content_type", flat=True)) == ["text/csv", "text/csv"]


def test_a_file_that_is_dropped_twice_counts_once_and_nothing_is_written_over(folder):
    source = dropping(folder)
    for _twice in range(2):
        drop(folder, "prices-1.jsonl", dealer())
        read(source)
    drop(folder, "prices-1.jsonl", dealer(version=2))
    read(source)

    assert Batch.objects.count() == 2
    assert names(folder / "done") == {"prices-1.jsonl", "prices-1.2.jsonl", "prices-1.3.jsonl"}


def test_a_worker_killed_after_the_commit_leaves_a_file_that_counts_once(folder, monkeypatch):
    source = dropping(folder)
    drop(folder, "prices-1.jsonl", dealer())
    with monkeypatch.context() as killing:
        killing.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            poll(source_id=source.pk, at=in_a_moment)
    assert (Batch.objects.count(), left(folder)) == (1, {"prices-1.jsonl"})

    read(source)

    assert (Batch.objects.count(), names(folder / "done")) == (1, {"prices-1.jsonl"})


def test_a_worker_killed_before_the_commit_leaves_the_file_for_the_next_one(folder):
    source = dropping(folder, max_bytes=400)
    drop(folder, "prices-1.jsonl", *[dealer(str(number)) for number in range(1000, 1010)])
    seen = 0

    def killed(execute, sql, params, many, context):
        nonlocal seen
        if "INSERT" in sql and "sync_batchbody" in sql:
            seen += 1
            if seen == 2:
                raise SystemExit
        return execute(sql, params, many, context)

    with pytest.raises(SystemExit), connection.execute_wrapper(killed):
        poll(source_id=source.pk, at=in_a_moment)
    assert (Batch.objects.count(), left(folder)) == (0, {"prices-1.jsonl"})

    read(source)

    assert sum(Batch.objects.values_list("records", flat=True)) == 10


def test_what_is_still_being_written_is_left(folder):
    for name in (".prices-1.jsonl", "prices-2.jsonl.part", "prices-3.TMP"):
        drop(folder, name, dealer())
    source = dropping(folder)
    drop(folder, "prices-4.jsonl", dealer(), at=1000)  # its date is old, but it came this very moment

    poll(source_id=source.pk)
    assert len(left(folder)) == 4
    read(source)

    assert (Batch.objects.count(), len(left(folder))) == (1, 3)


def test_large_files_become_several_batches_between_their_records(folder):
    head = {"as_of": "2026-11-02T09:00:00+00:00"}
    drop(folder, "dealers-1.jsonl", head, *[dealer(str(number)) for number in range(1000, 1030)])
    rows = "".join(f'A-{number};"one\ntwo; three"\n' for number in range(30))
    (folder / "texts-2.csv").write_bytes(f"unit;text\n{rows}".encode("cp1251"))

    read(dropping(folder, max_bytes=500))

    batches = list(Batch.objects.order_by("pk"))
    assert all(batch.size <= 500 for batch in batches)
    lines = [batch for batch in batches if "ndjson" in batch.content_type]
    assert (sum(batch.records for batch in lines), {batch.as_of is not None for batch in lines}) == (30, {True})
    tables = [batch for batch in batches if "csv" in batch.content_type]
    found = [
        record["text"]
        for batch in tables
        for record in read_body(bytes(BatchBody.objects.get(batch_id=batch.pk).body), "text/csv").records
        if isinstance(record, dict)
    ]
    assert found == ["one\ntwo; three"] * 30
    assert len(tables) > 1


def test_what_can_t_be_taken_in_is_refused_with_its_reason_and_the_rest_goes_on(folder, monkeypatch):
    monkeypatch.setattr(client, "LARGEST", 10_000)
    (folder / "orders-1.xml").write_bytes(BOMB)
    (folder / "orders-2.json").write_bytes(b'{"records": [{')
    (folder / "orders-3.exe").write_bytes(b"MZ")
    (folder / "orders-4.json").write_bytes(b"[" + b"{}," * 500 + b"{}]")
    (folder / "orders-5.jsonl").write_bytes(b"x" * 10_001)
    (folder / "orders-7.csv").write_bytes(b"a,a\n1,2\n")
    (folder / "orders\n8.csv").write_bytes(b"a\n1\n")
    (folder / os.fsdecode(b"orders-\xff.csv")).write_bytes(b"a\n1\n")
    (folder / f"orders-{'n' * 240}.html").write_bytes(b"a\n1\n")
    (folder / "orders-10.csv").symlink_to("/etc/passwd")
    os.mkfifo(folder / "orders-11.csv")
    drop(folder, "orders-12.jsonl", dealer())
    (folder / "subfolder").mkdir()

    source = read(dropping(folder, max_bytes=1000))

    assert source.poll_error == ""
    assert left(folder) == {"subfolder"}
    assert names(folder / "done") == {"orders-12.jsonl"}
    reasons = {path.name: path.read_text() for path in (folder / "refused").iterdir() if path.name.endswith(".txt")}
    assert len(reasons) == 11
    assert "entities or a document type" in reasons["orders-1.xml.txt"]
    assert "isn't readable as JSON" in reasons["orders-2.json.txt"]
    assert "has to end in one of" in reasons["orders-3.exe.txt"]
    assert "at most 1,000 are taken" in reasons["orders-4.json.txt"]
    assert "at most 10,000 are read" in reasons["orders-5.jsonl.txt"]
    assert "name the columns" in reasons["orders-7.csv.txt"]
    assert "can't be printed" in reasons["orders\n8.csv.txt"]
    assert "a link, a pipe or a device" in reasons["orders-10.csv.txt"]
    assert "a link, a pipe or a device" in reasons["orders-11.csv.txt"]
    assert {batch.state for batch in Batch.objects.all()} == {"refused", "waiting"}
    assert Rejection.objects.count() == 3  # the bomb, the half JSON, the columns: what the inbox has seen
    assert not any("root:" in bytes(body).decode() for body in BatchBody.objects.values_list("body", flat=True))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("absent", "no 'absent' in the folders"),
        ("/etc", "no '/etc' in the folders"),
        ("../..", "in the folders"),
        ("prices/link", "in the folders"),
        ("prices/file.txt", "is no folder"),
        ("prices\x00", "in the folders"),
        ("", "name no folder"),
    ],
)
def test_a_folder_that_isn_t_there_or_not_ours_is_said_in_words(folder, name, words):
    (folder / "link").symlink_to("/etc")
    (folder / "file.txt").write_text("")
    source = dropping("x")
    source.settings = {"folder": name.replace("\x00", "\\u0000")}
    source.save()

    assert words in read(source).poll_error
    assert source.poll_failures == 1


def test_a_done_folder_that_leads_elsewhere_is_not_used(folder, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (folder / "done").symlink_to(tmp_path / "elsewhere")
    drop(folder, "prices-1.jsonl", dealer())

    assert "done is a link" in read(dropping(folder)).poll_error
    assert not Batch.objects.exists()


def test_a_relative_folder_is_looked_for_where_the_operator_said(folder):
    drop(folder, "prices-1.jsonl", dealer())

    read(dropping("prices"))

    assert Batch.objects.count() == 1


def test_a_source_that_rests_leaves_its_files(folder):
    drop(folder, "prices-1.jsonl", dealer())

    read(dropping(folder, state=Source.State.STOPPED))

    assert (Batch.objects.count(), left(folder)) == (0, {"prices-1.jsonl"})


@pytest.mark.corpus
def test_the_real_commerceml_files_are_read_or_refused_with_a_reason(folder, corpus):
    expected = json.loads((corpus / "expected.json").read_text())
    paths = sorted((corpus / "commerceml").rglob("*.xml"))
    wanted = Counter[str]()
    for number, path in enumerate(paths):
        (folder / f"exchange-{number}.xml").write_bytes(path.read_bytes())
        counts = expected[str(path.relative_to(corpus))]
        wanted += Counter({name: counts.get(name, 0) for name in ("documents", "counterparties", "offers")})

    source = read(dropping(folder))

    kinds = Counter(
        record["doc"]
        for batch in Batch.objects.filter(state=Batch.State.WAITING)
        for record in read_body(bytes(BatchBody.objects.get(batch_id=batch.pk).body), batch.content_type).records
        if isinstance(record, dict)
    )
    assert (kinds["document"], kinds["counterparty"], kinds["offer"]) == tuple(
        wanted[name] for name in ("documents", "counterparties", "offers")
    )
    refused = [path for path in (folder / "refused").iterdir() if path.suffix == ".txt"]
    assert len(refused) == 5
    assert all("no orders, prices or counterparties" in path.read_text() for path in refused)
    assert len(names(folder / "done")) == len(paths) - 5
    assert (source.poll_error, left(folder)) == ("", set())
