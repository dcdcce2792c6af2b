"""Databases that we read: SQLite files and a second Postgres, row by row beyond the cursor, come what may."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.conf import settings as house
from django.db import connection

from apps.core import clock, secrets
from apps.sync import jobs
from apps.sync.models import Batch, BatchBody, Source
from apps.sync.services.polling import begin_due_polls, poll
from apps.sync.services.receiving import receive_batch
from tests.sync.factories import a_source
from tests.sync.forwarder import Forwarder

pytestmark = pytest.mark.django_db

TABLES = {"operations": {"cursor": ["row_id"]}}
SECOND = "rapport_test_books"


@pytest.fixture
def books(tmp_path: Path, settings) -> Path:
    """An accounting database in the folder that the operator allowed."""
    (tmp_path / "plants").mkdir()
    settings.RAPPORT_FEED_FOLDERS = [str(tmp_path / "plants")]
    path = tmp_path / "plants" / "books.sqlite3"
    run(
        path, "PRAGMA journal_mode = WAL", "CREATE TABLE operations (row_id INTEGER PRIMARY KEY, amount TEXT, day DATE)"
    )
    return path


def run(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as opened, opened:
        for statement in statements:
            opened.execute(statement)


def book(path: Path, *amounts: str) -> None:
    with closing(sqlite3.connect(path)) as opened, opened:
        opened.executemany(
            "INSERT INTO operations (amount, day) VALUES (?, '2026-11-02')", [(each,) for each in amounts]
        )


def reading(url: str | Path, tables: dict[str, Any] | None = None, **fields: Any) -> Source:
    text = f"sqlite:///{url}" if isinstance(url, Path) else url
    values = {"kind": Source.Kind.PULL, "settings": {"tables": TABLES if tables is None else tables}} | fields
    return a_source("kyiv-books", database_url=secrets.encrypt(text), **values)


def read(source: Source) -> Source:
    poll(source_id=source.pk)
    source.refresh_from_db()
    return source


def records() -> list[dict[str, Any]]:
    bodies = BatchBody.objects.filter(batch_id__in=Batch.objects.values("pk")).order_by("batch_id")
    return [record for each in bodies for record in json.loads(bytes(each.body))["records"]]


def test_rows_beyond_the_cursor_become_batches_and_none_comes_twice(books):
    book(books, "12.50", "7.00")
    source = read(reading(books))
    book(books, "1.00")
    read(read(source))

    assert [(record["__table"], record["row_id"], record["amount"]) for record in records()] == [
        ("operations", 1, "12.50"),
        ("operations", 2, "7.00"),
        ("operations", 3, "1.00"),
    ]
    assert source.cursor == {"operations": [3]}
    assert source.poll_error == ""
    assert records()[0]["day"] == "2026-11-02"


def test_many_rows_come_in_portions_of_rows_and_of_bytes(books):
    book(books, *["1"] * 25, *["x" * 400] * 5)

    source = read(reading(books, {"operations": {"cursor": ["row_id"], "limit": 10}}, max_bytes=1500))

    assert [batch.records for batch in Batch.objects.order_by("pk")] == [10, 10, 7, 2, 1]
    assert all(batch.size <= 1500 for batch in Batch.objects.all())
    assert len(records()) == 30
    assert source.cursor == {"operations": [30]}


def test_a_row_larger_than_a_batch_is_not_lost(books):
    book(books, "x" * 5000, "1")

    read(reading(books, max_bytes=1000))

    assert [record["row_id"] for record in records()] == [1, 2]


def test_cursors_of_several_columns_compare_as_one(books):
    run(
        books,
        'CREATE TABLE "odd ""name" (changed TEXT, "order" INTEGER, secret TEXT)',
        """INSERT INTO "odd ""name" VALUES ('b', 1, 's'), ('a', 2, 's'), ('a', 1, 's'), ('c', 0, 's')""",
    )
    tables = {'odd "name': {"cursor": ["changed", "order"], "columns": ["order"], "limit": 2}}

    source = read(reading(books, tables))

    assert [(record["changed"], record["order"]) for record in records()] == [("a", 1), ("a", 2), ("b", 1), ("c", 0)]
    assert not any("secret" in record for record in records())
    assert source.cursor == {'odd "name': ["c", 0]}


def test_a_worker_killed_before_the_commit_leaves_cursor_and_inbox_as_they_were(books):
    book(books, "1", "2")
    source = reading(books)

    def killed(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and "sync_source" in sql:
            raise SystemExit
        return execute(sql, params, many, context)

    with pytest.raises(SystemExit), connection.execute_wrapper(killed):
        poll(source_id=source.pk)

    source.refresh_from_db()
    assert (source.cursor, Batch.objects.count()) == ({}, 0)
    assert read(source).cursor == {"operations": [2]}
    assert [record["row_id"] for record in records()] == [1, 2]


def test_nothing_new_is_a_sign_of_life_now_and_then(books):
    source = reading(books)
    before = clock.now()
    read(read(source))

    batch = Batch.objects.get()
    assert (batch.records, batch.as_of is not None and batch.as_of >= before) == (0, True)
    poll(source_id=source.pk, at=lambda: clock.now() + timedelta(minutes=1))
    assert Batch.objects.count() == 2


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"nowhere": {"cursor": ["row_id"]}}, "no table or view 'nowhere'"),
        ({"operations": {"cursor": ["rowid_x"]}}, "no column 'rowid_x'; it has row_id, amount, day"),
        ({"operations": {"cursor": ["row_id"], "columns": ["amount; DROP TABLE operations"]}}, "no column"),
        ({"operations": {"cursor": []}}, '"cursor": ["column", ...]'),
        ({"operations": 5}, '"cursor": ["column", ...]'),
        ({}, "name no tables"),
    ],
)
def test_what_the_settings_name_wrongly_is_said_in_words(books, tables, words):
    source = read(reading(books, tables))

    assert words in source.poll_error
    assert source.poll_failures == 1
    assert not Batch.objects.exists()


def test_one_table_in_trouble_leaves_the_others(books):
    book(books, "1")

    source = read(reading(books, {"absent": {"cursor": ["x"]}, **TABLES}))

    assert "absent" in source.poll_error
    assert len(records()) == 1


def test_a_row_without_a_cursor_is_not_passed_over_in_silence(books):
    run(books, "CREATE TABLE notes (stamp INTEGER, text TEXT)", "INSERT INTO notes VALUES (NULL, 'lost')")

    assert "nothing in stamp" in read(reading(books, {"notes": {"cursor": ["stamp"]}})).poll_error


def test_bad_letters_and_odd_values_come_as_text(books):
    run(books, "INSERT INTO operations VALUES (1, CAST(x'ff41' AS TEXT), 'garbage'), (2, x'0102', 1e999)")

    read(reading(books))

    assert [(record["amount"], record["day"]) for record in records()] == [("\ufffdA", "garbage"), ("AQI=", "inf")]


# --- what an address may reach ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:////etc/passwd", "no '/etc/passwd' in the folders"),
        ("sqlite:///../outside.sqlite3", "in the folders"),
        ("sqlite:///link.sqlite3", "in the folders"),
        ("sqlite:///absent.sqlite3", "in the folders"),
        ("sqlite:///:memory:", "in the folders"),
        ("sqlite://", "address of an SQLite file"),
        ("sqlite:///file:/etc/passwd?uri=true", "options that are not let in: uri"),
        ("postgresql://u:hunter2@127.0.0.1:5432/x", "private network"),
        ("postgresql://u:hunter2@localhost/x", "private network"),
        ("postgresql://u:hunter2@[::ffff:10.0.0.1]/x", "private network"),
        ("postgresql:///x", "names no host"),
        ("postgresql://u:hunter2@/x?host=/var/run", "options that are not let in: host"),
        ("postgresql://u:hunter2@192.0.2.1/x?hostaddr=10.0.0.1", "options that are not let in: hostaddr"),
        ("postgresql://u:hunter2@nowhere.invalid/x", "can't be found"),
        ("cobol://u:hunter2@example.com/x", "no driver"),
        ("hunter2", "can't be read"),
    ],
)
def test_an_address_leads_into_no_other_file_and_no_private_network(books, url, words):
    outside = books.parent.parent / "outside.sqlite3"
    run(outside, "CREATE TABLE operations (row_id INTEGER)")
    (books.parent / "link.sqlite3").symlink_to(outside)

    source = read(reading(url))

    assert words in source.poll_error
    assert "hunter2" not in source.poll_error


def test_a_file_that_is_no_database_is_said_so(books):
    books.write_bytes(b"garbage" * 1000)

    assert "file is not a database" in read(reading(books)).poll_error


def test_a_secret_that_no_key_opens_is_said_so(books):
    source = reading(books)
    Source.objects.update(database_url="gibberish")

    assert "enter it again" in read(source).poll_error


# --- a second Postgres ------------------------------------------------------------------------------------------------
def another(database: str) -> Any:
    """A connection of its own, as the owner of our tables."""
    own = connection.settings_dict
    return psycopg2.connect(
        host=own["HOST"], port=own["PORT"] or None, user=own["USER"], password=own["PASSWORD"], dbname=database
    )


@pytest.fixture
def second() -> Iterator[Any]:
    """A database of its own beside ours, made by the owner."""
    with closing(another("postgres")) as server:
        server.autocommit = True
        with server.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {SECOND} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {SECOND}")
        with closing(another(SECOND)) as opened:
            opened.autocommit = True
            with opened.cursor() as cursor:
                yield cursor
        with server.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {SECOND} WITH (FORCE)")


def address(port: int) -> str:
    own = connection.settings_dict
    return f"postgresql://{own['USER']}:{own['PASSWORD']}@localhost:{port}/{SECOND}"


def test_a_postgres_is_read_with_its_types_and_goes_away_and_comes_back(second, settings):
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8", "::1/128"]
    second.execute("CREATE SCHEMA acc")
    second.execute(
        "CREATE TABLE acc.base (changed timestamptz, id bigint, sum numeric(12,2), extra jsonb, span interval)"
    )
    second.execute("CREATE VIEW acc.ops AS SELECT * FROM acc.base")
    insert = "INSERT INTO acc.base VALUES ('2026-11-02 11:30+02', %s, %s, '{\"a\": [1]}', '90 seconds')"
    second.execute(insert, [1, "0.10"])
    tables = {"acc.ops": {"cursor": ["changed", "id"], "limit": 1}}
    with Forwarder(house.DATABASES["default"]) as way:
        source = read(reading(address(way.port), tables))
        assert source.poll_error == ""
        second.execute(insert, [2, "1000000.00"])
        read(source)
    away = read(source)
    assert "can't be read" in away.poll_error
    assert (away.poll_failures, away.cursor["acc.ops"][1]) == (1, 2)

    second.execute(insert, [3, "NaN"])
    with Forwarder(house.DATABASES["default"], way.port):
        back = read(source)

    assert (back.poll_error, back.poll_failures) == ("", 0)
    assert [(record["id"], record["sum"]) for record in records()] == [(1, "0.10"), (2, "1000000.00"), (3, "NaN")]
    first = records()[0]
    assert (first["extra"], first["span"], first["__table"]) == ({"a": [1]}, "90", "acc.ops")
    assert first["changed"].endswith(("+00:00", "+02:00"))


def test_a_postgres_is_only_read(second, settings):
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8", "::1/128"]
    second.execute("CREATE TABLE base (id bigint)")
    second.execute(
        "CREATE FUNCTION grow() RETURNS bigint LANGUAGE plpgsql AS"
        " $$ BEGIN INSERT INTO base VALUES (1); RETURN 1; END $$"
    )
    second.execute("CREATE VIEW trap AS SELECT grow() AS id")
    with Forwarder(house.DATABASES["default"]) as way:
        source = read(reading(address(way.port), {"trap": {"cursor": ["id"]}}))

    assert "read-only transaction" in source.poll_error
    second.execute("SELECT count(*) FROM base")
    assert second.fetchone() == (0,)


# --- whose turn it is -------------------------------------------------------------------------------------------------
@pytest.fixture
def nudged(monkeypatch) -> list[int]:
    """The jobs that were handed to Celery."""
    found: list[int] = []
    monkeypatch.setattr(jobs.poll_source, "apply_async", lambda kwargs, **_how: found.append(kwargs["source_id"]))
    return found


def test_each_source_is_polled_when_it_is_due_and_once(books, nudged):
    source = reading(books, poll_every=timedelta(seconds=10))
    now = clock.now()

    assert [begin_due_polls(now=now), begin_due_polls(now=now)] == [1, 0]
    poll(source_id=source.pk, at=lambda: now)

    assert begin_due_polls(now=now + timedelta(seconds=9)) == 0
    assert begin_due_polls(now=now + timedelta(seconds=10)) == 1
    assert nudged == [source.pk] * 2
    # The second job never told how it ended.
    assert begin_due_polls(now=now + timedelta(seconds=69)) == 0
    assert begin_due_polls(now=now + timedelta(seconds=71)) == 1


@pytest.mark.parametrize("fields", [{"state": "paused"}, {"state": "stopped"}, {"kind": Source.Kind.PUSH}])
def test_sources_that_rest_are_left_alone(books, nudged, fields):
    book(books, "1")
    source = reading(books, **fields)

    assert begin_due_polls(now=clock.now()) == 0
    read(source)

    assert (nudged, Batch.objects.count()) == ([], 0)


def test_failures_make_the_pauses_longer_up_to_five_minutes(books):
    now = clock.now()
    source = reading(books, {"absent": {"cursor": ["x"]}}, poll_every=timedelta(seconds=5))
    pauses = []
    for _attempt in range(8):
        poll(source_id=source.pk, at=lambda: now)
        source.refresh_from_db()
        assert source.next_poll_at is not None
        pauses.append((source.next_poll_at - now).total_seconds())

    assert pauses == [10, 20, 40, 80, 160, 300, 300, 300]


def test_those_who_apply_come_first(books):
    book(books, "1")
    source = reading(books)
    for number in range(100):
        receive_batch(source=source, key=f"k{number}", content_type="application/json", body=b"[]", now=clock.now())

    assert read(source).cursor == {}


def test_two_workers_don_t_read_one_source(books):
    book(books, "1")
    source = reading(books)
    other = another(connection.settings_dict["NAME"])
    with closing(other), other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(20261106, %s)", [source.pk])
        assert read(source).cursor == {}

    assert read(source).cursor == {"operations": [1]}
