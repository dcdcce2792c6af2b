"""What was done to contacts is put back exactly."""

from __future__ import annotations

import pytest

from apps.contacts.models import (
    EmailAddress,
    Entity,
    EntityCategory,
    Participant,
    PhoneNumber,
    Relationship,
    SearchToken,
    Unit,
)
from apps.contacts.services import categories, details, folders, relationships, trash, units
from apps.contacts.services.entities import create_entity, update_entity
from apps.contacts.services.inputs import EmailInput, EntityInput, JobInput, PhoneInput, UnitInput
from apps.core.models import Operation
from apps.core.services.operations import snapshot, undo
from tests.contacts.factories import CategoryFactory, FolderFactory

PARTS = (Unit, EmailAddress, PhoneNumber, Participant, Relationship, EntityCategory)


@pytest.fixture
def person(bob, now) -> Entity:
    data = EntityInput(
        first_name="Olena",
        last_name="Koval",
        units=[
            UnitInput(city="Lviv", emails=[EmailInput("a@example.com"), EmailInput("b@example.com")]),
            UnitInput(city="Kyiv", emails=[EmailInput("c@example.com")], phones=[PhoneInput("+380501234567")]),
        ],
        jobs=[JobInput(organisation_name="Vikna", title="Buyer")],
    )
    return create_entity(actor=bob, data=data, now=now)


def everything() -> list[object]:
    """All rows as they are, without what counts writes."""
    told = [
        {name: value for name, value in snapshot(one).items() if name not in ("version", "modified_at", "modified_by")}
        for one in Entity.objects.order_by("pk")
    ]
    for model in PARTS:
        told += [snapshot(one) for one in model._default_manager.order_by("pk")]
    return [*told, sorted(SearchToken.objects.values_list("entity_id", "token", "rank", "folder_id"))]


def last_operation() -> Operation:
    return Operation.objects.exclude(verb="operation.undone").latest("pk")


DEEDS = {
    "a rename": lambda bob, person, now: update_entity(
        actor=bob, entity=person, fields={"last_name": "Bondar", "notes": "x"}, expected_version=None, now=now
    ),
    "another primary unit": lambda bob, person, now: units.make_unit_primary(
        actor=bob, unit=person.units.get(city="Kyiv"), now=now
    ),
    "another primary address": lambda bob, person, now: details.make_detail_primary(
        actor=bob, detail=person.emails.get(address="b@example.com"), now=now
    ),
    "a removed address": lambda bob, person, now: details.remove_detail(
        actor=bob, detail=person.emails.get(address="a@example.com"), now=now
    ),
    "a removed unit": lambda bob, person, now: units.remove_unit(
        actor=bob, unit=person.units.get(city="Lviv"), now=now
    ),
    "an added unit": lambda bob, person, now: units.add_unit(
        actor=bob, entity=person, data=UnitInput(city="Odesa", is_primary=True), now=now
    ),
    "a removed job": lambda bob, person, now: relationships.remove_relationship(
        actor=bob, relationship=Relationship.objects.get(), now=now
    ),
    "a second job": lambda bob, person, now: relationships.add_job(
        actor=bob, person=person, job=JobInput(organisation_name="Dveri"), now=now
    ),
    "the trash": lambda bob, person, now: trash.trash_entities(actor=bob, ids=[person.pk], now=now),
    "a move": lambda bob, person, now: update_entity(
        actor=bob,
        entity=person,
        fields={"folder": folders.personal_folder(actor=bob, now=now)},
        expected_version=None,
        now=now,
    ),
    "a category": lambda bob, person, now: categories.set_categories(
        actor=bob, entity=person, category_ids=[CategoryFactory().pk], now=now
    ),
    "a renamed employer": lambda bob, person, now: update_entity(
        actor=bob, entity=person.organisation_entity, fields={"name": "Fenster"}, expected_version=None, now=now
    ),
    "a new contact": lambda bob, person, now: create_entity(
        actor=bob, data=EntityInput(last_name="New", jobs=[JobInput(organisation_name="Newer")]), now=now
    ),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_undo_leaves_everything_as_it_was(deed, bob, now, person):
    before = everything()
    DEEDS[deed](bob, person, now)
    assert everything() != before

    result = undo(actor=bob, operation=last_operation(), now=now)

    assert result.conflicts == []
    assert everything() == before


def test_undo_never_takes_back_what_somebody_did_later(alice, bob, now, person):
    update_entity(actor=bob, entity=person, fields={"last_name": "Bondar"}, expected_version=None, now=now)
    mine = last_operation()
    update_entity(actor=alice, entity=person, fields={"last_name": "Shevchenko"}, expected_version=None, now=now)

    result = undo(actor=bob, operation=mine, now=now)

    assert [(one.record_id, one.reason, one.fields) for one in result.conflicts] == [
        (person.pk, "changed", ("last_name",))
    ]
    assert Entity.objects.get(pk=person.pk).display_name == "Olena Shevchenko"


def test_a_version_rises_with_undo_too_so_that_open_pages_notice(bob, now, person):
    update_entity(actor=bob, entity=person, fields={"notes": "x"}, expected_version=None, now=now)

    undo(actor=bob, operation=last_operation(), now=now)

    assert Entity.objects.get(pk=person.pk).version == 3


def test_what_lies_where_one_may_write_no_more_stays(ada, bob, now, person):
    update_entity(actor=bob, entity=person, fields={"notes": "x"}, expected_version=None, now=now)
    mine = last_operation()
    closed = FolderFactory(kind="restricted")
    update_entity(actor=ada, entity=person, fields={"folder": closed}, expected_version=None, now=now)

    result = undo(actor=bob, operation=mine, now=now)

    assert [one.reason for one in result.conflicts] == ["forbidden"]
    assert Entity.objects.get(pk=person.pk).notes == "x"
