"""Contacts that may be one: which pairs are found, who sees them, and that the queue forgets nothing."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command

from apps.contacts.models import DuplicateCheck, DuplicatePair, Entity, FolderPermission
from apps.contacts.models.rights import forget_rights
from apps.contacts.services.duplicates.finding import check_waiting, open_pairs
from apps.contacts.services.duplicates.searching import begin_search
from apps.contacts.services.entities import create_entity, update_entity
from apps.contacts.services.inputs import EmailInput, EntityInput, JobInput, PhoneInput, UnitInput
from apps.contacts.services.trash import trash_entities
from apps.core.models import Operation
from apps.core.services.operations import run
from tests.conftest import NOW
from tests.contacts.factories import FolderFactory

pytestmark = pytest.mark.django_db


def person(actor, first, last, *, email="", phone="", firm="", city="", **fields) -> Entity:
    unit = UnitInput(
        city=city,
        emails=[EmailInput(address=email)] if email else [],
        phones=[PhoneInput(raw=phone)] if phone else [],
    )
    jobs = [JobInput(organisation_name=firm)] if firm else []
    data = EntityInput(kind="person", first_name=first, last_name=last, units=[unit], jobs=jobs, **fields)
    return create_entity(actor=actor, data=data, now=NOW)


def pair_of(one: Entity, other: Entity) -> DuplicatePair | None:
    left, right = sorted([one.pk, other.pk])
    return DuplicatePair.objects.filter(left=left, right=right).first()


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (
            ("Olena", "Koval", {"email": "o.koval@mail.example"}),
            ("О.", "Коваль", {"email": "O.Koval@mail.example"}),
            "email",
        ),
        (
            ("Сергій", "Шевченко", {"phone": "+380501234567"}),
            ("Sergiy", "Shevchenko", {"phone": "050 123 45 67"}),
            "phone",
        ),
        (("Olena", "Koval", {"firm": "Vikna Plus"}), ("Koval", "Olena", {"firm": "Vikna Plus"}), "organisation"),
        (("Jürgen", "Schröder", {"firm": "Bau Nord"}), ("Juergen", "Schroedre", {"firm": "Bau Nord"}), "organisation"),
        (("Anna", "Brandt", {"birthday": "1985-04-12"}), ("Ana", "Brandt", {"birthday": "1985-04-12"}), "birthday"),
        (("Piotr", "Wiśniewski", {"city": "Lublin"}), ("Piotr", "Wisniewski", {"city": "Lublin"}), "city"),
    ],
)
def test_the_same_person_written_twice_is_found(bob, one, other, reason):
    first = person(bob, one[0], one[1], **one[2])
    second = person(bob, other[0], other[1], **other[2])

    check_waiting(now=NOW)

    found = pair_of(first, second)
    assert found is not None
    assert reason in found.reasons


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Ivan", "Koval", {"phone": "+380501234567"}), ("Olena", "Koval", {"phone": "+380501234567"})),
        (("Ivan", "Koval", {"email": "info@vikna.example"}), ("Petro", "Sydorenko", {"email": "info@vikna.example"})),
        (
            ("Olena", "Koval", {"birthday": "1985-04-12", "city": "Lviv"}),
            ("Olena", "Koval", {"birthday": "1990-01-01", "city": "Lviv"}),
        ),
        (("Olena", "Koval", {}), ("Olena", "Koval", {})),
        (("Anna", "Koval", {"firm": "Vikna Plus"}), ("Petro", "Koval", {"firm": "Vikna Plus"})),
    ],
)
def test_two_people_with_something_in_common_are_two(bob, one, other):
    first = person(bob, one[0], one[1], **one[2])
    second = person(bob, other[0], other[1], **other[2])

    check_waiting(now=NOW)

    assert pair_of(first, second) is None


def test_firms_are_found_by_name_and_town_but_not_with_another_number(bob):
    def firm(name):
        data = EntityInput(kind="organisation", name=name, units=[UnitInput(city="Lviv")])
        return create_entity(actor=bob, data=data, now=NOW)

    plus, same, other = firm("ТОВ Вікна Плюс 7"), firm("Vikna Plus 7 LLC"), firm("ТОВ Вікна Плюс 8")

    check_waiting(now=NOW)

    assert pair_of(plus, same) is not None
    assert pair_of(plus, other) is None


def test_a_change_looks_again_and_the_trash_ends_a_pair(bob):
    first = person(bob, "Olena", "Koval", email="o.koval@mail.example")
    second = person(bob, "Olena", "Koval", email="o.koval@mail.example")
    check_waiting(now=NOW)
    assert pair_of(first, second) is not None

    update_entity(
        actor=bob, entity=second, fields={"first_name": "Petro", "last_name": "Hryn"}, expected_version=None, now=NOW
    )
    check_waiting(now=NOW)

    assert pair_of(first, second) is None
    assert not DuplicateCheck.objects.exists()


def test_pairs_are_for_who_sees_both(bob, charlie):
    hidden = FolderFactory(kind="restricted")
    FolderPermission.objects.create(
        folder=hidden, group=bob.groups.get(), can_view=True, can_edit=True, can_export=False
    )
    forget_rights()
    first = person(bob, "Olena", "Koval", email="o.koval@mail.example", folder_id=hidden.pk)
    person(bob, "Olena", "Koval", email="o.koval@mail.example")
    check_waiting(now=NOW)

    assert DuplicatePair.objects.visible_to(bob).count() == 1
    assert DuplicatePair.objects.visible_to(charlie).count() == 0
    assert (open_pairs(bob), open_pairs(charlie), open_pairs(None)) == (1, 0, 1)
    operation = begin_search(actor=charlie, now=NOW)
    run(operation_id=operation.pk, now=NOW)
    assert Operation.objects.get(pk=operation.pk).result == {"pairs": 0}
    trash_entities(actor=bob, ids=[first.pk], now=NOW)
    assert DuplicatePair.objects.visible_to(bob).count() == 0


def test_a_search_through_the_house_goes_on_where_it_was_broken_off(bob, monkeypatch):
    first = person(bob, "Olena", "Koval", email="o.koval@mail.example")
    second = person(bob, "Olena", "Koval", email="o.koval@mail.example")
    operation = begin_search(actor=bob, now=NOW)
    assert begin_search(actor=bob, now=NOW) == operation
    Operation.objects.filter(pk=operation.pk).update(parameters={"after": first.pk})

    run(operation_id=operation.pk, now=NOW)

    operation.refresh_from_db()
    assert operation.state == "done"
    assert operation.parameters == {"after": second.pk}
    call_command("find_duplicates")
    assert pair_of(first, second) is not None


def test_the_command_tells_the_pairs(bob, capsys):
    first = person(bob, "Olena", "Koval", email="o.koval@mail.example")
    second = person(bob, "Olena", "Koval", email="o.koval@mail.example")

    call_command("find_duplicates", "--json")

    told = json.loads(capsys.readouterr().out)
    assert told["contacts"] == Entity.objects.count()
    assert [(pair["left"]["id"], pair["right"]["id"], pair["score"]) for pair in told["pairs"]] == [
        (first.pk, second.pk, 100)
    ]
