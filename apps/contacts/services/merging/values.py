"""Field by field: what the merged contact is called and bears, by choice or as far as one of them has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from apps.contacts.models import Entity

BOTH = 0  # of notes: one below the other
# Names go together: to put the first name of one before the last name of another makes a third person.
PERSON_FIELDS = ("prefix", "first_name", "middle_name", "last_name", "suffix", "nickname", "birthday", "anniversary")
FIRM_FIELDS = (
    *("name", "legal_name", "nickname", "registration_number", "vat_number", "industry", "organisation_type"),
    "anniversary",
)
SHARED_FIELDS = ("language", "time_zone", "photo_url", "public_key", "notes", "owner", "photo")


def fields_of(kind: str) -> tuple[str, ...]:
    """What may be chosen of contacts of this kind, beside own fields ("attributes.KEY")."""
    return (*(PERSON_FIELDS if kind == Entity.Kind.PERSON else FIRM_FIELDS), *SHARED_FIELDS)


def value_of(entity: Entity, name: str) -> Any:
    """A field's value; of users and files the id."""
    if name.startswith("attributes."):
        return entity.attributes.get(name.removeprefix("attributes."))
    return getattr(entity, f"{name}_id" if name in ("owner", "photo") else name)


def names_of(entities: Sequence[Entity]) -> list[str]:
    """All fields that any of them fills, own ones too."""
    keys = dict.fromkeys(key for entity in entities for key in entity.attributes)
    names = (*fields_of(entities[0].kind), *(f"attributes.{key}" for key in keys))
    return [name for name in names if any(value_of(entity, name) not in ("", None) for entity in entities)]


def chosen(entities: Sequence[Entity], name: str, take: Mapping[str, int]) -> Any:
    """The value to keep: of the entity that `take` names, else of the first one that has any; notes are joined."""
    wanted = take.get(name)
    if name == "notes" and wanted in (None, BOTH):
        notes = dict.fromkeys(entity.notes.strip() for entity in entities if entity.notes.strip())
        return "\n\n".join(notes)
    if wanted is not None:
        return next(value_of(entity, name) for entity in entities if entity.pk == wanted)
    values = (value_of(entity, name) for entity in entities)
    return next((value for value in values if value not in ("", None)), value_of(entities[0], name))


def apply(entities: Sequence[Entity], take: Mapping[str, int]) -> None:
    """Set the first one's fields; unsaved."""
    winner = entities[0]
    for name in names_of(entities):
        value = chosen(entities, name, take)
        if name.startswith("attributes."):
            winner.attributes = {**winner.attributes, name.removeprefix("attributes."): value}
        else:
            setattr(winner, f"{name}_id" if name in ("owner", "photo") else name, value)
