"""Contacts that are somebody here already, written otherwise, and such as only look so; each with its label."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from apps.contacts.models import Entity
from apps.contacts.services.inputs import EmailInput, EntityInput, JobInput, PhoneInput, UnitInput
from apps.core.text import transliterate

WAYS = ("typo", "two typos", "transliterated", "swapped", "initial", "moved firm", "same mail", "firm's form")
MISSES = ("namesake elsewhere", "relative", "colleague", "firm's neighbour")
_FORMS = ("ТОВ", "ПП", "GmbH", "LLC", "Ltd")


@dataclass(frozen=True, slots=True)
class Planted:
    """What is to be added; `twin_of` is whom it is, None: nobody here."""

    way: str
    data: EntityInput
    twin_of: int | None


def twin(entity: Entity, way: str, dice: random.Random) -> Planted:
    """`entity` once more, as it gets in a second time."""
    if entity.is_organisation:
        name = entity.name
        words = [word for word in name.split() if word not in _FORMS]
        written = {
            "typo": lambda: _slip(name, dice),
            "two typos": lambda: _slip(_slip(name, dice), dice),
            "swapped": lambda: " ".join(words[1::-1] + words[2:]),
            "firm's form": lambda: f"{dice.choice(_FORMS)} {' '.join(words)}",
        }.get(way, lambda: transliterate(name))()
        return Planted(way, _firm(written, entity, dice), entity.pk)
    first, last = entity.first_name, entity.last_name
    names: dict[str, Callable[[], tuple[str, str]]] = {
        "typo": lambda: (first, _slip(last, dice)),
        "two typos": lambda: (_slip(first, dice), _slip(last, dice)),
        "transliterated": lambda: (transliterate(first), transliterate(last)),
        "swapped": lambda: (last, first),
        "initial": lambda: (f"{first[:1]}.", last),
    }
    written_first, written_last = names.get(way, lambda: (first, last))()
    has_mail, has_phone = bool(entity.primary_email), bool(entity.primary_phone)
    by_mail = has_mail and (way == "same mail" or dice.random() < 0.35)
    by_phone = has_phone and (way == "moved firm" or not by_mail)
    keeps_firm = way != "moved firm" and entity.organisation_entity_id is not None
    unit = UnitInput(
        city=entity.city,
        country=entity.country,
        emails=[EmailInput(entity.primary_email)] if by_mail else [],
        phones=[PhoneInput(entity.primary_phone)] if by_phone and (way == "moved firm" or dice.random() < 0.7) else [],
    )
    if way == "moved firm":
        unit.emails = [EmailInput(f"new{entity.pk}@elsewhere.example")]
    jobs = [JobInput(organisation_id=entity.organisation_entity_id)] if keeps_firm else []
    data = EntityInput(kind="person", first_name=written_first, last_name=written_last, units=[unit], jobs=jobs)
    return Planted(way, data, entity.pk)


def miss(entity: Entity, way: str, dice: random.Random) -> Planted:
    """Somebody else who shares something with `entity`."""
    number = dice.randrange(10**7)
    if entity.is_organisation:
        return Planted(way, _firm(f"{entity.name}{dice.randrange(1, 9)}", entity, dice, known=False), None)
    first, last = entity.first_name, entity.last_name
    own = UnitInput(
        city="Elsewhere", emails=[EmailInput(f"other{number}@else.example")], phones=[PhoneInput(f"+38099{number:07}")]
    )
    if way == "relative":
        own = UnitInput(city=entity.city, phones=[PhoneInput(entity.primary_phone)] if entity.primary_phone else [])
        first = "Всеволод" if first[:1] != "В" else "Зоряна"
    elif way == "colleague":
        own = UnitInput(city=entity.city, emails=[EmailInput(entity.primary_email)] if entity.primary_email else [])
        first, last = "Всеволод", f"Щ{last[::-1].lower()}"
    jobs = (
        [JobInput(organisation_id=entity.organisation_entity_id)]
        if way == "colleague" and entity.organisation_entity_id
        else []
    )
    data = EntityInput(kind="person", first_name=first, last_name=last, units=[own], jobs=jobs)
    return Planted(way, data, None)


def _firm(name: str, entity: Entity, dice: random.Random, *, known: bool = True) -> EntityInput:
    phones = [PhoneInput(entity.primary_phone)] if known and entity.primary_phone and dice.random() < 0.5 else []
    unit = UnitInput(city=entity.city, country=entity.country, phones=phones)
    return EntityInput(kind="organisation", name=name, units=[unit])


def _slip(word: str, dice: random.Random) -> str:
    """A letter left out, doubled, or two exchanged, not the first one."""
    if len(word) < 4:
        return word
    place = dice.randrange(1, len(word) - 1)
    kind = dice.randrange(3)
    if kind == 0:
        return word[:place] + word[place + 1 :]
    if kind == 1:
        return word[:place] + word[place] + word[place:]
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
