"""What is exported and brought into an empty database again is the same (DECISIONS 5)."""

from __future__ import annotations

import io
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.contacts.formats import csv_format, ldif, sql, vcard
from apps.contacts.formats.records import (
    Address,
    Card,
    Email,
    Job,
    PartialDate,
    Phone,
    Raw,
    ReadOptions,
    Tie,
    UnitRecord,
    Url,
)
from apps.contacts.models import Category, Entity, Folder, Link, Relationship, RelationshipType
from apps.contacts.services.exports import cards_of, export_scope, format_by_key, write_cards
from apps.contacts.services.imports.context import Choices, Context
from apps.contacts.services.imports.portions import Portions
from apps.contacts.services.imports.running import run_records
from apps.contacts.services.imports.ties import tie_all
from apps.core.models import Operation
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

READERS = {"vcard": vcard.read, "vcard3": vcard.read, "csv": csv_format.read, "sql": sql.read, "ldif": ldif.read}
LETTERS = "abcXYZäßéŁąčřŞğабвгґєіїйЯЩЬ漢字かなمر 0123456789 .,;:'\"\\/()&@#+-_=!?%*"
words = st.text(alphabet=LETTERS, max_size=20).map(lambda text: " ".join(text.split()))
some_words = words.filter(bool)
lines = st.lists(words, max_size=3).map("\n".join).map(str.strip)
slugs = st.text(alphabet="abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=12)
days = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1))
partial_dates = st.one_of(
    st.none(),
    days.map(PartialDate.of),
    days.map(lambda day: PartialDate(None, day.month, day.day)),
    days.map(lambda day: PartialDate(day.year, day.month)),
    days.map(lambda day: PartialDate(day.year)),
)
values = st.one_of(some_words, st.integers(-(10**9), 10**9), st.booleans(), st.lists(some_words, max_size=3))
attributes = st.dictionaries(slugs, values, max_size=3)
addresses = st.builds(lambda local, host: f"{local}@{host}.example", slugs, slugs)
moments = st.sampled_from(["", "2026-01-02T03:04:05+00:00", "2025-12-31T23:59:59.123456+00:00"])
emails = st.builds(
    Email,
    address=addresses,
    label=words,
    plain_text_only=st.booleans(),
    public_key=lines,
    bounced_at=moments,
    opted_out_at=moments,
)
phones = st.builds(
    Phone,
    raw=st.one_of(
        st.sampled_from(["+380 44 123-45-67", "(044) 765 43 21", "+49 30 901820", "112"]),
        st.text("0123456789 ()+-", min_size=3, max_size=15)
        .map(str.strip)
        .filter(lambda text: any(map(str.isdigit, text))),
    ),
    kind=st.sampled_from(["", "work", "mobile", "home", "fax", "work_fax", "home_fax", "pager", "main", "other"]),
    label=words,
    extension=st.sampled_from(["", "12", "0042"]),
)
urls = st.builds(
    Url,
    url=st.builds(lambda host, rest: f"https://{host}.example/{rest}", slugs, slugs),
    kind=st.sampled_from(["web", "profile", "chat", "feed", "other"]),
    label=words,
    username=words,
)
raws = st.builds(
    Raw,
    name=st.sampled_from(["X-SKYPE", "X-PHONETIC-FIRST-NAME"]),
    value=some_words.filter(lambda text: not set(text) & set("\\;,")),  # a raw value stands escaped as it was read
)
places = st.builds(
    Address, po_box=words, street=words, house_number=words, street2=words, city=words, region=words, postcode=words,
    country=st.sampled_from(["", "UA", "DE", "US", "Middle-earth"]),
)  # fmt: skip
jobs = st.builds(
    Job,
    organisation=st.sampled_from(["Vikna Plus", "Скло і Ко", ""]),
    departments=st.lists(st.sampled_from(["Sales", "North; East", "Büro"]), max_size=2),
    title=words,
    role=words,
).filter(lambda job: job != Job())  # one that says nothing is none


@st.composite
def units(draw) -> list[UnitRecord]:
    names = draw(st.lists(some_words, max_size=3, unique=True))
    found: list[UnitRecord] = []
    for name in names:
        begin = draw(st.one_of(st.none(), st.just(date(2020, 1, 1))))
        found.append(
            UnitRecord(
                name=name,
                kind=draw(st.sampled_from(["home", "work", "department", "other"])),
                address=draw(places),
                time_zone=draw(st.sampled_from(["", "Europe/Kyiv"])),
                geo=draw(st.sampled_from(["", "50.45,30.52"])),
                valid_from=begin,
                valid_to=draw(st.one_of(st.none(), st.just(date(2030, 5, 5)))),
                emails=draw(st.lists(emails, max_size=2)),
                phones=draw(st.lists(phones, max_size=2)),
                links=draw(st.lists(urls, max_size=2)),
                attributes=draw(attributes),
                parent_name=draw(st.sampled_from(["", *[each.name for each in found]])),
            )
        )
    if found:
        draw(st.sampled_from(found)).is_primary = True
    return found


@st.composite
def people(draw) -> Card:
    card = Card(
        prefix=draw(words), first_name=draw(words), middle_name=draw(words), last_name=draw(words),
        suffix=draw(words), nickname=draw(words), birthday=draw(partial_dates), anniversary=draw(partial_dates),
        notes=draw(lines), language=draw(st.sampled_from(["", "uk", "en-GB"])), public_key=draw(lines),
        time_zone=draw(st.sampled_from(["", "Europe/Kyiv"])), attributes=draw(attributes), units=draw(units()),
        categories=draw(st.lists(st.sampled_from(["Customers", "Customers / VIP", "Press, radio; TV"]), unique=True)),
        folder=draw(st.sampled_from(["", "Suppliers", "Suppliers / Glass"])),
        uid=str(draw(st.uuids(version=4))),
        raw=draw(st.lists(raws, max_size=2)),
    )  # fmt: skip
    card.jobs = draw(st.lists(jobs, max_size=1))
    return card


@st.composite
def organisations(draw) -> Card:
    return Card(
        kind="organisation", name=draw(some_words), legal_name=draw(words), registration_number=draw(words),
        vat_number=draw(words), industry=draw(words), organisation_type=draw(words), notes=draw(lines),
        units=draw(units()), attributes=draw(attributes), uid=str(draw(st.uuids(version=4))),
    )  # fmt: skip


def bring(records: Any, actor: Any, *, duplicates: str = "create") -> None:
    records = list(records)
    operation = Operation.objects.create(actor=actor, verb="entities.imported", created_at=NOW, finished_at=NOW)
    context = Context(actor=actor, operation=operation, choices=Choices(duplicates=duplicates), now=NOW)
    counts = run_records(
        records, context=context, portions=Portions(context), file_name="made", on_portion=lambda outcome: None
    )
    assert counts.rejected == 0
    if context.has_ties:
        tie_all(records, context=context)


def all_cards(actor: Any) -> list[Card]:
    """What there is, in an order and shape that don't depend on keys of the database."""
    cards = sorted(cards_of(export_scope(actor), reader=actor), key=lambda card: card.uid)
    found = []
    for card in cards:
        ties = sorted((replace(tie, key="") for tie in card.ties), key=repr)
        found.append(replace(card, index=0, ties=ties))
    return found


def empty() -> None:
    Relationship.objects.all().delete()
    Entity.objects.all().delete()
    Folder.objects.filter(parent__isnull=False).delete()
    Folder.objects.filter(is_default=False, is_colleagues=False).delete()
    Category.objects.filter(parent__isnull=False).delete()
    Category.objects.all().delete()


@contextmanager
def scratch():
    """Whatever is written within is gone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def exported(actor: Any, key: str) -> bytes:
    to = format_by_key(key)
    assert to is not None
    return b"".join(write_cards(export_scope(actor), reader=actor, to=to))


def there_and_back(actor: Any, key: str) -> tuple[list[Card], list[Card]]:
    before = all_cards(actor)
    data = exported(actor, key)
    empty()
    bring(READERS[key](io.BytesIO(data), ReadOptions()), actor)
    return before, all_cards(actor)


relaxed = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def differences(before: list[Card], after: list[Card], *ignored: str) -> list[dict[str, Any]]:
    names = [name for name in Card.__slots__ if name not in ignored]
    assert [card.uid for card in after] == [card.uid for card in before]
    pairs = zip(before, after, strict=True)
    return [
        {name: pair for name in names if (pair := (getattr(one, name), getattr(other, name)))[0] != pair[1]}
        for one, other in pairs
        if one != other
    ]


@pytest.mark.parametrize("key", ["vcard", "vcard3", "csv", "sql"])
@relaxed
@given(cards=st.lists(st.one_of(people(), organisations()), min_size=1, max_size=3))
def test_every_field_comes_back(ada, key, cards):
    with scratch():
        bring(cards, ada)

        before, after = there_and_back(ada, key)

        # Folders belong to this house; a vCard doesn't name them.
        assert [each for each in differences(before, after, *(["folder"] if "vcard" in key else [])) if each] == []


@pytest.mark.parametrize("key", ["csv", "sql"])
def test_relationships_come_back_with_all_their_ends(ada, key):
    uids = [f"00000000-0000-4000-8000-00000000000{number}" for number in range(5)]
    cards = [Card(first_name=f"Person {number}", uid=uid) for number, uid in enumerate(uids[:3])]
    cards += [Card(kind="organisation", name=f"Firm {number}", uid=uid) for number, uid in enumerate(uids[3:])]
    RelationshipType.objects.create(key="opportunity", name="opportunity", inverse_name="opportunity")
    shared: dict[str, Any] = {"type_key": "opportunity", "key": "1", "name": "New windows"}
    shared |= {"description": "Two lines\nof text", "valid_from": date(2026, 1, 2), "attributes": {"worth": 1200}}
    for card, side, role in zip(cards, ["source", "source", "source", "target", "target"], "abcde", strict=True):
        card.ties.append(Tie(side=side, role=role, **shared))
    cards[0].ties.append(Tie("spouse_of", other_uid=uids[1]))
    cards[2].ties.append(Tie("works_for", "2", description="By contract", job_title="Buyer", is_primary=True))
    cards[3].ties.append(Tie("works_for", "2", side="target", description="By contract"))
    bring(cards, ada)
    assert Entity.objects.get(first_name="Person 2").job_title == "Buyer"

    before, after = there_and_back(ada, key)

    assert [each for each in differences(before, after) if each] == []
    assert Relationship.objects.count() == 3
    assert Relationship.objects.get(type__key="opportunity").participants.count() == 5


def test_a_second_import_of_the_same_file_ties_nobody_twice(ada):
    cards = [Card(first_name="A", uid="a", ties=[Tie("knows", other_uid="b")]), Card(first_name="B", uid="b")]
    bring(cards, ada)

    bring(cards, ada, duplicates="update")

    assert Relationship.objects.count() == 1


def test_implied_organisations_are_the_same_ones_again(ada):
    bring([Card(first_name="Olena", last_name="Koval", jobs=[Job("Vikna Plus", title="Engineer")])], ada)

    before, after = there_and_back(ada, "vcard")

    assert before == after
    assert Entity.objects.organisations().count() == 1


def test_ldif_brings_back_what_a_directory_holds(ada):
    unit = UnitRecord(kind="work", is_primary=True)
    unit.address = Address(street="Khreshchatyk 1", city="Kyiv", postcode="01001")
    unit.emails = [Email("olena@example.com", is_primary=True), Email("second@example.com")]
    unit.phones = [Phone("+380 44 123 45 67", kind="work", is_primary=True)]
    card = Card(first_name="Olena", last_name="Koval", notes="Two\nlines", units=[unit], uid="x")
    card.jobs = [Job("Vikna Plus", ["Sales"], "Engineer")]
    bring([card], ada)

    _, after = there_and_back(ada, "ldif")

    olena = next(card for card in after if card.kind == "person")
    assert (olena.first_name, olena.last_name, olena.notes) == ("Olena", "Koval", "Two\nlines")
    assert [email.address for email in olena.emails()] == ["olena@example.com", "second@example.com"]
    assert [phone.raw for phone in olena.phones()] == ["+380 44 123 45 67"]
    assert (olena.jobs[0].organisation, olena.jobs[0].title) == ("Vikna Plus", "Engineer")
    assert olena.units[0].address.city == "Kyiv"


def test_links_keep_their_names_but_no_passwords(ada):
    unit = UnitRecord(kind="work", is_primary=True, links=[Url("https://example.com", username="olena")])
    bring([Card(first_name="Olena", units=[unit])], ada)
    Link.objects.update(password="gAAAA-secret")

    for key in READERS:
        assert b"gAAAA-secret" not in exported(ada, key)
