"""Contacts that are in the demo company twice, as they get in: by hand, from a fair's list, from an old phone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime

from apps.accounts.models import User
from apps.contacts.models import Entity
from apps.contacts.services import entities
from apps.contacts.services.inputs import EmailInput, EntityInput, JobInput, PhoneInput, UnitInput
from apps.core.text import transliterate

SOURCE = "demo-twin"


def plant_twins(actor: User, dice: random.Random, *, count: int, now: datetime) -> None:
    """Add `count` contacts, each once more than it should be: four in five people, the others firms."""
    people = list(Entity.objects.people().filter(source="import").exclude(primary_email="").order_by("pk"))
    firms = list(Entity.objects.organisations().filter(source="import").exclude(city="").order_by("pk"))
    firm_count = min(count // 5, len(firms))
    for firm in dice.sample(firms, firm_count):
        entities.create_entity(actor=actor, data=_firm(firm, dice), now=now)
    for person in dice.sample(people, min(count - firm_count, len(people))):
        entities.create_entity(actor=actor, data=_person(person, dice), now=now)


def _person(person: Entity, dice: random.Random) -> EntityInput:
    first, last = dice.choice(list(_spellings(person, dice)))
    way = dice.randrange(3)
    unit = UnitInput(
        kind="work",
        city=person.city,
        country=person.country,
        emails=[EmailInput(person.primary_email)] if way == 0 else [],
        phones=[PhoneInput(person.primary_phone)] if way == 1 and person.primary_phone else [],
    )
    employer = person.organisation_entity_id if way == 2 else None
    if way != 0 and not unit.phones and employer is None:
        unit.emails = [EmailInput(person.primary_email)]
    jobs = [JobInput(organisation_id=employer)] if employer else []
    return EntityInput(kind="person", first_name=first, last_name=last, units=[unit], jobs=jobs, source=SOURCE)


def _firm(firm: Entity, dice: random.Random) -> EntityInput:
    phones = [PhoneInput(firm.primary_phone)] if firm.primary_phone and dice.random() < 0.7 else []
    unit = UnitInput(kind="work", city=firm.city, country=firm.country, phones=phones)
    return EntityInput(kind="organisation", name=transliterate(firm.name).upper(), units=[unit], source=SOURCE)


def _spellings(person: Entity, dice: random.Random) -> Iterator[tuple[str, str]]:
    first, last = person.first_name, person.last_name
    yield first, last
    yield last, first
    yield transliterate(first), transliterate(last)
    if len(last) > 5:
        place = dice.randrange(2, len(last) - 2)
        yield first, last[:place] + last[place + 1 :]
        yield first, last[:place] + last[place + 1] + last[place] + last[place + 2 :]
    yield first, last + last[-1]
