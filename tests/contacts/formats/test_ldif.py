"""LDIF of directories and address books in, inetOrgPerson out."""

from __future__ import annotations

import base64
import io
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.contacts.formats import ldif
from apps.contacts.formats.ldif_write import line_of
from apps.contacts.formats.records import (
    Address,
    Card,
    Email,
    Job,
    PartialDate,
    Phone,
    Photo,
    Raw,
    ReadOptions,
    Rejected,
    Skipped,
    UnitRecord,
    UnreadableFile,
    Url,
)  # fmt: skip
from tests.contacts.formats.cards import numbered
from tests.contacts.formats.corpus import cases

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256))
PERSON = "dn: cn=Ann Lee,o=x\nobjectClass: inetOrgPerson\ncn: Ann Lee\nsn: Lee\n"


def as_bytes(data: bytes | str) -> bytes:
    return data.encode() if isinstance(data, str) else data


def read(data: bytes | str) -> list:
    return list(ldif.read(io.BytesIO(as_bytes(data)), ReadOptions()))


def entries_of(data: bytes | str) -> list:
    return list(ldif.read_entries(io.BytesIO(as_bytes(data)), ReadOptions()))


@pytest.mark.parametrize(("path", "wanted"), cases("ldif/"))
def test_a_real_file_is_read_as_expected(path, wanted):
    data = path.read_bytes()
    found = entries_of(data)
    entries = [entry for entry in found if isinstance(entry, ldif.Entry)]
    changes = [entry for entry in found if isinstance(entry, ldif.ChangeRecord)]

    if "entries" in wanted:
        mails = [mail for entry in entries for mail in entry.values("mail")]
        cns = [entry.values("cn")[0] for entry in entries if entry.values("cn")]
        people = [
            entry for entry in entries
            if any(name.endswith("person") or name == "mozillaabpersonalpha" for name in entry.classes)
        ]  # fmt: skip
        assert not any(isinstance(entry, Rejected) for entry in found)
        assert (len(entries), len(changes)) == (wanted["entries"], wanted["change_records"])
        assert len(people) == wanted["person_entries"]
        assert (entries[0].dn, entries[-1].dn) == (wanted["first_dn"], wanted["last_dn"])
        assert (len(mails), mails[:60]) == (wanted["n_mails"], wanted["emails"])
        assert cns[:20] == wanted.get("cns", [])
        photos = [a for entry in entries for a in entry.attributes if a.name == "jpegphoto"]
        assert len(photos) == wanted.get("jpeg_photos", 0)
    else:
        assert changes

    cards = [card for card in read(data) if isinstance(card, Card)]
    if "entries" in wanted:
        assert sum(card.kind == "person" for card in cards) == wanted["person_entries"]
        assert [e.address for card in cards for e in card.emails()][:60] == wanted["emails"]
    assert b"".join(ldif.write(cards))


def test_the_examples_of_the_standard_are_read_and_none_of_their_files_opened(corpus):
    found = read((corpus / "ldif/spring-ldap/test.ldif").read_bytes())
    cards = [card for card in found if isinstance(card, Card)]

    babs, bjorn, _, gern, sales, rodney, harry, horatio = cards
    assert (babs.first_name, babs.last_name, babs.full_name) == ("Barbara", "Jensen", "Barbara Jensen")
    assert [raw.value for raw in babs.raw if raw.name == "X-LDAP-CN"] == ["Barbara J Jensen", "Babs Jensen"]
    assert bjorn.phones() == [Phone("+1 408 555 1212", "work", position=1)]
    assert gern.notes.startswith("What a careful reader you are!")
    assert (sales.kind, sales.name) == ("organisation", "営業部")
    assert (rodney.last_name, rodney.language, rodney.jobs[0].title) == ("小笠原", "ja", "営業部 部長")
    assert ("Ogasawara", ["lang-en"]) in [(raw.value, raw.params.get("OPTIONS")) for raw in rodney.raw]
    assert harry.notes == ":A big sailing fan."
    assert horatio.photo is None
    assert [(raw.value, raw.params["REASON"]) for raw in horatio.raw if "REASON" in raw.params] == [
        ("file:///usr/local/directory/photos/hjensen.jpg", ["given as an address, which is never opened"])
    ]
    assert {type(record) for record in found[8:]} == {Skipped, Rejected}
    assert {record.kind for record in found if isinstance(record, Skipped)} == {"change record"}


def test_an_address_book_of_thunderbird_becomes_a_person():
    (card,) = read(
        "dn: cn=Ann Lee,mail=ann@x.org\r\nobjectclass: top\r\nobjectclass: mozillaAbPersonAlpha\r\ngivenName: Ann\r\n"
        "sn: Lee\r\ncn: Ann Lee\r\nmozillaNickname: Annie\r\nmail: ann@x.org\r\nmozillaSecondEmail: a@y.org\r\n"
        "homePhone: 2\r\nmozillaHomeStreet: Road 1\r\nmozillaHomeLocalityName: Bonn\r\nstreet: Way 2\r\nl: Köln\r\n"
        "c: DE\r\ncompany: Acme\r\ndepartment: Sales\r\nmozillaWorkUrl: https://x.org\r\nbirthyear: 1980\r\n"
        "birthmonth: 2\r\nbirthday: 3\r\nmozillaCustom1: blue\r\nuserPassword: secret\r\n"
    )

    work, home = card.units
    assert (card.nickname, card.birthday) == ("Annie", PartialDate(1980, 2, 3))
    assert [email.address for email in work.emails] == ["ann@x.org", "a@y.org"]
    assert (work.address.street, work.address.city, work.address.country) == ("Way 2", "Köln", "DE")
    assert (home.address.street, home.address.city, home.phones[0].raw) == ("Road 1", "Bonn", "2")
    assert card.jobs == [Job("Acme", ["Sales"])]
    assert card.raw == [Raw("X-LDAP-MOZILLACUSTOM1", "blue")]


def test_organisations_come_in_and_other_entries_are_told_by_their_class():
    found = read(
        "dn: o=Acme\nobjectClass: top\nobjectClass: organization\no: Acme\no: Acme Inc.\nl: Bonn\n\n"
        "dn: ou=Sales,o=Acme\nobjectClass: organizationalUnit\nou: Sales\n\n"
        "dn: cn=all,o=Acme\nobjectClass: top\nobjectClass: groupOfNames\ncn: all\nmember: cn=x\n\n"
        "dn: cn=pc,o=Acme\nobjectClass: person\nobjectClass: computer\ncn: pc\n\n"
        "dn: cn=x,o=Acme\ncn: x\n\n"
        "search: 2\nresult: 0 Success\n"
    )

    assert [(card.kind, card.name) for card in found[:2]] == [("organisation", "Acme"), ("organisation", "Sales")]
    assert found[0].raw == [Raw("X-LDAP-O", "Acme Inc.")]
    assert [skipped.kind for skipped in found[2:]] == ["groupOfNames", "person", "entry without class"]


def test_a_mark_folded_lines_comments_and_line_ends_are_no_obstacle():
    data = "\ufeffversion: 1\r\n# a comment\r\n  goes on\r\ndn:: Y249QW5u\r\nobjectClass: person\r\ncn: An\r\n n\r\n"

    (entry,) = entries_of(data)

    assert (entry.dn, entry.values("cn")) == ("cn=Ann", ["Ann"])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("cn: Ann\n", 'not with "dn:"'),
        (PERSON + "no colon\n", "no attribute"),
        (PERSON + "photo:: @@@\n", "base64"),
        ("dn:< file:///etc/passwd\ncn: x\n", "never opened"),
    ],
)
def test_a_broken_entry_is_rejected_with_its_line_and_the_next_one_read(body, reason):
    rejected, good = read(f"{body}\n{PERSON}")

    assert isinstance(rejected, Rejected)
    assert reason in rejected.reason
    assert rejected.line == 1
    assert good.full_name == "Ann Lee"


def test_a_line_without_end_is_rejected_and_the_next_entry_read():
    rejected, good = read(PERSON + "description: " + "x" * 10_000_000 + "\n\n" + PERSON)

    assert "longer than" in rejected.reason
    assert good.index == 2


def test_values_of_another_encoding_are_decoded():
    (card,) = read("dn: cn=x\nobjectClass: person\ncn: Jörg Müller\nsn: Müller\n".encode("latin-1"))

    assert (card.first_name, card.last_name) == ("Jörg", "Müller")


def test_a_photo_in_base64_is_a_photo_and_a_certificate_is_kept():
    data = PERSON + line_of("jpegPhoto", JPEG) + line_of("userCertificate;binary", b"\0\1\2")

    (card,) = read(data)

    assert card.photo == Photo(JPEG, "image/jpeg")
    assert card.raw[0].params == {"OPTIONS": ["binary"], "ENCODING": ["b"]}
    assert read(b"".join(ldif.write([card])))[0].raw == card.raw


def test_lines_are_folded_at_76_and_unsafe_values_are_in_base64():
    lines = line_of("description", "x" * 200).rstrip("\n").split("\n")

    assert max(map(len, lines)) == 76
    assert line_of("cn", " Ann") == f"cn:: {base64.b64encode(b' Ann').decode()}\n"
    assert line_of("cn", "Ännchen").startswith("cn:: ")
    assert line_of("cn", "Ann") == "cn: Ann\n"


def test_a_postal_address_is_read_as_lines_and_its_signs_unescaped():
    (card,) = read(PERSON + "homePostalAddress: Road 1 $ 5 \\24 \\5C $ Bonn\n")

    assert card.units[0].address.street == "Road 1\n5 $ \\\nBonn"
    assert (card.units[0].kind, card.units[0].address.kind) == ("home", "home")


def test_an_empty_file_is_refused_in_words():
    with pytest.raises(UnreadableFile, match="empty"):
        read(b"\n\n")


def test_random_bytes_never_raise():
    noise = random.Random(5)
    for size in (1, 100, 20_000):
        read(b"dn: cn=x\nobjectClass: person\n" + noise.randbytes(size))


word = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=10)
sentence = st.lists(word, min_size=1, max_size=4).map(" ".join)
lines = st.lists(sentence, min_size=1, max_size=3).map("\n".join)
kinds = st.sampled_from(["work", "home", "mobile", "fax", "pager"])
places = st.builds(
    Address, street=lines, city=sentence, region=sentence, postcode=word, po_box=word, country=sentence
)  # fmt: skip
work_units = st.builds(
    UnitRecord, kind=st.just("work"), address=places, emails=st.lists(st.builds(Email, word), max_size=3),
    phones=st.lists(st.builds(Phone, word, kinds.filter(lambda kind: kind != "home")), max_size=3),
    links=st.lists(st.builds(Url, word, label=sentence), max_size=2), is_primary=st.just(True),
)  # fmt: skip
home_units = st.builds(
    UnitRecord, kind=st.just("home"), address=st.builds(Address, st.just("home"), street=lines),
    phones=st.lists(st.builds(Phone, word, st.just("home")), max_size=2),
)  # fmt: skip
persons = st.builds(
    Card, uid=st.uuids().map(str), first_name=sentence, last_name=sentence, full_name=sentence, notes=lines,
    language=word, photo=st.none() | st.builds(Photo, st.binary(min_size=1).map(lambda b: JPEG + b),
    st.just("image/jpeg")),
    jobs=st.lists(st.builds(Job, sentence, st.lists(sentence, max_size=2), sentence), max_size=1),
    units=st.builds(lambda work, home: [work, *home], work_units, st.lists(home_units, max_size=1)),
    raw=st.lists(st.builds(Raw, st.sampled_from(["X-LDAP-MANAGER", "X-LDAP-CARLICENSE"]), sentence), max_size=2),
)  # fmt: skip
organisations = st.builds(
    Card, kind=st.just("organisation"), uid=st.uuids().map(str), name=sentence, notes=lines,
    units=work_units.map(lambda unit: [unit]),
)  # fmt: skip


def as_held(card: Card) -> Card:
    """An organisation has no mobile or pager in LDIF, and its unit no kind."""
    if card.kind == "organisation":
        card.units[0].kind = "other"
        for phone in card.phones():
            phone.kind = phone.kind if phone.kind == "fax" else "work"
    return card


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(persons | organisations, min_size=1, max_size=3))
def test_what_inet_org_person_holds_comes_back_as_it_was(found):
    found = [as_held(card) for card in found]

    assert read(b"".join(ldif.write(found))) == numbered(found)
