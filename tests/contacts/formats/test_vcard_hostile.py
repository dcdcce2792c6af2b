"""Files that are broken, huge or no vCards: a clear word, the good cards in, the process alive."""

from __future__ import annotations

import io
import itertools
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.contacts.formats import vcard
from apps.contacts.formats.records import Card, ReadOptions, Rejected, UnreadableFile

GOOD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nN:%s;Ann;;;\r\nEND:VCARD\r\n"


def read(data: bytes, **options) -> list:
    return list(vcard.read(io.BytesIO(data), ReadOptions(**options)))


def names(records: list) -> list[str]:
    return [record.last_name for record in records if isinstance(record, Card)]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\r\n \r\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\0\0\0\0", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "picture"),
        (b"PK\x03\x04" + bytes(range(256)), "archive"),
        (bytes(range(256)) * 20, "another kind of file"),
        (b"name,email\nAnn,ann@x.example\n", "no vCard in this file"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR\n", "no vCard in this file"),
        (b"BEGIN:VCARD", "no vCard in this file"),
        (b"BEGIN:VCARD\n" * 1000, "no vCard in this file"),
    ],
)
def test_file_without_a_vcard_is_refused_in_a_persons_words(data, words):
    with pytest.raises(UnreadableFile, match=words):
        read(data)


def test_bad_card_in_the_middle_stops_nobody():
    middle = b"BEGIN:VCARD\r\n???\r\nnonsense without a colon\r\nEND:VCARD\r\n"

    records = read(GOOD % b"One" + middle + GOOD % b"Two")

    assert names(records) == ["One", "Two"]
    assert [(record.index, record.line) for record in records if isinstance(record, Rejected)] == [(2, 5)]
    assert records[1].excerpt.startswith("???")


def test_line_of_ten_million_characters_is_rejected_and_the_others_come_in():
    data = GOOD % b"One" + b"BEGIN:VCARD\r\nN:Big\r\nNOTE:" + b"x" * 10_000_000 + b"\r\nEND:VCARD\r\n" + GOOD % b"Two"

    records = read(data)

    assert names(records) == ["One", "Two"]
    assert "8,000,000 bytes" in records[1].reason
    assert records[1].excerpt.startswith("N:Big")
    assert len(records[1].excerpt) <= 500


def test_card_of_more_than_20_mb_is_rejected_and_the_others_come_in():
    folded = b" " + b"A" * 1000 + b"\r\n"

    records = read(
        GOOD % b"One" + b"BEGIN:VCARD\r\nN:Big\r\nNOTE:\r\n" + folded * 21_000 + b"END:VCARD\r\n" + GOOD % b"Two"
    )

    assert names(records) == ["One", "Two"]
    assert "larger than 20 MB" in records[1].reason


def test_card_that_never_ends_does_not_swallow_the_next():
    data = b"BEGIN:VCARD\nN:One\nTEL:1\n" + GOOD % b"Two" + GOOD % b"Three" + b"BEGIN:VCARD\nN:Four\n"

    records = read(data)

    assert names(records) == ["One", "Two", "Three", "Four"]
    assert [record.index for record in records] == [1, 2, 3, 4]


def test_many_cards_after_one_that_never_ends_all_come_in():
    data = b"BEGIN:VCARD\nN:One\n" + b"".join(GOOD % b"%d" % number for number in range(500))

    assert names(read(data)) == ["One", *map(str, range(500))]


def test_card_whose_beginning_is_lost_is_read():
    assert names(read(b"N:Half\nTEL:1\nEND:VCARD\n" + GOOD % b"Two")) == ["Half", "Two"]


def test_lines_between_cards_are_reported():
    records = read(GOOD % b"One" + b"-- sent from my phone --\n\n# a comment\n" + GOOD % b"Two")

    assert names(records) == ["One", "Two"]
    assert records[1].reason == "These lines stand outside of any card."
    assert records[1].excerpt == "-- sent from my phone --"


def test_cards_in_cards_in_cards_end_somewhere():
    data = b"".join(b"BEGIN:VCARD\nN:%d\n" % depth for depth in range(3000)) + b"END:VCARD\n" * 3000

    assert len(names(read(data))) == 3000


def test_agent_keeps_its_card_as_text():
    data = b"BEGIN:VCARD\nVERSION:2.1\nN:Boss\nAGENT:\nBEGIN:VCARD\nN:Help;Hal\nTEL:1\nEND:VCARD\nTEL:2\nEND:VCARD\n"

    (card,) = read(data)

    assert card.last_name == "Boss"
    assert [phone.raw for phone in card.phones()] == ["2"]
    assert [(raw.name, raw.value) for raw in card.raw] == [("AGENT", "BEGIN:VCARD\\nN:Help\\;Hal\\nTEL:1\\nEND:VCARD")]


def test_nul_bytes_are_dropped():
    (card,) = read(b"BEGIN:VCARD\nVERSION:3.0\nFN:A\0nn\0\nEMAIL:a\0@x.example\nEND:VCARD\n")

    assert card.full_name == "Ann"
    assert card.emails()[0].address == "a@x.example"


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b"\r\r\n"])
def test_any_line_end_will_do(end):
    data = (GOOD % b"One" + GOOD % b"Two").replace(b"\r\n", end)

    assert names(read(data)) == ["One", "Two"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"])
def test_wide_encodings_are_found(encoding):
    data = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Жук;Ґалаґан;;;\r\nEND:VCARD\r\n".encode(encoding)

    assert names(read(data)) == ["Жук"]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("cp1251", "Иваненко"), ("cp1252", "Müller"), ("cp932", "安藤"), ("koi8_r", "Петров"), ("cp1250", "Dvořák")],
)
def test_encoding_that_nobody_named_is_guessed(encoding, name):
    data = f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nN:{name};;;;\r\nEND:VCARD\r\n".encode(encoding)

    assert names(read(data)) == [name]
    assert names(read(data, encoding=encoding)) == [name]


def test_quoted_printable_without_a_charset_is_guessed_from_the_whole_file():
    card = b"BEGIN:VCARD\nVERSION:2.1\nN;ENCODING=QUOTED-PRINTABLE:=CF=E5=F2=F0=EE=E2;=C8=E2=E0=ED\nTEL:1\nEND:VCARD\n"

    assert names(read(card * 3)) == ["Петров"] * 3


def test_japanese_escapes_are_read():
    data = "BEGIN:VCARD\nN:安藤;ロイド\nEND:VCARD\n".encode("iso2022_jp")

    assert names(read(data)) == ["安藤"]


def test_files_joined_without_a_line_end_between_are_two_cards():
    assert names(read((GOOD % b"One").strip() + GOOD % b"Two")) == ["One", "Two"]
    assert names(read((GOOD % b"One").strip() + b"\xef\xbb\xbf" + GOOD % b"Two")) == ["One", "Two"]


def test_card_of_a_million_tiny_lines_is_rejected():
    (first, second) = read(b"BEGIN:VCARD\n" + b"X:1\n" * 100_000 + b"END:VCARD\n" + GOOD % b"Two")

    assert "20,000 entries" in first.reason
    assert second.last_name == "Two"


def test_one_card_in_another_encoding_does_not_spoil_the_rest():
    data = "BEGIN:VCARD\nN:Müller\nEND:VCARD\n".encode() + "BEGIN:VCARD\nN:Jürgens\nEND:VCARD\n".encode("cp1252")

    assert names(read(data)) == ["Müller", "Jürgens"]

    data = "BEGIN:VCARD\nN:Жук\nEND:VCARD\n".encode() * 9 + "BEGIN:VCARD\nN:Петренко\nEND:VCARD\n".encode("cp1251")

    assert names(read(data)) == ["Жук"] * 9 + ["Петренко"]


def test_charset_that_does_not_exist_or_lies_is_passed_over():
    data = "BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=KLINGON:Müller\nFN;CHARSET=ISO-8859-1:Müller\nEND:VCARD\n".encode()

    (card,) = read(data)

    assert (card.last_name, card.full_name) == ("Müller", "Müller")


def test_parameters_that_stop_other_parsers_are_read_at_once():
    started = time.perf_counter()

    for line in (
        b"A;B=" + b",a" * 50_000,
        b"A" + b";B" * 50_000 + b":1",
        b'TEL;TYPE="' * 20_000 + b":1",
        b"A" + b'""' * 50_000,
    ):
        read(b"BEGIN:VCARD\nN:One\n" + line + b"\nEND:VCARD\n")

    assert time.perf_counter() - started < 5


def test_deeply_nested_json_in_our_own_property_is_kept_as_it_is():
    (card,) = read(b"BEGIN:VCARD\nN:One\nX-RAPPORT-FIELD:" + b"[" * 200_000 + b"\nEND:VCARD\n")

    assert [raw.name for raw in card.raw] == ["X-RAPPORT-FIELD"]


def test_big_file_does_not_fill_the_memory():
    class Endless(io.BytesIO):
        def __init__(self):
            super().__init__()
            self.left = 200_000_000
            self.chunk = GOOD % b"One" * 5000

        def readable(self):
            return True

        def read(self, size=-1):
            self.left -= len(self.chunk)
            return self.chunk if self.left > 0 else b""

    tracemalloc.start()
    first = sum(1 for _ in itertools.islice(vcard.read(Endless(), ReadOptions()), 8_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert first == 8_000
    assert peak < 20_000_000


_lines = """BEGIN:VCARD|END:VCARD|begin:vcard|AGENT:|N:A;B|FN;CHARSET=x;ENCODING=QUOTED-PRINTABLE:=41=|=C3=A9
PHOTO;ENCODING=b:AAAA|TEL;TYPE="a|ADR;X-RAPPORT="{^'unit^':3}":;;x|X-RAPPORT-UNIT:{"unit":-1}|BDAY:2001-02-30
BDAY:--0412|item1.X-ABLabel:_$!<|GEO:1;2|RELATED;X-RAPPORT="{^'type_key^':^'x^'}":y|ORG:;a;b|TITLE:t|KIND:org
URL:data:image/png;base64,|PHOTO:data:,|KEY;ENCODING=b:=|LOGO:x|item1.TEL:\u2028""".replace("\n", "|")
_marks = [b" ", b"\n", b"\r", b":", b";", b"=", b'"', b"\\", b",", b".", b"\0", b"\xff", b"\x1b$B", "é".encode()]
_pieces = st.sampled_from([*(line.encode() + b"\n" for line in _lines.split("|")), *_marks])


@given(st.lists(_pieces | st.binary(max_size=6), max_size=40))
@settings(max_examples=400, deadline=None)
def test_no_bytes_at_all_stop_the_reader_and_what_it_gives_can_be_written(pieces):
    try:
        records = read(b"BEGIN:VCARD\nX:1\n" + b"".join(pieces))
    except UnreadableFile:
        return

    cards = [record for record in records if isinstance(record, Card)]
    for version in vcard.VERSIONS:
        again = read(b"".join(vcard.write(cards, version=version))) if cards else []
        assert len(again) == len(cards)
    assert all(sum(unit.is_primary for unit in card.units) == 1 for card in cards)
