"""Folders read as address books: what is there for whom, and in how many questions."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.contacts.models import Entity, Folder
from apps.contacts.models.rights import forget_rights
from apps.contacts.services.entities import create_entity, update_entity
from apps.contacts.services.inputs import EmailInput, EntityInput, PhoneInput
from apps.contacts.services.trash import trash_entities
from tests.contacts.factories import default_folder
from tests.sync.dav.door import Phone

pytestmark = pytest.mark.django_db


def add(alice, now, first="Anna", **fields):
    data = EntityInput(
        first_name=first,
        last_name="Petrenko",
        phones=[PhoneInput("+380441234567", kind="mobile")],
        emails=[EmailInput(f"{first.lower()}@example.com", label="work")],
        **fields,
    )
    return create_entity(actor=alice, data=data, now=now)


def test_a_folder_is_an_address_book_with_its_cards(alice, now):
    anna = add(alice, now)
    phone = Phone(alice)

    books = phone.list(phone.home)
    cards = phone.list(phone.book(default_folder()))
    href = f"{phone.book(default_folder())}{anna.uid}.vcf"
    card = phone.fetch(phone.book(default_folder()), href)[href]

    assert phone.book(default_folder()) in books
    assert href in cards
    assert "N:Petrenko;Anna;;;" in card
    assert "TEL;TYPE=cell,pref:+380441234567" in card
    assert f"UID:{anna.uid}" in card


@pytest.mark.django_db(transaction=True)
def test_what_changed_has_another_etag_and_is_all_that_a_token_tells(alice, now):
    anna, boris = add(alice, now), add(alice, now, "Boris")
    phone = Phone(alice)
    book = phone.book(default_folder())
    before = phone.sync(book)

    update_entity(actor=alice, entity=anna, fields={"nickname": "Anya"}, expected_version=None, now=now)
    after = phone.sync(book, before.token())

    href = f"{book}{anna.uid}.vcf"
    assert before.hrefs().keys() >= {href, f"{book}{boris.uid}.vcf"}
    assert list(after.hrefs()) == [href]
    assert after.hrefs()[href] != before.hrefs()[href]


@pytest.mark.django_db(transaction=True)
def test_what_is_in_the_trash_is_gone_from_the_phone(alice, now):
    anna = add(alice, now)
    phone = Phone(alice)
    book = phone.book(default_folder())
    token = phone.sync(book).token()

    trash_entities(actor=alice, ids=[anna.pk], now=now)

    assert phone.sync(book, token).hrefs() == {f"{book}{anna.uid}.vcf": "404"}
    assert f"{book}{anna.uid}.vcf" not in phone.list(book)


@pytest.mark.django_db(transaction=True)
def test_what_moves_to_another_folder_leaves_one_book_and_comes_into_the_other(alice, now):
    anna = add(alice, now)
    other = Folder.objects.create(name="Suppliers")
    forget_rights()
    phone = Phone(alice)
    first, second = phone.book(default_folder()), phone.book(other)
    tokens = phone.sync(first).token(), phone.sync(second).token()

    update_entity(actor=alice, entity=anna, fields={"folder": other.pk}, expected_version=None, now=now)

    assert phone.sync(first, tokens[0]).hrefs() == {f"{first}{anna.uid}.vcf": "404"}
    assert list(phone.sync(second, tokens[1]).hrefs()) == [f"{second}{anna.uid}.vcf"]


@pytest.mark.django_db(transaction=True)
def test_other_phones_hear_of_a_move_by_the_name_that_they_know(alice, now):
    other = Folder.objects.create(name="Suppliers")
    forget_rights()
    mover, beside = Phone(alice), Phone(alice)
    first, second = mover.book(default_folder()), mover.book(other)
    card = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:U1\r\nN:Petrenko;Anna;;;\r\nFN:Anna\r\nEND:VCARD\r\n"
    assert mover.ask("PUT", f"{first}A1.vcf", card).status == 201
    tokens = beside.sync(first).token(), beside.sync(second).token()

    assert mover.ask("MOVE", f"{first}A1.vcf", destination=f"{second}B2.vcf", host="", overwrite="F").status == 201

    assert beside.sync(first, tokens[0]).hrefs() == {f"{first}A1.vcf": "404"}
    assert list(beside.sync(second, tokens[1]).hrefs()) == [f"{second}B2.vcf"]
    assert "UID:U1" in beside.ask("GET", f"{second}B2.vcf").text


@pytest.mark.django_db(transaction=True)
def test_changed_rights_make_a_token_worthless(alice, now):
    phone = Phone(alice)
    book = phone.book(default_folder())
    token = phone.sync(book).token()

    forget_rights()
    answer = phone.sync(book, token)

    assert answer.status == 403
    assert "valid-sync-token" in answer.text
    assert phone.sync(book).status == 207


def test_an_outsider_sees_neither_the_book_nor_its_cards(alice, bob, now):
    private = Folder.objects.create(name="Alice's", kind=Folder.Kind.PERSONAL, owner=alice)
    forget_rights()
    secret = add(alice, now, folder_id=private.pk)
    mine, other = Phone(alice), Phone(bob)

    path = f"{other.home}contacts-{private.pk}/"
    assert mine.book(private) in mine.list(mine.home)
    assert path not in other.list(other.home)
    for method, at in (
        ("PROPFIND", path),
        ("GET", f"{path}{secret.uid}.vcf"),
        ("GET", f"{mine.book(private)}{secret.uid}.vcf"),
        ("PROPFIND", mine.home),
    ):
        answer = other.ask(method, at, depth="1")
        assert answer.status in (403, 404)
        assert "Petrenko" not in answer.text
    assert "Petrenko" not in other.ask("REPORT", mine.book(private)).text


def test_who_may_only_look_can_not_write(alice, bob, now):
    folder = Folder.objects.create(name="Board", kind=Folder.Kind.RESTRICTED)
    readers = Group.objects.create(name="Readers")
    bob.groups.add(readers)
    folder.permissions.create(group=readers, can_view=True)
    forget_rights()
    anna = add(alice, now)
    Entity.objects.filter(pk=anna.pk).update(folder=folder)
    phone = Phone(bob)
    href = f"{phone.book(folder)}{anna.uid}.vcf"

    assert href in phone.list(phone.book(folder))
    assert phone.ask("DELETE", href).status == 403
    assert phone.ask("PUT", href, "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:X\r\nEND:VCARD\r\n").status == 403
    anna.refresh_from_db()
    assert anna.trashed_at is None


def test_nobody_comes_in_with_the_password_of_the_pages(alice):
    alice.set_password("correct horse battery")
    alice.save()

    assert Phone(alice, password="correct horse battery").ask("PROPFIND", "/dav/").status == 401


def test_a_dealer_has_no_address_books(dora, alice):
    phone = Phone(alice)
    phone.login = dora.email

    assert phone.ask("PROPFIND", "/dav/").status == 401


def test_two_thousand_cards_are_listed_and_fetched_in_few_questions(alice, now, django_assert_max_num_queries):
    people = [add(alice, now, f"P{number}") for number in range(30)]
    phone = Phone(alice)
    book = phone.book(default_folder())
    hrefs = [f"{book}{one.uid}.vcf" for one in people]

    with django_assert_max_num_queries(14):
        phone.list(book)
    with django_assert_max_num_queries(40):
        first = phone.fetch(book, *hrefs)
    with django_assert_max_num_queries(16):
        second = phone.fetch(book, *hrefs)

    assert first == second
    assert len(first) == 30


def test_the_lengths_of_cards_are_told_in_as_many_questions_however_many_there_are(alice, now):
    phone = Phone(alice)
    body = '<propfind xmlns="DAV:"><prop><getcontentlength/></prop></propfind>'
    phone.list(phone.home)
    asked = []
    for number in range(2):
        for each in range(3):
            add(alice, now, f"P{number}{each}")
        with CaptureQueriesContext(connection) as queries:
            answer = phone.ask("PROPFIND", phone.book(default_folder()), body, depth="1")
        assert answer.text.count("<getcontentlength>") == 1 + 3 * (number + 1)
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_who_asks_for_a_token_alone_reads_no_cards(alice, now):
    add(alice, now)
    phone = Phone(alice)
    body = '<propfind xmlns="DAV:"><prop><sync-token/></prop></propfind>'

    with CaptureQueriesContext(connection) as queries:
        answer = phone.ask("PROPFIND", phone.book(default_folder()), body, depth="0")

    assert "<sync-token>http" in answer.text
    assert not [each for each in queries if "contacts_externaluid" in each["sql"]]


def test_a_name_that_no_database_takes_names_nothing(alice):
    phone = Phone(alice)
    book = phone.book(default_folder())

    assert phone.ask("PUT", f"{book}a%00.vcf", "BEGIN:VCARD").status == 400
    assert phone.ask("MOVE", f"{book}a.vcf", destination=f"{book}a%00.vcf").status == 400
    assert phone.fetch(book, f"{book}a%00.vcf") == {f"{book}a%00.vcf": ""}


@pytest.mark.parametrize(
    "body",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><propfind xmlns="DAV:">&b;</propfind>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><propfind xmlns="DAV:"><prop>&a;</prop></propfind>',
        "<propfind",
        "\x00\x01",
    ],
)
def test_hostile_xml_is_refused(alice, body):
    answer = Phone(alice).ask("PROPFIND", "/dav/", body)

    assert answer.status == 400


@pytest.mark.parametrize(
    "path", ["/dav/../admin/", "/dav/u1/../../x", "/dav/u%00/", "/dav/a/b/c/d/e", "/dav/contacts-9"]
)
def test_odd_addresses_lead_nowhere(alice, path):
    assert Phone(alice).ask("PROPFIND", path).status in (207, 400, 403, 404)
    assert "etc" not in Phone(alice).ask("GET", path).text


def test_a_huge_body_is_not_read(alice):
    phone = Phone(alice)
    phone.extra = {"CONTENT_LENGTH": str(10**12)}

    assert phone.ask("PUT", phone.home).status == 413
