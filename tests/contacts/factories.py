"""Entities and what belongs to them, with the values that matter spelt out by each test."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar, cast

from factory.declarations import LazyAttribute, LazyFunction, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from apps.contacts.models import (
    Category,
    EmailAddress,
    Entity,
    Folder,
    Participant,
    Relationship,
    RelationshipType,
    Unit,
)
from tests.conftest import NOW


class _FolderFactory(DjangoModelFactory):
    class Meta:
        model = Folder

    name = Sequence(lambda n: f"Folder {n}")


class _CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category

    name = Sequence(lambda n: f"Category {n}")


def default_folder() -> Folder:
    return Folder.objects.get_or_create(is_default=True, defaults={"name": "Everyone"})[0]


class _EntityFactory(DjangoModelFactory):
    class Meta:
        model = Entity

    folder = LazyFunction(default_folder)
    created_at = NOW
    modified_at = NOW
    sort_name = LazyAttribute(lambda entity: entity.display_name.lower())
    name_key = LazyAttribute(lambda entity: entity.display_name.lower())


class _PersonFactory(_EntityFactory):
    kind = "person"
    first_name = "Olena"
    last_name = "Koval"
    display_name = LazyAttribute(lambda entity: f"{entity.first_name} {entity.last_name}".strip())


class _OrganisationFactory(_EntityFactory):
    kind = "organisation"
    name = "Vikna Plus"
    display_name = LazyAttribute(lambda entity: entity.name)


class _UnitFactory(DjangoModelFactory):
    class Meta:
        model = Unit

    entity = SubFactory(_PersonFactory)
    kind = "work"
    is_primary = True


class _EmailAddressFactory(DjangoModelFactory):
    class Meta:
        model = EmailAddress

    unit = SubFactory(_UnitFactory)
    entity = SelfAttribute("unit.entity")
    address = "olena@example.com"


Made = TypeVar("Made", covariant=True)


class Maker(Protocol[Made]):
    """What tests call: type checkers take a factory's call for the factory itself."""

    def __call__(self, **fields: Any) -> Made: ...

    def build(self, **fields: Any) -> Made: ...


FolderFactory = cast("Maker[Folder]", _FolderFactory)
CategoryFactory = cast("Maker[Category]", _CategoryFactory)
PersonFactory = cast("Maker[Entity]", _PersonFactory)
OrganisationFactory = cast("Maker[Entity]", _OrganisationFactory)
UnitFactory = cast("Maker[Unit]", _UnitFactory)
EmailAddressFactory = cast("Maker[EmailAddress]", _EmailAddressFactory)


def tie(type: RelationshipType, source: Entity, target: Entity, **fields) -> Relationship:
    """Tie two entities; `fields` are dates of the tie, and what the first one is in it."""
    dates = {name: fields.pop(name) for name in ("valid_from", "valid_to") if name in fields}
    relationship = Relationship.objects.create(type=type, **dates)
    Participant.objects.create(relationship=relationship, entity=source, side="source", **fields)
    Participant.objects.create(relationship=relationship, entity=target, side="target")
    return relationship
