"""Jobs as phones change them: the one that their card tells of, and no other."""

from __future__ import annotations

import pytest

from apps.contacts.models import Entity, Relationship
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EntityInput, JobInput
from apps.contacts.services.phone_edits import facts_now
from tests.contacts.factories import default_folder
from tests.sync.dav.door import Phone

pytestmark = pytest.mark.django_db


def person(alice, now, *firms: str) -> Entity:
    """Someone who works for these; what they do at the first is more than a card can say."""
    jobs = [JobInput(organisation_name=firm, title="Buyer", is_primary=firm == firms[0]) for firm in firms]
    made = create_entity(actor=alice, data=EntityInput(first_name="Anna", last_name="Petrenko", jobs=jobs), now=now)
    first = Relationship.objects.filter(participants__entity__display_name=firms[0])
    first.update(description="Half of the week")
    return made


def jobs(entity: Entity) -> list[tuple[str, str, bool]]:
    found = entity.participations.filter(side="source").order_by("position", "pk")
    return [
        (each.relationship.participants.get(side="target").entity.display_name, each.job_title, each.is_primary)
        for each in found
    ]


def put(alice, anna: Entity, *changes: tuple[str, str]) -> None:
    phone = Phone(alice)
    href = f"{phone.book(default_folder())}{anna.uid}.vcf"
    answer = phone.ask("GET", href)
    text = answer.text
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    assert phone.ask("PUT", href, text, if_match=answer.headers["ETag"]).status == 204


def test_a_new_title_is_that_of_the_job_on_the_card(alice, now):
    anna = person(alice, now, "Vikna Plus", "Glas")
    assert facts_now(anna).job["organisation"] == "Glas"

    put(alice, anna, ("TITLE:Buyer", "TITLE:Head buyer"))

    assert jobs(anna) == [("Vikna Plus", "Buyer", True), ("Glas", "Head buyer", False)]


def test_a_job_taken_off_the_card_takes_no_other_along(alice, now):
    anna = person(alice, now, "Vikna Plus", "Glas")

    put(alice, anna, ("TITLE:Buyer\r\n", ""), ("ORG:Glas\r\n", ""))

    assert jobs(anna) == [("Vikna Plus", "Buyer", True)]


def test_a_firm_given_to_a_card_without_one_comes_beside_the_job_that_it_does_not_tell_of(alice, now):
    anna = person(alice, now, "Vikna Plus")

    put(alice, anna, ("END:VCARD", "ORG:Glas\r\nEND:VCARD"))

    assert jobs(anna) == [("Vikna Plus", "Buyer", True), ("Glas", "", False)]
