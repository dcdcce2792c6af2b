"""What phones, mail programs and address books write, as this house understands it."""

from __future__ import annotations

import io

import pytest

from apps.contacts.formats import vcard
from apps.contacts.formats.records import Card, Job, PartialDate, Photo, Raw, ReadOptions


def read(text: str | bytes) -> Card:
    data = text if isinstance(text, bytes) else text.encode()
    (card,) = vcard.read(io.BytesIO(data), ReadOptions())
    assert isinstance(card, Card)
    return card


def card_of(*lines: str, version: str = "3.0") -> Card:
    return read("\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""]))


def raw_of(card: Card) -> list[tuple[str, str]]:
    return [(raw.name, raw.value) for raw in card.raw]


def test_apple_labels_dates_and_groups():
    card = card_of(
        "PRODID:-//Apple Inc.//iPhone OS 17.5//EN",
        "N:Шевченко;Тарас;Григорович;;",
        "FN:Тарас Шевченко",
        "ORG:Кобзар;Поезія;",
        "EMAIL;type=INTERNET;type=WORK;type=pref:taras@kobzar.example",
        "item1.EMAIL;type=INTERNET:t@moryntsi.example",
        "item1.X-ABLabel:Хутір",
        "TEL;type=IPHONE;type=CELL;type=VOICE;type=pref:+380 67 123 45 67",
        "TEL;type=HOME;type=FAX:044 123",
        "item2.TEL:+1 2",
        "item2.X-ABLabel:_$!<WorkFAX>!$_",
        "item3.ADR;type=HOME;type=pref:;;вул. Лесі Українки 1;Київ;;01133;",
        "item3.X-ABADR:ua",
        "item4.X-ABDATE;type=pref:1840-04-18",
        "item4.X-ABLabel:_$!<Anniversary>!$_",
        "item5.X-ABRELATEDNAMES:Катерина",
        "item5.X-ABLabel:_$!<Sister>!$_",
        "BDAY;X-APPLE-OMIT-YEAR=1604:1604-03-09",
        "X-SOCIALPROFILE;type=twitter;x-user=kobzar:http://twitter.com/kobzar",
        "IMPP;X-SERVICE-TYPE=Skype;type=HOME:skype:kobzar",
        "X-PHONETIC-FIRST-NAME:Taras",
    )

    assert (card.last_name, card.first_name, card.middle_name) == ("Шевченко", "Тарас", "Григорович")
    assert card.jobs == [Job("Кобзар", ["Поезія"])]
    assert [(email.label, email.is_primary) for email in card.emails()] == [("work", True), ("Хутір", False)]
    assert [(phone.kind, phone.label) for phone in card.phones()] == [
        ("mobile", ""),
        ("home_fax", ""),
        ("work_fax", ""),
    ]
    assert [(unit.kind, unit.address.country, unit.is_primary) for unit in card.units] == [("home", "UA", True)]
    assert card.birthday == PartialDate(None, 3, 9)
    assert card.anniversary == PartialDate(1840, 4, 18)
    assert [(link.kind, link.label, link.username) for link in card.links()] == [
        ("profile", "twitter", "kobzar"),
        ("chat", "Skype", ""),
    ]
    assert raw_of(card) == [
        ("X-ABRELATEDNAMES", "Катерина"),
        ("X-ABLABEL", "_$!<Sister>!$_"),
        ("X-PHONETIC-FIRST-NAME", "Taras"),
    ]


def test_apple_company_is_an_organisation():
    card = card_of("N:;;;;", "FN:ACME Inc.", "ORG:ACME Inc.;", "X-ABShowAs:COMPANY", "TEL;type=MAIN:1")

    assert (card.kind, card.name) == ("organisation", "ACME Inc.")
    assert card.phones()[0].kind == "main"
    assert card.raw == []


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (["N:;;;;", "FN:ACME", "ORG:ACME"], "organisation"),
        (["ORG:ACME"], "organisation"),
        (["KIND:org", "FN:ACME"], "organisation"),
        (["KIND:group", "FN:Friends", "MEMBER:urn:uuid:1"], "organisation"),
        (["FN:Ann", "ORG:ACME"], "person"),
        (["N:Ann;;;;", "ORG:Ann"], "person"),
        (["KIND:individual", "ORG:ACME"], "person"),
        (["X-ABShowAs:COMPANY", "KIND:org", "FN:ACME"], "organisation"),
        (["TEL:1"], "person"),
        ([], "person"),
    ],
)
def test_who_is_an_organisation(lines, kind):
    assert card_of(*lines).kind == kind


def test_department_of_an_organisation_names_its_unit():
    card = card_of("KIND:org", "FN:ACME", "ORG:ACME;Sales;North", version="4.0")

    assert (card.name, card.units[0].name) == ("ACME", "Sales / North")


def test_google_groups_and_escaped_addresses():
    card = card_of(
        "FN:Ann Lee",
        "N:Lee;Ann;;;",
        "item1.EMAIL;TYPE=INTERNET:ann@x.example",
        "item1.X-ABLabel:",
        "item2.URL:http\\://www.google.com/profiles/1",
        "item2.X-ABLabel:PROFILE",
        "item3.ORG:X Ltd",
        "item3.TITLE:Clerk",
        "X-GENDER:Female",
        "CATEGORIES:myContacts,Starred in Android",
        "NOTE:first\\nsecond\\, with comma",
    )

    assert card.links()[0].url == "http://www.google.com/profiles/1"
    assert card.jobs == [Job("X Ltd", [], "Clerk")]
    assert card.categories == ["myContacts", "Starred in Android"]
    assert card.notes == "first\nsecond, with comma"


def test_outlook_2_1_with_quoted_printable():
    card = card_of(
        "N;CHARSET=windows-1251;ENCODING=QUOTED-PRINTABLE:=CF=E5=F2=F0=EE=E2;=C8=E2=E0=ED",
        "FN;LANGUAGE=ru;CHARSET=windows-1251;ENCODING=QUOTED-PRINTABLE:=C8=E2=E0=ED =CF=",
        "=E5=F2=F0=EE=E2",
        "NOTE;ENCODING=QUOTED-PRINTABLE:one=0D=0A=",
        "two = =3D 2",
        "TEL;WORK;VOICE:+7 (495) 1",
        "TEL;CELL;VOICE:+7 900",
        "TEL;WORK;FAX:3",
        "ADR;WORK;PREF;ENCODING=QUOTED-PRINTABLE:;;Street 1=0D=0AHouse 2;Moscow;;1;Russia",
        "EMAIL;PREF;INTERNET:ivan@x.example",
        "X-MS-OL-DEFAULT-POSTAL-ADDRESS:2",
        "X-MS-ANNIVERSARY:20110113",
        "REV:20120305T131933Z",
        version="2.1",
    )

    assert (card.last_name, card.first_name, card.full_name) == ("Петров", "Иван", "Иван Петров")
    assert card.notes == "one\ntwo = = 2"
    assert [phone.kind for phone in card.phones()] == ["work", "mobile", "work_fax"]
    assert card.units[0].address.street == "Street 1\nHouse 2"
    assert card.anniversary == PartialDate(2011, 1, 13)
    assert raw_of(card) == [("X-MS-OL-DEFAULT-POSTAL-ADDRESS", "2")]


def test_nokia_bare_parameters_and_unfolded_base64():
    card = read(
        b"BEGIN:VCARD\r\nVERSION:2.1\r\nN;ENCODING=8BIT;CHARSET=UTF-8:Virtanen;Matti\r\nTEL;PREF;CELL;VOICE:+358 40\r\n"
        b"TEL;X-ASSISTANT:5\r\nPHOTO;TYPE=JPEG;BASE64:\r\n/9j/4AAQ\r\nSkZJRgAB\r\n\r\nX-CLASS:private\r\nBDAY:19700101T000000\r\nEND:VCARD\r\n"
    )

    assert card.last_name == "Virtanen"
    assert [(phone.kind, phone.label, phone.is_primary) for phone in card.phones()] == [
        ("mobile", "", True),
        ("", "assistant", False),
    ]
    assert card.photo == Photo(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", "image/jpeg")
    assert card.birthday == PartialDate(1970, 1, 1)


def test_version_4_with_uris_preferences_and_alternatives():
    card = card_of(
        "KIND:individual",
        "UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1",
        "FN;ALTID=1;LANGUAGE=en:Simon Perreault",
        "FN;ALTID=1;LANGUAGE=fr:Simon Perrault",
        "N:Perreault;Simon;Philip,Paul;;ing. jr,M.Sc.",
        "NICKNAME:Jim,Jimmie",
        "BDAY:--0203",
        "ANNIVERSARY:20090808T1430-0500",
        "GENDER:M",
        "LANG;PREF=2:en",
        "ORG;SORT-AS=Viagenie:Viagénie",
        'ADR;TYPE=work;GEO="geo:46.8,-71.2";TZ=America/Toronto;LABEL="2875 Laurier^nQuébec":'
        ";Suite D2-630;2875 Laurier;Québec;QC;G1V 2M2;Canada",
        'TEL;VALUE=uri;TYPE="work,voice";PREF=1:tel:+1-418-656-9254;ext=102',
        "TEL;VALUE=uri;TYPE=cell:tel:+1-418-262-6501",
        "EMAIL;TYPE=work:simon@viagenie.example",
        "EMAIL;VALUE=uri:mailto:s@x.example",
        "TZ:-0500",
        "KEY;TYPE=work;VALUE=uri:http://www.viagenie.example/simon.asc",
        "URL;TYPE=home:http://nomis80.example",
        "PHOTO;MEDIATYPE=image/gif:http://x.example/my.gif",
        "RELATED;TYPE=friend:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        version="4.0",
    )

    assert card.uid == "4fbe8971-0bc3-424c-9c26-36c3e1eff6b1"
    assert (card.full_name, card.middle_name, card.suffix) == ("Simon Perreault", "Philip Paul", "ing. jr M.Sc.")
    assert card.nickname == "Jim, Jimmie"
    assert (card.birthday, card.anniversary) == (PartialDate(None, 2, 3), PartialDate(2009, 8, 8))
    assert (card.language, card.time_zone) == ("en", "-0500")
    (unit,) = card.units
    assert (unit.kind, unit.geo, unit.time_zone, unit.address.street2) == (
        "work",
        "46.8,-71.2",
        "America/Toronto",
        "Suite D2-630",
    )
    assert [(phone.raw, phone.kind, phone.extension, phone.is_primary) for phone in card.phones()] == [
        ("tel:+1-418-656-9254;ext=102", "work", "102", True),
        ("tel:+1-418-262-6501", "mobile", "", False),
    ]
    assert [email.address for email in card.emails()] == ["simon@viagenie.example", "s@x.example"]
    assert card.public_key == "http://www.viagenie.example/simon.asc"
    assert card.photo == Photo(url="http://x.example/my.gif", mime_type="image/gif")
    assert raw_of(card) == [
        ("FN", "Simon Perrault"),
        ("GENDER", "M"),
        ("RELATED", "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
        ("LABEL", "2875 Laurier\\nQuébec"),
    ]


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("1985-04-12", PartialDate(1985, 4, 12)),
        ("19850412", PartialDate(1985, 4, 12)),
        ("19850412T102200Z", PartialDate(1985, 4, 12)),
        ("1985-04-12T10:22:00+01:00", PartialDate(1985, 4, 12)),
        ("1985-4-2", PartialDate(1985, 4, 2)),
        ("--0412", PartialDate(None, 4, 12)),
        ("--04-12", PartialDate(None, 4, 12)),
        ("--0229", PartialDate(None, 2, 29)),
        ("1985-04", PartialDate(1985, 4)),
        ("1985", PartialDate(1985)),
        ("--04", PartialDate(None, 4)),
        ("---12", PartialDate(None, None, 12)),
    ],
)
def test_days_are_read_in_every_form(value, day):
    assert card_of(f"BDAY:{value}", version="4.0").birthday == day


@pytest.mark.parametrize("value", ["circa 1800", "1985-13-40", "2001-02-29", "--0230", "0000-00-00"])
def test_day_that_is_none_is_kept_as_text(value):
    card = card_of(f"BDAY:{value}", version="4.0")

    assert card.birthday is None
    assert raw_of(card) == [("BDAY", value)]


def test_evolution_and_nextcloud_extras_are_kept_for_export():
    lines = [
        "X-EVOLUTION-FILE-AS:Doe\\, John",
        "X-EVOLUTION-SPOUSE:Maria",
        'X-AIM;TYPE=HOME;X-COUCHDB-UUID="cb9e":johnny',
        "X-MANAGERSNAME:Boss",
        "CLOUD:john@cloud.example",
        "SORT-STRING:Doe",
    ]

    card = card_of("N:Doe;John;;;", *lines)
    again = read(b"".join(vcard.write([card])))

    assert card.raw[2] == Raw("X-AIM", "johnny", {"TYPE": ["HOME"], "X-COUCHDB-UUID": ["cb9e"]})
    assert len(card.raw) == 6
    assert again.raw == card.raw


def test_broken_picture_is_left_out_and_the_card_stays():
    card = card_of("FN:Ann", "PHOTO;ENCODING=b;TYPE=JPEG:!!!!", "TEL:1")

    assert card.photo is None
    assert card.phones()[0].raw == "1"


@pytest.mark.parametrize(
    "line",
    [
        "PHOTO:data:image/png;base64,iVBORw0KGgo=",
        "PHOTO:data:image/png;base64\\,iVBORw0KGgo=",
        "PHOTO;TYPE=PNG:data:base64\\,iVBORw0KGgo=",
        "PHOTO;ENCODING=b;TYPE=JPEG:iVBORw0KGgo=",
        "PHOTO;ENCODING=BASE64;PNG:iVBORw0KGgo",
        "PHOTO;BASE64:iVBORw0K Ggo=",
        "PHOTO;TYPE=PNG:\r\n  iVBO\r\n  Rw0KGgo=",
    ],
)
def test_embedded_picture_is_read_however_it_is_wrapped(line):
    assert card_of(line).photo == Photo(b"\x89PNG\r\n\x1a\n", "image/png")


def test_logo_is_an_organisations_picture_only():
    logo = "LOGO;VALUE=uri:https://x.example/logo.png"

    assert card_of("ORG:ACME", logo).photo == Photo(url="https://x.example/logo.png")
    assert raw_of(card_of("N:Ann;;;;", logo)) == [("LOGO", "https://x.example/logo.png")]


def test_local_and_message_links_are_no_pictures():
    card = card_of("FN:Ann", "PHOTO;VALUE=uri:file:///etc/passwd", "PHOTO;VALUE=uri:cid:part3@x.example")

    assert card.photo is None
    assert [value for _, value in raw_of(card)] == ["file:///etc/passwd", "cid:part3@x.example"]


def test_several_jobs_pair_by_group_and_else_by_order():
    grouped = card_of("N:A;;;;", "a.ORG:One", "b.ORG:Two", "b.TITLE:Second", "a.TITLE:First", "b.ROLE:Role")
    plain = card_of("N:A;;;;", "ORG:One", "TITLE:First", "ORG;TYPE=pref:Two", "TITLE:Second")

    assert [(job.organisation, job.title, job.role) for job in grouped.jobs] == [
        ("One", "First", ""),
        ("Two", "Second", "Role"),
    ]
    assert [(job.organisation, job.title, job.is_primary) for job in plain.jobs] == [
        ("One", "First", False),
        ("Two", "Second", True),
    ]


def test_line_breaks_that_should_not_be_there_are_mended():
    card = read(
        b"BEGIN:VCARD\nVERSION:3.0\nN:Ann;;;;\nNOTE:first\nsecond line\nhttp://x.example is no property\n"
        b"ADR;HOME:;;Hermann\\\nPackstation 9;Hamburg;;9;DE\nX-LONG:" + b"x" * 68 + b"\nyyy\nEND:VCARD\n"
    )

    assert card.notes == "first\nsecond line\nhttp://x.example is no property"
    assert card.units[0].address.street == "Hermann\nPackstation 9"
    assert raw_of(card) == [("X-LONG", "x" * 68 + "yyy")]


def test_character_torn_by_folding_is_whole_again():
    name = "Ж".encode()

    card = read(b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:" + name[:1] + b"\r\n " + name[1:] + b"\r\nEND:VCARD\r\n")

    assert card.full_name == "Ж"


def test_extras_of_ours_survive_a_program_that_sorts_properties():
    card = card_of("N:A;;;;", "ADR;TYPE=work:;;Street 5;Berlin;;1;DE", "EMAIL:a@x.example")
    unit = card.units[0]
    unit.address.street, unit.address.house_number, unit.name = "Street", "5", "Head office"

    begin, *lines, end, rest = b"".join(vcard.write([card])).split(b"\r\n")
    again = read(b"\r\n".join([begin, *sorted(lines, reverse=True), end, rest]))

    assert again.units == card.units
