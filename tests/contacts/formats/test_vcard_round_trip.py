"""What is exported as vCard and imported again is the same, whatever stands in it."""

from __future__ import annotations

import io
import re
import uuid
from datetime import date

import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.contacts.formats import vcard
from apps.contacts.formats.records import (
    LINK_KINDS,
    PHONE_KINDS,
    UNIT_KINDS,
    Address,
    Card,
    Email,
    Job,
    PartialDate,
    Phone,
    Photo,
    Raw,
    ReadOptions,
    Tie,
    UnitRecord,
    Url,
)

PARTS = ("po_box", "street", "house_number", "street2", "city", "region", "postcode", "country")
PNG = b"\x89PNG\r\n\x1a\n"
_letters = st.characters(exclude_categories=["Cs", "Cc"])
_awkward = st.sampled_from(
    [
        "a,b;c",
        "\\",
        "\\n",
        "a\\",
        "\\,",
        ";",
        ",",
        '"',
        "^'",
        "^^n",
        ":",
        "=",
        "x=\\",
        "😀" * 40,
        "Ж" * 90,
        "漢字" * 50,
        "é",
        "#a",
    ]
)
words = (st.text(_letters, max_size=12) | _awkward).map(lambda text: re.sub(" +", " ", text).strip())
some_words = words.filter(bool)
paragraphs = st.lists(words, max_size=4).map(lambda lines: "\n".join(lines).strip())
days = st.dates(date(1000, 1, 1), date(2999, 12, 31))
maybe_days = st.none() | days
json_values = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | words | st.lists(words, max_size=2)
attributes = st.dictionaries(st.from_regex(r"[a-z][a-z_]{0,7}", fullmatch=True), json_values, max_size=2)
partial_dates = days.flatmap(
    lambda day: st.sampled_from([
        PartialDate.of(day),
        PartialDate(None, day.month, day.day),
        PartialDate(day.year, day.month),
        PartialDate(day.year),
        PartialDate(None, day.month),
        PartialDate(None, None, day.day),
    ])
)  # fmt: skip
emails = st.builds(
    Email, some_words, words | st.sampled_from(["home", "work", "school"]), plain_text_only=st.booleans(),
    public_key=paragraphs, bounced_at=st.sampled_from(["", "2026-03-01T10:00:00+00:00"]),
)  # fmt: skip
phones = st.builds(Phone, some_words, st.sampled_from(("", *PHONE_KINDS)), words, extension=words)
links = st.builds(
    Url, some_words, st.sampled_from(LINK_KINDS), words | st.sampled_from(["home", "twitter", "voice"]), username=words
)


@st.composite
def _units(draw, *, is_primary: bool):
    parts = draw(st.just([""] * 8) | st.lists(words, min_size=8, max_size=8))
    address = Address(**dict(zip(PARTS, parts, strict=True)), is_primary=is_primary)
    unit = UnitRecord(
        name=draw(words),
        kind=draw(st.sampled_from(UNIT_KINDS)),
        address=address,
        parent_name=draw(words),
        time_zone=draw(st.sampled_from(["", "Europe/Berlin"])),
        geo=draw(st.sampled_from(["", "52.5,13.4", "-1,+2.25", "near the church"])),
        valid_from=draw(maybe_days),
        valid_to=draw(maybe_days),
        is_primary=is_primary,
        attributes=draw(attributes),
    )
    if not address.is_empty():
        address.kind = unit.kind if unit.kind in ("home", "work") else ""
        address.label = draw(st.just(unit.name) | words)
    for details, strategy in ((unit.emails, emails), (unit.phones, phones), (unit.links, links)):
        details.extend(draw(st.lists(strategy, max_size=2)))
        if details and draw(st.booleans()):
            details[0].is_primary = True
    return unit


@st.composite
def _jobs(draw):
    job = Job(
        draw(words), draw(st.lists(some_words, max_size=2)), draw(words), draw(words), is_primary=False,
        organisation_uid=draw(words), valid_from=draw(maybe_days), valid_to=draw(maybe_days),
    )  # fmt: skip
    if not (job.organisation or job.departments or job.title or job.role):
        job.title = "Engineer"
    return job


raws = st.builds(
    Raw,
    st.from_regex(r"X-[A-Z0-9]{1,8}", fullmatch=True),
    st.text(_letters, max_size=90),
    st.dictionaries(
        st.from_regex(r"X-[A-Z]{1,5}", fullmatch=True), st.lists(some_words, min_size=1, max_size=2), max_size=2
    ),
    st.sampled_from(["", "item1", "item7"]),
)
ties = st.builds(
    Tie, some_words, words, st.just(str(uuid.UUID(int=7))) | words,
    words, words, paragraphs, maybe_days, maybe_days, words,
    st.sampled_from(["source", "target"]), attributes, words, words, st.booleans(),
)  # fmt: skip


@st.composite
def cards(draw):
    card = Card(
        index=1,
        kind=draw(st.sampled_from(["person", "organisation"])),
        uid=draw(words | st.uuids().map(str)),
        full_name=draw(words),
        nickname=draw(words),
        birthday=draw(st.none() | partial_dates),
        anniversary=draw(st.none() | partial_dates),
        photo=draw(
            st.none()
            | st.just(Photo(PNG + b"\0" * 99, "image/png"))
            | st.just(Photo(url="https://x.example/a,b;c.jpg"))
        ),
        notes=draw(paragraphs),
        language=draw(st.sampled_from(["", "uk", "de-AT"])),
        time_zone=draw(st.sampled_from(["", "Europe/Kyiv"])),
        public_key=draw(paragraphs | st.just("data:application/pgp-keys;base64,AAAA")),
        categories=draw(st.lists(some_words, max_size=3, unique=True)),
        attributes=draw(attributes),
        ties=draw(st.lists(ties, max_size=2)),
        raw=draw(st.lists(raws, max_size=2)),
    )
    if card.kind == "person":
        for name in ("prefix", "first_name", "middle_name", "last_name", "suffix"):
            setattr(card, name, draw(words))
        card.jobs = draw(st.lists(_jobs(), max_size=3))
        if card.jobs:
            draw(st.sampled_from(card.jobs)).is_primary = True
    else:
        card.name = draw(some_words)
        for name in ("legal_name", "registration_number", "vat_number", "industry", "organisation_type"):
            setattr(card, name, draw(words))
    count = draw(st.integers(1, 3))
    primary = draw(st.integers(0, count - 1))
    card.units = [draw(_units(is_primary=place == primary)) for place in range(count)]
    return card


def _read(data: bytes) -> list:
    return list(vcard.read(io.BytesIO(data), ReadOptions()))


@pytest.mark.parametrize("version", vcard.VERSIONS)
@given(card=cards())
@settings(max_examples=100, deadline=None)
def test_card_is_the_same_after_export_and_import(card, version):
    data = b"".join(vcard.write([card], version=version))

    (again,) = _read(data)

    assert again == card


@pytest.mark.parametrize("version", vcard.VERSIONS)
@given(card=cards())
@settings(max_examples=30, deadline=None)
def test_export_keeps_to_75_octets_a_line_and_tears_no_character(card, version):
    data = b"".join(vcard.write([card], version=version))

    lines = data.split(b"\r\n")
    assert lines.pop() == b""
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode("utf-8")


@given(card=cards())
@settings(max_examples=30, deadline=None)
def test_another_library_reads_our_vcard_3(card):
    data = b"".join(vcard.write([card], version="3.0")).decode("utf-8")

    theirs = vobject.readOne(data)

    assert len(theirs.contents.get("email", [])) == len(card.emails())
    assert [line.value for line in theirs.contents.get("email", [])] == [email.address for email in card.emails()]
    assert len(theirs.contents.get("adr", [])) == sum(not unit.address.is_empty() for unit in card.units)
    if card.notes:
        assert theirs.note.value == card.notes


def test_addresses_of_several_units_keep_the_order_of_the_file():
    text = (
        b"BEGIN:VCARD\nVERSION:3.0\nFN:A\nADR;TYPE=home:;;Home 1;;;;\nADR;TYPE=work:;;Work 2;;;;\n"
        b"EMAIL;TYPE=work:1@x.example\nEMAIL;TYPE=home:2@x.example\nEMAIL:3@x.example\nEMAIL;TYPE=work:4@x.example\nEND:VCARD\n"
    )

    (card,) = _read(text)
    (again,) = _read(b"".join(vcard.write([card])))

    assert [[email.address[0] for email in unit.emails] for unit in card.units] == [["2", "3"], ["1", "4"]]
    assert [email.address[0] for email in card.emails()] == ["1", "2", "3", "4"]
    assert [email.address[0] for email in again.emails()] == ["1", "2", "3", "4"]
    assert again == card


def test_lone_surrogate_in_a_name_does_not_stop_an_export():
    data = b"".join(vcard.write([Card(full_name="a\ud800b", units=[UnitRecord(is_primary=True)])]))

    assert b"FN:a?b\r\n" in data


def test_other_versions_are_refused():
    with pytest.raises(ValueError, match=r"2\.1"):
        vcard.write([], version="2.1")
