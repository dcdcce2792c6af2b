"""Making and changing contacts."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from apps.contacts.models import Entity, SearchToken
from apps.contacts.services.entities import create_entity, update_entity
from apps.contacts.services.errors import EditConflict
from apps.contacts.services.inputs import EmailInput, EntityInput, JobInput, LinkInput, PhoneInput, UnitInput
from apps.core.models import Change, Operation
from tests.contacts.factories import FolderFactory, OrganisationFactory, PersonFactory


def test_a_contact_is_made_with_all_that_belongs_to_it_in_one_operation(bob, now):
    data = EntityInput(
        first_name="Olena",
        last_name="Koval",
        emails=[EmailInput("olena@example.com"), EmailInput("olena@vikna.example", is_primary=True)],
        phones=[PhoneInput("044 123 45 67")],
        links=[LinkInput("vikna.example")],
        units=[UnitInput(city="Lviv", country="UA"), UnitInput(kind="home", city="Kyiv")],
        jobs=[JobInput(organisation_name="Vikna Plus", title="Buyer", department="Windows")],
    )

    person = create_entity(actor=bob, data=data, now=now)

    person.refresh_from_db()
    assert (person.display_name, person.sort_name) == ("Olena Koval", "koval olena")
    assert (person.primary_email, person.primary_phone) == ("olena@vikna.example", "+380441234567")
    assert (person.city, person.country) == ("Lviv", "UA")
    assert (person.organisation, person.job_title) == ("Vikna Plus", "Buyer")
    assert person.organisation_entity is not None
    assert person.organisation_entity.kind == "organisation"
    assert person.links.get().url == "https://vikna.example"
    assert person.owner == bob
    operation = Operation.objects.get()
    assert (operation.verb, operation.actor) == ("entity.created", bob)
    assert Change.objects.filter(operation=operation, subject_id=person.pk).count() == 9
    assert {"koval olena", "olena koval", "vikna", "olena@vikna.example"} <= set(
        SearchToken.objects.filter(entity=person).values_list("token", flat=True)
    )


def test_a_second_colleague_joins_the_same_organisation(bob, now):
    job = JobInput(organisation_name="Vikna Plus")
    first = create_entity(actor=bob, data=EntityInput(last_name="Koval", jobs=[job]), now=now)

    second = create_entity(
        actor=bob, data=EntityInput(last_name="Bondar", jobs=[JobInput(organisation_name="VIKNA  plus")]), now=now
    )

    assert first.organisation_entity is not None
    assert second.organisation_entity == first.organisation_entity
    assert Entity.objects.get(pk=first.organisation_entity.pk).version == 2
    assert Entity.objects.get(pk=second.pk).version == 1


def test_what_is_wrong_is_told_by_field_and_nothing_is_kept(bob, now):
    data = EntityInput(
        last_name="Koval", emails=[EmailInput("ok@example.com"), EmailInput("not an address")], phones=[PhoneInput("-")]
    )

    with pytest.raises(ValidationError) as refused:
        create_entity(actor=bob, data=data, now=now)

    assert set(refused.value.message_dict) == {"emails.1.address", "phones.0.raw"}
    assert not Entity.objects.exists()
    assert not Operation.objects.exists()


def test_a_contact_needs_a_name_or_an_address(bob, now):
    with pytest.raises(ValidationError) as refused:
        create_entity(actor=bob, data=EntityInput(), now=now)
    assert "last_name" in refused.value.message_dict

    nameless = create_entity(actor=bob, data=EntityInput(emails=[EmailInput("info@example.com")]), now=now)
    assert nameless.display_name == "info@example.com"


def test_an_outsider_adds_nothing_to_a_restricted_folder(charlie, dora, now, everyone_folder):
    closed = FolderFactory(kind="restricted")

    for stranger, folder in ((charlie, closed), (dora, everyone_folder)):
        with pytest.raises(PermissionDenied):
            create_entity(actor=stranger, data=EntityInput(last_name="X", folder_id=folder.pk), now=now)


def test_a_change_raises_the_version_and_is_written_down(bob, now):
    person = create_entity(actor=bob, data=EntityInput(first_name="Olena", last_name="Koval"), now=now)

    update_entity(actor=bob, entity=person, fields={"last_name": "Bondar"}, expected_version=1, now=now)

    person.refresh_from_db()
    assert (person.display_name, person.version) == ("Olena Bondar", 2)
    change = Change.objects.get(operation__verb="entity.updated")
    assert change.diff == {"last_name": ["Koval", "Bondar"]}
    assert (change.subject_id, change.version_before, change.version_after) == (person.pk, 1, 2)
    assert not SearchToken.objects.filter(entity=person, token__contains="koval").exists()


def test_saving_what_stands_there_already_leaves_no_trace(bob, now):
    person = create_entity(actor=bob, data=EntityInput(last_name="Koval"), now=now)

    update_entity(actor=bob, entity=person, fields={"last_name": "Koval "}, expected_version=1, now=now)

    assert Entity.objects.get(pk=person.pk).version == 1
    assert not Operation.objects.filter(verb="entity.updated").exists()


def test_of_two_savers_the_second_is_told_what_the_first_did(alice, bob, now):
    person = create_entity(actor=bob, data=EntityInput(first_name="Olena", last_name="Koval"), now=now)
    update_entity(actor=alice, entity=person, fields={"last_name": "Bondar"}, expected_version=1, now=now)

    with pytest.raises(EditConflict) as conflict:
        update_entity(
            actor=bob,
            entity=person,
            fields={"last_name": "Koval-Shevchenko", "first_name": "Olena"},
            expected_version=1,
            now=now,
        )

    only = conflict.value.conflicts[0]
    assert (only.field, only.mine, only.theirs, only.before) == ("last_name", "Koval-Shevchenko", "Bondar", "Koval")
    assert conflict.value.version == 2
    assert Entity.objects.get(pk=person.pk).last_name == "Bondar"


def test_two_savers_of_different_fields_both_keep_their_words(alice, bob, now):
    person = create_entity(actor=bob, data=EntityInput(first_name="Olena", last_name="Koval", notes="old"), now=now)
    form = {"first_name": "Olena", "last_name": "Koval", "notes": "old"}
    update_entity(actor=alice, entity=person, fields={**form, "notes": "new"}, expected_version=1, now=now)

    update_entity(actor=bob, entity=person, fields={**form, "first_name": "Lena"}, expected_version=1, now=now)

    person.refresh_from_db()
    assert (person.first_name, person.notes) == ("Lena", "new")


def test_an_outsider_changes_nothing(charlie, dora, now):
    hidden = PersonFactory(folder=FolderFactory(kind="restricted"))
    public = PersonFactory()

    for stranger, person in ((charlie, hidden), (dora, public)):
        with pytest.raises(PermissionDenied):
            update_entity(actor=stranger, entity=person, fields={"notes": "x"}, expected_version=1, now=now)


def test_nobody_moves_a_contact_where_they_may_not_write(bob, now):
    person = PersonFactory()

    with pytest.raises(PermissionDenied):
        update_entity(
            actor=bob,
            entity=person,
            fields={"folder": FolderFactory(kind="restricted")},
            expected_version=None,
            now=now,
        )


def test_a_renamed_organisation_is_renamed_with_its_people(bob, now):
    person = create_entity(
        actor=bob, data=EntityInput(last_name="Koval", jobs=[JobInput(organisation_name="Vikna Plus")]), now=now
    )

    organisation = Entity.objects.organisations().get()
    update_entity(actor=bob, entity=organisation, fields={"name": "Dveri"}, expected_version=None, now=now)

    person.refresh_from_db()
    assert (person.organisation, person.version) == ("Dveri", 1)
    assert SearchToken.objects.filter(entity=person, token="dveri").exists()


@pytest.mark.parametrize(
    ("typed", "kept"), [("12.4.1985", "1985-04-12"), ("--0412", "--04-12"), ("1985", "1985"), ("", "")]
)
def test_a_birthday_may_lack_what_nobody_knows(bob, now, typed, kept):
    person = create_entity(actor=bob, data=EntityInput(last_name="Koval", birthday=typed), now=now)

    assert Entity.objects.get(pk=person.pk).birthday == kept


def test_a_day_that_never_was_is_refused(bob, now):
    with pytest.raises(ValidationError) as refused:
        create_entity(actor=bob, data=EntityInput(last_name="Koval", birthday="31.2.2000"), now=now)

    assert "birthday" in refused.value.message_dict


def test_an_organisation_takes_no_job(bob, now):
    with pytest.raises(ValidationError):
        create_entity(
            actor=bob,
            data=EntityInput(kind="organisation", name="Vikna", jobs=[JobInput(organisation_name="X")]),
            now=now,
        )
    assert not Entity.objects.filter(name="Vikna").exists()
    OrganisationFactory()
