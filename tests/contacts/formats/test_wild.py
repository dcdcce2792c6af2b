"""Files as phones, Exchange and spreadsheets write them, at the edge of what their formats allow."""

from __future__ import annotations

import io

import pytest

from apps.contacts.formats import csv_format, ldif, vcard
from apps.contacts.formats.records import Card, PartialDate, Phone, ReadOptions, Skipped

KOVAL = """dn: CN=Koval\\, Olena,OU=Sales,DC=example,DC=com
changetype: add
objectClass: top
objectClass: person
objectClass: organizationalPerson
objectClass: contact
sn: Koval
givenName: Olena
mail: olena@example.com
company: Vikna

"""
GROUP = "dn: CN=All,DC=example,DC=com\nchangetype: add\nobjectClass: group\ncn: All\n\n"
GONE = "dn: CN=Old,DC=example,DC=com\nchangetype: delete\n\n"


def read(module, text: str) -> list:
    return list(module.read(io.BytesIO(text.encode()), ReadOptions()))


def rows(text: str) -> list[Card]:
    return [each for each in read(csv_format, text) if isinstance(each, Card)]


def test_a_directory_that_windows_writes_out_as_additions_comes_in():
    koval, group = read(ldif, KOVAL + GROUP)

    assert (koval.first_name, koval.last_name, koval.jobs[0].organisation) == ("Olena", "Koval", "Vikna")
    assert [email.address for email in koval.units[0].emails] == ["olena@example.com"]
    assert group == Skipped(2, "group")


@pytest.mark.parametrize("text", [KOVAL + GONE, GONE + KOVAL], ids=["before", "after"])
def test_additions_among_other_changes_are_told_and_not_carried_out(text):
    assert read(ldif, text) == [Skipped(1, "change record"), Skipped(2, "change record")]


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("067 123 45 67, 050 111 22 33", ["067 123 45 67", "050 111 22 33"]),
        ("0671234567 / 0501112233", ["0671234567", "0501112233"]),
        ("044 111 22 33, ext 5", ["044 111 22 33, ext 5"]),
        ("030/7654321", ["030/7654321"]),
        ('=""0671234567""', ["0671234567"]),
    ],
)
def test_a_cell_may_hold_several_numbers(cell, numbers):
    (card,) = rows(f'First Name,Last Name,Phone\nOlena,Koval,"{cell}"\n')

    assert [phone.raw for phone in card.units[0].phones] == numbers


def test_a_column_named_for_a_telephone_of_apple_is_a_mobile():
    (card,) = rows("First Name,Last Name,Phone (Mobile),Phone (iPhone)\nOlena,Koval,0671234567,0501112233\n")

    assert [(phone.raw, phone.kind) for phone in card.units[0].phones] == [
        ("0671234567", "mobile"),
        ("0501112233", "mobile"),
    ]


def test_the_anniversary_among_googles_events_is_one():
    head = "First Name,Event 1 - Label,Event 1 - Value,Event 2 - Label,Event 2 - Value"

    (card,) = rows(f"{head}\nOlena,First met,2010-01-01,* Anniversary,2015-06-20\n")

    assert card.anniversary == PartialDate(2015, 6, 20)
    assert [raw.value for raw in card.raw] == ["First met", "2010-01-01"]


def test_what_androids_address_book_writes_of_its_own_is_understood():
    lines = [
        *("BEGIN:VCARD", "VERSION:2.1", "N:Koval;Olena;;;", "TEL;X-Work%20Mobile:0501112233"),
        "X-ANDROID-CUSTOM:vnd.android.cursor.item/contact_event;2015-06-20;1;;;;;;;;;;;;;",
        "X-ANDROID-CUSTOM:vnd.android.cursor.item/contact_event;2010-01-01;2;;;;;;;;;;;;;",
        "END:VCARD",
    ]

    (card,) = read(vcard, "\r\n".join(lines) + "\r\n")

    assert card.anniversary == PartialDate(2015, 6, 20)
    assert card.units[0].phones == [Phone("0501112233", label="work mobile", position=1)]
    assert [raw.value.split(";")[1] for raw in card.raw if raw.name == "X-ANDROID-CUSTOM"] == ["2010-01-01"]
