"""Entities and what belongs to them, with the values that matter spelt out by each test."""

from __future__ import annotations

import factory
from factory.django import DjangoModelFactory

from apps.contacts.models import Category, EmailAddress, Entity, Folder, PhoneNumber, Unit
from tests.conftest import NOW


class FolderFactory(DjangoModelFactory):
    class Meta:
        model = Folder

    name = factory.Sequence(lambda n: f"Folder {n}")


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category

    name = factory.Sequence(lambda n: f"Category {n}")


def default_folder() -> Folder:
    return Folder.objects.get_or_create(is_default=True, defaults={"name": "Everyone"})[0]


class EntityFactory(DjangoModelFactory):
    class Meta:
        model = Entity

    folder = factory.LazyFunction(default_folder)
    created_at = NOW
    modified_at = NOW
    sort_name = factory.LazyAttribute(lambda entity: entity.display_name.lower())
    name_key = factory.LazyAttribute(lambda entity: entity.display_name.lower())


class PersonFactory(EntityFactory):
    kind = "person"
    first_name = "Olena"
    last_name = "Koval"
    display_name = factory.LazyAttribute(lambda entity: f"{entity.first_name} {entity.last_name}".strip())


class OrganisationFactory(EntityFactory):
    kind = "organisation"
    name = "Vikna Plus"
    display_name = factory.LazyAttribute(lambda entity: entity.name)


class UnitFactory(DjangoModelFactory):
    class Meta:
        model = Unit

    entity = factory.SubFactory(PersonFactory)
    kind = "work"
    is_primary = True


class EmailAddressFactory(DjangoModelFactory):
    class Meta:
        model = EmailAddress

    unit = factory.SubFactory(UnitFactory)
    entity = factory.SelfAttribute("unit.entity")
    address = "olena@example.com"


class PhoneNumberFactory(DjangoModelFactory):
    class Meta:
        model = PhoneNumber

    unit = factory.SubFactory(UnitFactory)
    entity = factory.SelfAttribute("unit.entity")
    raw = "+380 44 123 45 67"
    e164 = "+380441234567"
    digits = "380441234567"
    digits_reversed = "765432144083"
