"""Databases that are read and folders that are looked into: nothing twice, nothing lost, nothing half."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.db import connection

from apps.core import clock, secrets
from apps.crm.models import Dealer, ExternalRef, OrderMoney
from apps.sync.connectors.files.collecting import collect
from apps.sync.connectors.sql.client import Unreachable, read_after
from apps.sync.connectors.sql.pulling import pull
from apps.sync.models import Batch, Rejection, Source
from apps.sync.services.applying import apply_waiting
from apps.sync.services.ingesting import ingest_files
from apps.sync.services.polling import poll
from tests.crm.factories import a_dealer
from tests.sync.factories import a_source, dealer

FIELDS = {"key": "id", "code": "id", "name": "name", "version": "rev"} | {
    "happened_at": {"from": "changed", "unit": "ms"}
}
MAPPING = {"type": {"table": True}, "records": {"firms": {"to": "dealer", "fields": FIELDS}}}
PULL: dict[str, Any] = {
    "kind": Source.Kind.PULL,
    "mapping": MAPPING,
    "settings": {"tables": {"firms": {"cursor": ["rev", "id"]}}},
}
TABLE = "CREATE TABLE firms (id text, name text, rev bigint, changed bigint)"


def rows(first: int, last: int) -> list[tuple[Any, ...]]:
    return [(f"{number:05}", f"Firm {number}", number // 3 + 1, 1793612345000) for number in range(first, last)]


@pytest.fixture
def books(tmp_path: Path) -> Path:
    path = tmp_path / "books.sqlite3"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(TABLE)
        database.executemany("INSERT INTO firms VALUES (?, ?, ?, ?)", rows(0, 700))
    return path


def add(books: Path, first: int, last: int) -> None:
    with closing(sqlite3.connect(books)) as database, database:
        database.executemany("INSERT INTO firms VALUES (?, ?, ?, ?)", rows(first, last))


def puller(books: Path) -> Source:
    return a_source("kyiv-books", database_url=secrets.encrypt(f"sqlite:///{books}"), **PULL)


@pytest.mark.django_db
def test_a_table_is_read_page_by_page_and_then_only_what_is_new(books, everyone_folder):
    source = puller(books)

    first, second = pull(source_id=source.pk), pull(source_id=source.pk)
    add(books, 700, 703)
    third = pull(source_id=source.pk)
    apply_waiting(source_id=source.pk)

    source.refresh_from_db()
    assert (first, second, third) == (700, 0, 3)
    assert [batch.records for batch in Batch.objects.order_by("pk")] == [500, 200, 3]
    assert source.cursor == {"firms": [235, "00702"]}
    assert (Dealer.objects.count(), source.applied) == (703, 703)


@pytest.mark.django_db
def test_the_cursor_commits_with_its_batch(books, everyone_folder):
    source = puller(books)

    def killed(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and "cursor" in sql:
            raise SystemExit
        return execute(sql, params, many, context)

    with pytest.raises(SystemExit), connection.execute_wrapper(killed):
        pull(source_id=source.pk)

    assert not Batch.objects.exists()
    assert pull(source_id=source.pk) == 700


@pytest.mark.django_db
def test_a_database_that_is_away_is_no_error_of_ours(tmp_path, everyone_folder):
    source = puller(tmp_path / "no" / "such.sqlite3")

    assert pull(source_id=source.pk) == 0
    assert not Batch.objects.exists()
    with pytest.raises(Unreachable, match="private network"):
        read_after("postgresql+psycopg2://u@127.0.0.1/x", "firms", cursor=["id"], after=[], limit=1)


@pytest.mark.django_db
def test_quiet_systems_are_vouched_for_once_a_minute(books, everyone_folder):
    source = puller(books)
    pull(source_id=source.pk)
    Batch.objects.update(received_at=clock.now().replace(year=2020))

    pull(source_id=source.pk)
    pull(source_id=source.pk)

    beats = Batch.objects.filter(records=0)
    assert beats.count() == 1
    assert beats[0].as_of is not None


@pytest.mark.django_db(transaction=True)
def test_a_second_postgres_database_is_read_too(everyone_folder):
    values = connection.settings_dict
    known = {
        "host": values["HOST"],
        "user": values["USER"],
        "password": values["PASSWORD"],
        "port": values["PORT"] or 5432,
    }
    maker = psycopg2.connect(dbname="postgres", **known)
    maker.autocommit = True
    with closing(maker), maker.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS plant_books")
        cursor.execute("CREATE DATABASE plant_books")
        try:
            with closing(psycopg2.connect(dbname="plant_books", **known)) as theirs, theirs, theirs.cursor() as books:
                books.execute("CREATE SCHEMA erp")
                books.execute(TABLE.replace("firms", "erp.firms"))
                books.executemany("INSERT INTO erp.firms VALUES (%s, %s, %s, %s)", rows(0, 5))
            url = f"postgresql+psycopg2://{known['user']}:{known['password']}@/plant_books?host={known['host']}"
            found = read_after(url, "erp.firms", cursor=["rev", "id"], after=[1, "00001"], limit=10)
        finally:
            cursor.execute("DROP DATABASE plant_books WITH (FORCE)")

    assert [row["id"] for row in found] == ["00002", "00003", "00004"]


# --- folders ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:
    settings.RAPPORT_FEED_FOLDER = str(tmp_path)
    place = tmp_path / "kyiv"
    place.mkdir()
    return place


def dropper(**fields: Any) -> Source:
    return a_source("kyiv-files", kind=Source.Kind.DROP, settings={"folder": "kyiv"}, **fields)


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.django_db
def test_files_are_taken_in_and_moved(folder, everyone_folder):
    (folder / "dealers-1.jsonl").write_text(f"{json.dumps(dealer())}\n{json.dumps(dealer('1002'))}\n")
    (folder / "broken.json").write_text("{")
    (folder / "picture.png").write_bytes(b"x")
    (folder / ".half.jsonl.part").write_text("{")
    source = dropper()

    poll(source_id=source.pk)
    apply_waiting(source_id=source.pk)

    assert Dealer.objects.count() == 2
    assert Rejection.objects.get().code == "unreadable"


@pytest.mark.django_db(transaction=True)
def test_moved_files_say_what_became_of_them(folder, everyone_folder):
    (folder / "dealers-1.jsonl").write_text(json.dumps(dealer()))
    (folder / "broken.json").write_text("{")
    (folder / "picture.png").write_bytes(b"x")
    (folder / ".half.jsonl.part").write_text("{")
    (folder / "large.csv").write_bytes(b"x" * 2000)
    source = dropper(max_bytes=1000)

    collect(source_id=source.pk)
    (folder / "dealers-1.jsonl").write_text(json.dumps(dealer()))  # the same file again
    collect(source_id=source.pk)

    found = names(folder)
    assert found[0] == ".half.jsonl.part"
    assert "done/dealers-1.jsonl" in found
    assert "isn't readable as JSON" in (folder / "refused" / "broken.json.reason.txt").read_text()
    assert ".jsonl" in (folder / "refused" / "picture.png.reason.txt").read_text()
    assert "1,000" in (folder / "refused" / "large.csv.reason.txt").read_text()
    assert Batch.objects.filter(key__startswith="file:dealers").count() == 1


@pytest.mark.django_db
def test_a_folder_outside_is_not_looked_into(folder, everyone_folder, tmp_path):
    outside = tmp_path.parent / "outside.jsonl"
    outside.write_text(json.dumps(dealer()))
    source = a_source("kyiv-files", kind=Source.Kind.DROP, settings={"folder": ".."})

    assert collect(source_id=source.pk) == 0
    assert outside.exists()


@pytest.mark.corpus
@pytest.mark.django_db(transaction=True)
def test_every_real_commerceml_is_done_or_refused(corpus, folder, everyone_folder):
    paths = list((corpus / "commerceml").rglob("*.xml"))
    for number, path in enumerate(paths):
        (folder / f"f{number}-{path.name}").write_bytes(path.read_bytes())
    source = dropper(breaker_window=50_000)

    collect(source_id=source.pk)

    done, refused = list((folder / "done").iterdir()), list((folder / "refused").glob("*.reason.txt"))
    assert len(done) + len(refused) == len(paths) == 11
    assert len(refused) == 5
    expected = json.loads((corpus / "expected.json").read_text())
    entries = [expected[str(path.relative_to(corpus))] for path in paths]
    wanted = sum(
        each.get("documents", 0) * 2 + each.get("counterparties", 0) + each.get("offers", 0) for each in entries
    )
    assert sum(Batch.objects.filter(state="waiting").values_list("records", flat=True)) == wanted


@pytest.mark.corpus
@pytest.mark.django_db
def test_orders_of_1c_become_ours_by_the_mapping_of_the_handbook(corpus, everyone_folder):
    handbook = (Path(__file__).parents[2] / "docs" / "howto" / "sources.md").read_text()
    text = handbook.partition("CommerceML, for example")[2].partition("{")[2].partition("\n\n")[0]
    source = a_source("kyiv-1c", mapping=json.loads("{" + text))
    ExternalRef.objects.create(
        source="kyiv-1c", type="dealer", external_id="1#admin#Петров Петр", object_id=a_dealer("Petrov").pk
    )

    report = ingest_files(source=source, paths=[str(corpus / "commerceml/carono/orders.xml")], now=clock.now())

    money = OrderMoney.objects.select_related("order").get()
    assert (money.order.number, str(money.amount), money.currency) == ("20", "9683.42", "RUB")
    assert report.as_json() | {"read": 3, "rejected": 0} == report.as_json()
