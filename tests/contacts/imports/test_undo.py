"""Undo of an import: what it made is gone, what it changed is as it was, value by value."""

from __future__ import annotations

import pytest

from apps.contacts.formats.records import Address, Email, Raw, UnitRecord
from apps.contacts.models import (
    Category,
    EmailAddress,
    Entity,
    EntityCategory,
    ExternalUid,
    Folder,
    Participant,
    PhoneNumber,
    RawProperty,
    Relationship,
    SearchToken,
    Unit,
)
from apps.contacts.services.entities import update_entity
from apps.core.services.operations import begin_undo, run, snapshot, undo
from tests.conftest import NOW
from tests.contacts.imports.conftest import organisation, person

pytestmark = pytest.mark.django_db

MODELS = (
    Entity, Unit, EmailAddress, PhoneNumber, Relationship, Participant, RawProperty, ExternalUid, EntityCategory,
    Folder, Category,
)  # fmt: skip
MOVES = ("version", "modified_at", "modified_by")  # an undo is a change too


def everything():
    found: dict[object, object] = {
        (model.__name__, row.pk): {name: value for name, value in snapshot(row).items() if name not in MOVES}
        for model in MODELS
        for row in model.objects.all()
    }
    found["tokens"] = sorted(SearchToken.objects.values_list("entity_id", "token", "rank", "folder_id"))
    return found


def full_card(**fields):
    card = person(
        "Olena", "Koval", email="olena@example.com", phone="+380441112233", company="Skloproekt", notes="New", **fields
    )
    card.nickname = "Lena"
    card.uid = "foreign-uid"
    card.jobs[0].title = "Engineer"
    card.units[0].emails.append(Email("second@example.com"))
    card.units[0].address = Address(city="Kyiv", street="Khreshchatyk 1")
    card.units.append(UnitRecord(kind="home", address=Address(city="Lviv", street="Rynok 1")))
    card.categories = ["Customers"]
    card.raw = [Raw("X-SKYPE", "lena")]
    return card


def test_what_was_created_is_gone_with_all_that_belongs_to_it(bring, ada):
    before = everything()
    card = full_card()
    card.folder = "New folder"
    bring(card, organisation("Vikna"), person(email="only@example.com"))

    result = undo(actor=ada, operation=bring.operation, now=NOW)

    assert result.conflicts == []
    assert everything() == before


def test_what_was_updated_is_as_it_was(bring, ada):
    bring(person("Olena", "Koval", email="olena@example.com", company="Vikna"), organisation("Skloproekt"))
    before = everything()
    bring(full_card(), duplicates="update", overwrite=True)
    assert everything() != before

    result = undo(actor=ada, operation=bring.operation, now=NOW)

    assert result.conflicts == []
    assert everything() == before


def test_a_job_filled_in_is_empty_again(bring, ada):
    bring(person("Olena", "Koval", email="olena@example.com", company="Vikna"))
    before = everything()
    card = person("Olena", "Koval", email="olena@example.com", company="Vikna")
    card.jobs[0].title = "Engineer"
    bring(card, duplicates="update")
    assert Entity.objects.people().get().job_title == "Engineer"

    undo(actor=ada, operation=bring.operation, now=NOW)

    assert everything() == before


def test_whoever_was_worked_on_since_stays_and_is_told(bring, ada):
    bring(person("Olena", "Koval", email="olena@example.com"), person("Ivan", "Petrenko"))
    olena = Entity.objects.get(first_name="Olena")
    update_entity(actor=ada, entity=olena, fields={"nickname": "Lena"}, expected_version=olena.version, now=NOW)

    result = undo(actor=ada, operation=bring.operation, now=NOW)

    assert [conflict.record_id for conflict in result.conflicts] == [olena.pk]
    assert list(Entity.objects.values_list("first_name", flat=True)) == ["Olena"]


def test_a_large_import_is_undone_in_the_background_folder_and_all(bring, ada):
    before = everything()
    cards = [person("Person", str(number), company="Vikna", folder="New folder") for number in range(300)]
    bring(*cards)

    undoing = begin_undo(actor=ada, operation=bring.operation, now=NOW)
    run(operation_id=undoing.pk, now=NOW)

    undoing.refresh_from_db()
    assert undoing.result["conflict_count"] == 0
    assert everything() == before
