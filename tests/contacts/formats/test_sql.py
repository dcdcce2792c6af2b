"""SQL dumps in, never run; a dump that three databases take out."""

from __future__ import annotations

import io
import random
import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.contacts.formats import sql
from apps.contacts.formats.records import (
    Card,
    Email,
    Job,
    Photo,
    ReadOptions,
    Rejected,
    Tie,
    UnitRecord,
    UnreadableFile,
)  # fmt: skip
from apps.contacts.formats.sql_scan import Scanner
from tests.contacts.formats.cards import cards, numbered

MYSQL = r"""-- MySQL dump 10.13  Distrib 8.0.36
/*!40101 SET NAMES utf8mb4 */;
DROP TABLE IF EXISTS `log`;
CREATE TABLE `log` (`id` int, `what` text) ENGINE=InnoDB;
INSERT INTO `log` VALUES (1,'a; b'),(2,'c'),(3,'d'),(4,'e'),(5,'f');
CREATE TABLE `customers` (
  `id` int NOT NULL AUTO_INCREMENT,
  `first_name` varchar(20) DEFAULT NULL COMMENT 'it''s; a name',
  `last_name` varchar(20),
  `email` varchar(80),
  `phone` varchar(20),
  `notes` text, `vip` tinyint(1),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=3 DEFAULT CHARSET=utf8mb4;
LOCK TABLES `customers` WRITE;
/*!40000 ALTER TABLE `customers` DISABLE KEYS */;
INSERT INTO `customers` VALUES (1,'Ann','O\'Brien','ann@x.org','+49 30 1','two\nlines \\ \"q\"',1),
(2,'Bob',NULL,'bob@x.org',NULL,_binary 'x',0);
UNLOCK TABLES;
INSERT IGNORE INTO `customers` (`id`, `first_name`, `email`) VALUES (3,'Cid','cid@x.org') ON DUPLICATE KEY UPDATE id=id;
"""
POSTGRES = r"""--
-- PostgreSQL database dump
--
\restrict abc
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
CREATE FUNCTION public.f() RETURNS void LANGUAGE sql AS $$ INSERT INTO people VALUES ('no;') $$;
CREATE TABLE public.people (id integer NOT NULL, "Full Name" text, email text, city text,
CONSTRAINT c CHECK ((id > 0)));
COPY public.people (id, "Full Name", email, city) FROM stdin;
1	Ann Lee	ann@x.org	Bo\\nn\tX
2	Bob Ray	bob@x.org	\N
3	short
\.
INSERT INTO public.people (id, "Full Name", email, city) VALUES
 (4, E'Cid\nRay', 'cid@x.org', 'C:\dir'),
 (5, 'D''Arcy Lee', 'd@x.org', upper('x')),
 (6, $t$Eve; 'Ray'$t$, 'eve@x.org'::text, ('Bonn'));
"""
SQLITE = """PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE contacts(name TEXT, mail TEXT, photo BLOB, notes TEXT);
INSERT INTO contacts VALUES('Ann Lee','ann@x.org',X'89504E470D0A1A0A',replace('a\\nb','\\n',char(10)));
INSERT INTO "contacts" VALUES('Bob (x); Ray','bob@x.org',NULL,'c:\\');
REPLACE INTO contacts(name) VALUES('Cid');
COMMIT;
"""


def as_bytes(data: bytes | str) -> bytes:
    return data.encode() if isinstance(data, str) else data


def read(data: bytes | str, **options) -> list:
    return list(sql.read(io.BytesIO(as_bytes(data)), ReadOptions(**options)))


def preview(data: bytes | str, **options) -> sql.SqlPreview:
    return sql.preview(io.BytesIO(as_bytes(data)), ReadOptions(**options))


def raws(card: Card) -> dict[str, str]:
    return {raw.params["NAME"][0]: raw.value for raw in card.raw}


def test_a_dump_of_mysql_is_read_by_its_likeliest_table():
    ann, bob, cid = read(MYSQL)

    assert (ann.first_name, ann.last_name, ann.notes) == ("Ann", "O'Brien", 'two\nlines \\ "q"')
    assert (ann.phones()[0].raw, raws(ann)) == ("+49 30 1", {"id": "1", "vip": "1"})
    assert (bob.last_name, bob.notes, bob.emails()[0].address) == ("", "x", "bob@x.org")
    assert cid.first_name == "Cid"


def test_the_preview_names_all_tables_and_the_guess():
    found = preview(MYSQL)

    assert found.dialect == "mysql"
    assert {name: table.count for name, table in found.tables.items()} == {"log": 5, "customers": 3}
    assert (found.table, found.mapping["phone"], found.mapping["vip"]) == ("customers", "phone", "raw")
    assert preview(MYSQL, table="log").tables["log"].rows[0] == ["1", "a; b"]


def test_a_person_may_choose_table_and_mapping():
    found = read(MYSQL, table="log", mapping={"what": "full_name", "id": "ignore"})

    assert [card.full_name for card in found] == ["a; b", "c", "d", "e", "f"]
    with pytest.raises(UnreadableFile, match="no table"):
        read(MYSQL, table="nothing")


def test_copy_blocks_and_inserts_of_postgresql_are_read():
    ann, bob, short, cid, arcy, eve = read(POSTGRES)

    assert (ann.full_name, ann.units[0].address.city) == ("Ann Lee", "Bo\\nn\tX")
    assert bob.units[0].address.is_empty()
    assert isinstance(short, Rejected)
    assert "2 values for 4 columns" in short.reason
    assert (short.index, POSTGRES.splitlines()[(short.line or 0) - 1]) == (3, "3\tshort")
    assert (cid.full_name, cid.units[0].address.city) == ("Cid\nRay", "C:\\dir")
    assert (arcy.last_name, arcy.units[0].address.city) == ("Lee", "")
    assert (eve.full_name, eve.units[0].address.city) == ("Eve; 'Ray'", "Bonn")
    assert eve.emails() == [Email("eve@x.org", position=1)]


def test_a_dump_of_sqlite_is_read_with_blobs_and_its_spelling_of_line_ends():
    ann, bob, cid = read(SQLITE)

    assert ann.photo == Photo(b"\x89PNG\r\n\x1a\n", "image/png")
    assert (ann.notes, bob.notes) == ("a\nb", "c:\\")
    assert bob.full_name == "Bob (x); Ray"
    assert cid.full_name == "Cid"


class Slow(io.StringIO):
    """Gives a few characters at a time, so that every string and comment is cut somewhere."""

    step = 1

    def read(self, size=-1):
        return super().read(self.step)


@pytest.mark.parametrize("step", [1, 7, 64])
@pytest.mark.parametrize("dump", [MYSQL, POSTGRES, SQLITE], ids=["mysql", "postgres", "sqlite"])
def test_where_the_file_is_cut_into_portions_makes_no_difference(dump, step):
    slow = Slow(dump)
    slow.step = step

    assert list(Scanner(slow, sql.dialect_of(dump))) == list(Scanner(io.StringIO(dump), sql.dialect_of(dump)))


def test_statements_are_never_run(tmp_path):
    evil = "ATTACH DATABASE 'PATH/made' AS x; CREATE TABLE x.t (a); INSERT INTO t (name) VALUES ('Ann'); DROP TABLE t;"

    assert [card.full_name for card in read(evil.replace("PATH", str(tmp_path)))] == ["Ann"]
    assert not list(tmp_path.iterdir())


def test_a_broken_row_is_rejected_and_the_next_ones_read():
    found = read(
        "INSERT INTO people (name, email) VALUES\n('Ann', 'a@x.org'),\n('O'Brien', 'b@x.org'),\n('Cid', 'c@x.org'),\n"
        "('Dan'),\n('Eve', 'e@x.org');\nINSERT INTO people (name, email) VALUES ('Fay', 'f@x.org');\n"
    )

    assert [card.full_name for card in found if isinstance(card, Card)] == ["Ann", "Cid", "Eve", "Fay"]
    assert [row.line for row in found if isinstance(row, Rejected)] == [3, 5]


def test_a_quote_never_closed_leaves_the_rows_before_it():
    found = read("INSERT INTO people (name) VALUES ('Ann');\nINSERT INTO people (name) VALUES ('Bob);\n")

    assert [card.full_name for card in found if isinstance(card, Card)] == ["Ann"]
    assert sum(isinstance(row, Rejected) for row in found) == 1


def test_rows_of_one_insert_stream_however_many_they_are():
    class Counting(io.BytesIO):
        furthest = 0

        def read(self, size=-1):
            self.furthest = max(self.furthest, self.tell())
            return super().read(size)

    rows = ",".join(f"({n},'Ann {n}','a{n}@x.org','{'x' * 40}')" for n in range(40_000))
    stream = Counting(b"INSERT INTO `people` (id,name,email,notes) VALUES " + rows.encode() + b";")

    found = sql.read(stream, ReadOptions())
    next(found)
    stream.furthest = 0
    for _ in range(1000):
        next(found)
    assert stream.furthest < len(stream.getvalue()) / 2
    assert sum(1 for _ in found) == 40_000 - 1001


def test_a_gigantic_value_is_rejected_and_reading_goes_on():
    found = read(
        "INSERT INTO people (name) VALUES ('" + "x" * 20_000_000 + "');\nINSERT INTO people (name) VALUES ('Ann');\n"
    )

    assert [card.full_name for card in found if isinstance(card, Card)] == ["Ann"]


@pytest.mark.parametrize(
    ("data", "words"), [(b"", "empty"), (b"CREATE TABLE t (a);", "No INSERT"), (b"hello", "No INSERT")]
)
def test_a_file_without_rows_is_refused_in_words(data, words):
    with pytest.raises(UnreadableFile, match=words):
        read(data)


def test_random_bytes_never_raise():
    noise = random.Random(3)
    for size in (10, 1000, 50_000):
        read(b"INSERT INTO people (name) VALUES ('Ann');\n" + noise.randbytes(size))


def test_a_server_of_microsoft_is_understood():
    found = read("INSERT [dbo].[People] ([Name], [Email]) VALUES (N'Ann ''A'' Lee', N'a@x.org')\nGO\n"
                 "INSERT [dbo].[People] ([Name], [Email]) VALUES (N'Bob', NULL)\nGO\n")  # fmt: skip

    assert [card.full_name for card in found] == ["Ann 'A' Lee", "Bob"]


# Our own dump


def written(found: list[Card]) -> bytes:
    return b"".join(sql.write(found))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(cards, min_size=1, max_size=3))
def test_what_is_dumped_comes_back_as_it_was(found):
    assert read(written(found)) == numbered(found)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(cards, min_size=1, max_size=3))
def test_sqlite_loads_the_dump_and_its_own_dump_of_it_comes_back_too(found):
    with sqlite3.connect(":memory:") as database:
        database.executescript(written(found).decode())
        names = [row[0] for row in database.execute("SELECT last_name FROM entity ORDER BY id")]
        again = "\n".join(database.iterdump())

    assert names == [card.last_name for card in found]
    assert read(again) == numbered(found)


def test_a_relationship_of_many_is_one_row_with_many_participants():
    def tie(side: str) -> Tie:
        return Tie("opportunity", key="k1", name="Big deal", side=side, role="buyer")

    found = [Card(uid="1", first_name="Ann", ties=[tie("source")]), Card(uid="2", name="Acme", ties=[tie("target")])]
    found.append(Card(uid="3", first_name="Bob", jobs=[Job("Acme", ["A", "B"], "Head", organisation_uid="2")]))

    with sqlite3.connect(":memory:") as database:
        database.executescript(written(found).decode())
        count = "SELECT count(*) FROM participant JOIN relationship r ON r.id = relationship_id WHERE name = 'Big deal'"
        assert database.execute(count).fetchone() == (2,)
    assert read(written(found)) == numbered(found)


def test_backslashes_are_plain_and_mysql_is_told_so():
    data = written([Card(notes="C:\\new 'dir'", units=[UnitRecord()])]).decode()

    assert "'C:\\new ''dir'''" in data
    assert "/*!50000 SET sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES') */;" in data
    assert "TEXT/*!50000 (4294967295) */" in data
