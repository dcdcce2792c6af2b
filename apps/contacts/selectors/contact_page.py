"""All that the page of one contact shows, in a constant number of queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.contacts.models import (
    EmailAddress,
    Entity,
    EntityReference,
    FieldDefinition,
    Link,
    Participant,
    PhoneNumber,
    Unit,
)
from apps.contacts.models.rights import rights_of
from apps.contacts.selectors.fields import definitions_for
from apps.contacts.selectors.units import units_of
from apps.contacts.values import show_value
from apps.core.prepared import Prepared, blank_ids, blank_number, prepared

EMPLOYEES_SHOWN = 50
_TIES_SHOWN = 500

_ENTITY, _RELATIONSHIPS = blank_number(), blank_ids()


@dataclass(frozen=True, slots=True)
class CustomValue:
    label: str
    section: str
    text: str
    kind: str
    entity: Entity | None = None


@dataclass(frozen=True, slots=True)
class Other:
    """Who else takes part in a relationship."""

    participant_id: int
    entity_id: int
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Tie:
    """One relationship as read from the contact's own end."""

    relationship_id: int
    type_id: int
    type_key: str
    reading: str  # "works for", or from the other end "employs"
    others: list[Other]
    mine: Participant
    name: str
    description: str
    valid_from: date | None
    valid_to: date | None
    is_current: bool
    values: list[CustomValue] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ContactPage:
    entity: Entity
    units: list[Unit]
    phones: list[PhoneNumber]  # the one to call first stands first
    emails: list[EmailAddress]
    links: list[Link]
    custom: list[CustomValue]
    unit_values: dict[int, list[CustomValue]]  # own fields of units, by the unit's id

    @property
    def has_address(self) -> bool:
        return any(
            unit.street or unit.city or unit.postcode or unit.country or unit.po_box or unit.street2 or unit.region
            for unit in self.units
        )


def contact_page(entity: Entity, *, user: User, prefer_home: bool = False, with_custom: bool = True) -> ContactPage:
    """The contact with its units and values, as `user` sees them; `prefer_home` puts home numbers first."""
    units = units_of(entity)
    wanted = Unit.Kind.HOME if prefer_home else Unit.Kind.WORK

    def first(unit: Unit) -> bool:
        return unit.kind != wanted

    by_use = sorted(units, key=first) if prefer_home else units
    return ContactPage(
        entity=entity,
        units=units,
        phones=[phone for unit in by_use for phone in unit.shown_phones],
        emails=[email for unit in by_use for email in unit.shown_emails],
        links=[link for unit in by_use for link in unit.shown_links],
        custom=_custom_values(entity, user) if with_custom else [],
        unit_values=_unit_values(units) if with_custom else {},
    )


def add_users(entity: Entity, *, reader: User) -> None:
    """Fetch its owner and who made and changed it: mostly one person, often its reader; cheaper than three joins."""
    roles = {name: getattr(entity, f"{name}_id") for name in ("owner", "created_by", "modified_by")}
    users = {reader.pk: reader}
    if missing := {pk for pk in roles.values() if pk} - users.keys():
        users |= User.objects.in_bulk(missing)
    for name, pk in roles.items():
        if pk in users:
            setattr(entity, name, users[pk])


def ties_of(entity: Entity, *, user: User, today: date, with_values: bool = True) -> list[Tie]:
    """The relationships of `entity`, those that hold today first; participants that `user` may not see stay out."""
    mine = _participations.ask({_ENTITY: entity.pk})
    others: dict[int, list[Other]] = {}
    ids = [each.relationship_id for each in mine]
    for relationship_id, *other in _participants.ask({_RELATIONSHIPS: ids}, user) if ids else ():
        others.setdefault(relationship_id, []).append(Other(*other))
    definitions = _definitions_by_type({each.relationship.type_id for each in mine}) if with_values else {}
    ties = []
    for each in mine:
        relationship = each.relationship
        rest = [other for other in others.get(relationship.pk, []) if other.participant_id != each.pk]
        if not rest:
            continue
        kind = relationship.type
        starts, ends = relationship.valid_from, relationship.valid_to
        ties.append(
            Tie(
                relationship_id=relationship.pk,
                type_id=kind.pk,
                type_key=kind.key,
                reading=kind.reading if each.side == Participant.Side.SOURCE else kind.reading_back,
                others=rest,
                mine=each,
                name=relationship.name,
                description=relationship.description,
                valid_from=starts,
                valid_to=ends,
                is_current=(starts is None or starts <= today) and (ends is None or ends > today),
                values=[
                    CustomValue(
                        definition.label,
                        "",
                        show_value(
                            definition, relationship.attributes.get(definition.key), choices=definition.choices.all()
                        ),
                        definition.field_type,
                    )
                    for definition in definitions.get(kind.pk, [])
                    if relationship.attributes.get(definition.key) is not None
                ],
            )
        )
    return sorted(ties, key=lambda tie: not tie.is_current)


@Prepared
def _participations() -> QuerySet[Participant]:
    mine = Participant.objects.filter(entity=_ENTITY).select_related("relationship__type")
    return mine.order_by("-is_primary", "position", "pk")[:_TIES_SHOWN]


@prepared(rights_of)
def _participants(user: User) -> QuerySet[Entity, tuple[Any, ...]]:
    seen = Entity.objects.visible_to(user).live().filter(participations__relationship__among=_RELATIONSHIPS)
    return seen.order_by("sort_name", "participations__pk").values_list(
        *("participations__relationship", "participations__pk"), *("pk", "display_name", "participations__role")
    )


def _definitions_by_type(types: set[int]) -> dict[int, list[FieldDefinition]]:
    found: dict[int, list[FieldDefinition]] = {}
    lasting = FieldDefinition.objects.filter(relationship_type__in=types, retired_at__isnull=True)
    for definition in lasting.prefetch_related("choices"):
        found.setdefault(definition.relationship_type_id or 0, []).append(definition)
    return found


def people_of(organisation: Entity, *, user: User, today: date) -> tuple[list[Participant], int]:
    """Who works for an organisation today, as far as `user` sees them: the first ones by name, and how many."""
    current = Q(relationship__valid_from__isnull=True) | Q(relationship__valid_from__lte=today)
    lasting = Q(relationship__valid_to__isnull=True) | Q(relationship__valid_to__gt=today)
    jobs = Participant.objects.filter(
        current,
        lasting,
        side=Participant.Side.SOURCE,
        relationship__type__key="works_for",
        relationship__participants__entity=organisation,
        relationship__participants__side=Participant.Side.TARGET,
        entity__in=Entity.objects.visible_to(user).live(),
    )
    people = jobs.select_related("entity").order_by("entity__sort_name", "pk")
    shown = list(people[:EMPLOYEES_SHOWN])
    return shown, len(shown) if len(shown) < EMPLOYEES_SHOWN else jobs.count()


def _unit_values(units: list[Unit]) -> dict[int, list[CustomValue]]:
    if not any(unit.attributes for unit in units):
        return {}
    definitions = definitions_for("unit")
    return {
        unit.pk: [
            CustomValue(each.label, "", show_value(each, value, choices=each.choices.all()), each.field_type)
            for each in definitions
            if (value := unit.attributes.get(each.key)) is not None
        ]
        for unit in units
    }


def _custom_values(entity: Entity, user: User) -> list[CustomValue]:
    definitions = definitions_for(entity.kind)
    references: dict[int, EntityReference] = {}
    if any(definition.field_type == FieldDefinition.Type.ENTITY for definition in definitions):
        seen = Entity.objects.visible_to(user).live()
        found = EntityReference.objects.filter(entity=entity, referenced__in=seen).select_related("referenced")
        references = {reference.field_id: reference for reference in found}
    values = []
    for definition in definitions:
        reference = references.get(definition.pk)
        kept = entity.attributes.get(definition.key)
        text = (
            reference.referenced.display_name
            if reference
            else show_value(definition, kept, choices=definition.choices.all())
        )
        values.append(
            CustomValue(
                definition.label,
                definition.section,
                text,
                definition.field_type,
                reference.referenced if reference else None,
            )
        )
    return values
