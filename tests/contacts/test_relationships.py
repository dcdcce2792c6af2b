"""Ties between entities: kinds, sides, hierarchies, jobs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from apps.contacts.models import Participant, Relationship, RelationshipType, SearchToken
from apps.contacts.services import relationships, units
from apps.contacts.services.copies import refresh_dated
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EntityInput, JobInput, UnitInput
from apps.contacts.services.relationship_types import (
    define_relationship_type,
    retire_relationship_type,
    update_relationship_type,
)
from apps.contacts.services.relationships import ParticipantInput
from apps.core.models import Change
from tests.contacts.factories import FolderFactory, OrganisationFactory, PersonFactory


def a_type(key: str) -> RelationshipType:
    return RelationshipType.objects.get(key=key)


def tie(actor, now, key, sources, targets, **fields) -> Relationship:
    ends = [ParticipantInput(one.pk, "source") for one in sources]
    ends += [ParticipantInput(one.pk, "target") for one in targets]
    return relationships.add_relationship(actor=actor, type=a_type(key), participants=ends, now=now, **fields)


def test_an_opportunity_ties_three_people_and_two_companies(ada, bob, now):
    opportunity = define_relationship_type(actor=ada, name="Opportunity", inverse_name="Buyer of", now=now)
    people = [PersonFactory() for _ in range(3)]
    firms = [OrganisationFactory() for _ in range(2)]

    made = relationships.add_relationship(
        actor=bob,
        type=opportunity,
        name="New windows",
        participants=[ParticipantInput(one.pk, "source", role="decides") for one in people]
        + [ParticipantInput(one.pk, "target") for one in firms],
        now=now,
    )

    assert made.participants.count() == 5
    for entity in (*people, *firms):
        entity.refresh_from_db()
        assert entity.version == 2
    change = Change.objects.get(record_type="contacts.relationship")
    assert (change.version_before, change.version_after) == (1, 2)


def test_each_kind_stands_where_the_type_wants_it(bob, now):
    person, firm = PersonFactory(), OrganisationFactory()

    for sources, targets in (([firm], [person]), ([person], [person]), ([person], []), ([firm], [firm])):
        with pytest.raises(ValidationError):
            tie(bob, now, "works_for", sources, targets)
    assert not Relationship.objects.exists()


def test_nobody_stands_above_themselves(bob, now):
    holding, group, firm = (OrganisationFactory(name=name) for name in ("Holding", "Group", "Firm"))
    tie(bob, now, "part_of", [firm], [group])
    tie(bob, now, "part_of", [group], [holding])

    with pytest.raises(ValidationError):
        tie(bob, now, "part_of", [holding], [firm])
    assert Relationship.objects.count() == 2


def test_the_primary_current_job_is_shown_in_lists(bob, now):
    person = create_entity(
        actor=bob, data=EntityInput(last_name="Koval", jobs=[JobInput(organisation_name="Old", title="Clerk")]), now=now
    )
    relationships.add_job(actor=bob, person=person, job=JobInput(organisation_name="New", title="Chief"), now=now)
    person.refresh_from_db()
    assert (person.organisation, person.job_title) == ("New", "Chief")

    first = Participant.objects.get(entity=person, job_title="Clerk")
    relationships.make_job_primary(actor=bob, participant=first, now=now)
    person.refresh_from_db()
    assert (person.organisation, person.job_title) == ("Old", "Clerk")

    relationships.update_relationship(
        actor=bob, relationship=first.relationship, fields={"valid_to": date(2026, 1, 1)}, now=now
    )
    person.refresh_from_db()
    assert person.organisation == "New"

    relationships.remove_relationship(
        actor=bob, relationship=Relationship.objects.exclude(pk=first.relationship_id).get(), now=now
    )
    person.refresh_from_db()
    assert (person.organisation, person.job_title, person.organisation_entity) == ("", "", None)


def test_a_tie_ends_after_it_begins(bob, now):
    with pytest.raises(ValidationError):
        tie(
            bob, now, "knows", [PersonFactory()], [PersonFactory()],
            valid_from=date(2026, 2, 1), valid_to=date(2026, 2, 1),
        )  # fmt: skip


def test_the_last_of_a_side_takes_the_tie_along(bob, now):
    one, other, third = PersonFactory(), PersonFactory(), PersonFactory()
    made = tie(bob, now, "knows", [one], [other, third])

    relationships.remove_participant(actor=bob, participant=made.participants.get(entity=third), now=now)
    assert made.participants.count() == 2

    relationships.remove_participant(actor=bob, participant=made.participants.get(entity=other), now=now)
    assert not Relationship.objects.exists()


def test_another_joins_and_takes_part_through_a_place_of_theirs(bob, now):
    one, other, third = PersonFactory(), PersonFactory(), PersonFactory()
    made = tie(bob, now, "knows", [one], [other])
    home = units.add_unit(actor=bob, entity=third, data=UnitInput(kind="home"), now=now)

    joined = relationships.add_participant(
        actor=bob, relationship=made, participant=ParticipantInput(third.pk, "target", unit_id=home.pk), now=now
    )

    assert joined.unit == home
    with pytest.raises(ValidationError):
        relationships.update_participant(
            actor=bob, participant=made.participants.get(entity=other), fields={"unit": home}, now=now
        )


def test_an_outsider_ties_nobody_hidden(charlie, bob, now):
    hidden = PersonFactory(folder=FolderFactory(kind="restricted"))
    seen = PersonFactory()

    for sources, targets in (([hidden], [seen]), ([seen], [hidden])):
        with pytest.raises(PermissionDenied):
            tie(charlie, now, "knows", sources, targets)


def test_only_administrators_define_types(ada, bob, now):
    with pytest.raises(PermissionDenied):
        define_relationship_type(actor=bob, name="Rival", now=now)

    rival = define_relationship_type(actor=ada, name="Rival of", is_symmetric=True, now=now)
    assert (rival.key, rival.inverse_name) == ("rival_of", "Rival of")
    tie(ada, now, "rival_of", [PersonFactory()], [PersonFactory()])
    update_relationship_type(actor=ada, type=rival, fields={"name": "Opponent of"}, now=now)
    with pytest.raises(ValidationError):
        update_relationship_type(actor=ada, type=rival, fields={"source_kind": "person"}, now=now)
    with pytest.raises(ValidationError):
        retire_relationship_type(actor=ada, type=a_type("works_for"), now=now)
    retire_relationship_type(actor=ada, type=rival, now=now)
    assert RelationshipType.objects.get(pk=rival.pk).retired_at == now


def test_a_job_that_begins_one_day_is_shown_from_that_day_on(bob, now):
    person = create_entity(
        actor=bob,
        data=EntityInput(last_name="Koval", jobs=[JobInput(organisation_name="Alpha", valid_to=date(2026, 11, 10))]),
        now=now,
    )
    job = JobInput(organisation_name="Beta", valid_from=date(2026, 11, 10), is_primary=False)
    relationships.add_job(actor=bob, person=person, job=job, now=now)
    person.refresh_from_db()
    assert person.organisation == "Alpha"

    assert refresh_dated(now=now + timedelta(days=8)) == 1

    person.refresh_from_db()
    assert person.organisation == "Beta"
    assert SearchToken.objects.filter(entity=person, token="beta").exists()
    assert not SearchToken.objects.filter(entity=person, token="alpha").exists()
