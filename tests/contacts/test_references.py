"""Fields that point to a contact: what a folder hides is not named, and not lost."""

from __future__ import annotations

import pytest
from django.urls import reverse

from apps.contacts.models import Entity, EntityReference, FieldDefinition
from apps.contacts.services.entities import update_entity
from apps.contacts.services.fields import define_field
from tests.contacts.factories import FolderFactory, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def adviser(ada, now) -> FieldDefinition:
    return define_field(actor=ada, target="person", label="Adviser", field_type="entity", now=now)


@pytest.fixture
def person(ada, adviser, now) -> Entity:
    """Somebody whose adviser lies where bob doesn't look."""
    hidden = PersonFactory(folder=FolderFactory(kind="restricted"), display_name="Secret Sarah")
    person = PersonFactory()
    update_entity(
        actor=ada, entity=person, fields={"attributes": {adviser.key: hidden.pk}}, expected_version=None, now=now
    )
    return person


def shown(client, user, person: Entity) -> str:
    client.force_login(user)
    details = client.get(reverse("contacts:entity_tab", args=[person.pk, "details"]))
    listed = client.post(reverse("core:list_columns", args=["contacts.entities"]), {"columns": ["custom.adviser"]})
    assert listed.status_code == 302
    people = client.get(reverse("contacts:list_tab", args=["people"]))
    return f"{details.content.decode()}{people.content.decode()}"


def test_a_hidden_contact_is_not_named_by_a_field_that_points_to_it(client, ada, bob, person):
    assert shown(client, ada, person).count("Secret Sarah") >= 2
    assert "Secret Sarah" not in shown(client, bob, person)


def test_two_columns_that_point_to_contacts_stand_beside_each_other(client, ada, person, now):
    define_field(actor=ada, target="person", label="Deputy", field_type="entity", now=now)
    client.force_login(ada)
    columns = {"columns": ["custom.adviser", "custom.deputy"]}
    client.post(reverse("core:list_columns", args=["contacts.entities"]), columns)

    assert "Secret Sarah" in client.get(reverse("contacts:list_tab", args=["people"])).content.decode()


def test_a_field_that_seemed_empty_keeps_whom_it_points_to(bob, person, adviser, now):
    update_entity(actor=bob, entity=person, fields={"attributes": {adviser.key: ""}}, expected_version=None, now=now)

    assert EntityReference.objects.filter(entity=person, field=adviser).exists()
