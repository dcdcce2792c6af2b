"""Firms and people as records, ready for the same import that takes files."""

from __future__ import annotations

import random
from collections.abc import Iterator

from anyascii import anyascii

from apps.activities.demo import words
from apps.contacts.formats.records import Address, Card, Email, Job, PartialDate, Phone, UnitRecord, Url

FIRMS = 320
SEED = 20261102


def cards(total: int) -> list[Card]:
    """`total` contacts: about one firm to five people, most of whom work for one of the firms."""
    dice = random.Random(SEED)  # noqa: S311  the demo is the same at every start
    firms = list(_firms(dice, min(FIRMS, max(1, total // 6))))
    people = list(_people(dice, firms, total - len(firms)))
    everybody = [card for card, _place in firms] + people
    for index, card in enumerate(everybody, start=1):
        card.index = index
    return everybody


def _firms(dice: random.Random, count: int) -> Iterator[tuple[Card, words.Place]]:
    taken: set[str] = set()
    while len(taken) < count:
        place = dice.choice(words.PLACES)
        name = f"{dice.choice(place.firms)} {dice.choice(place.endings)}"
        if name in taken:
            name = f"{name} {dice.choice(place.cities)[0]}"
        if name in taken:
            continue
        taken.add(name)
        host = f"{_slug(name)}.{place.domain}"
        card = Card(
            kind="organisation",
            uid=f"demo-firm-{len(taken)}",
            name=name,
            full_name=name,
            industry=dice.choice(words.INDUSTRIES),
            organisation_type="Company",
            language=place.language,
            time_zone=place.time_zone,
            categories=[dice.choice(words.CATEGORIES[:4])],
            units=[
                UnitRecord(
                    name="",
                    kind="work",
                    is_primary=True,
                    address=_address(dice, place),
                    emails=[Email(f"office@{host}", label="work", is_primary=True)],
                    phones=[Phone(_number(dice, place), kind="main", is_primary=True)],
                    links=[Url(f"https://www.{host}/", is_primary=True)],
                )
            ],
        )
        if dice.random() < 0.3:
            card.units.append(
                UnitRecord(
                    name=dice.choice(words.DEPARTMENTS[place.language]),
                    kind="department",
                    phones=[Phone(_number(dice, place), kind="work")],
                )
            )
        yield card, place


def _people(dice: random.Random, firms: list[tuple[Card, words.Place]], count: int) -> Iterator[Card]:
    for number in range(1, count + 1):
        employer, place = dice.choice(firms)
        works = dice.random() < 0.86
        first, last = dice.choice(place.first_names), dice.choice(place.last_names)
        host = employer.emails()[0].address.partition("@")[2] if works else f"mail.{place.domain}"
        emails = [
            Email(f"{_slug(first)}.{_slug(last)}{number}@{host}", label="work" if works else "home", is_primary=True)
        ]
        if dice.random() < 0.2:
            emails.append(Email(f"{_slug(last)}{number}@mail.{place.domain}", label="home"))
        phones = [Phone(_number(dice, place), kind="mobile", is_primary=True)]
        if dice.random() < 0.5:
            phones.append(Phone(_number(dice, place), kind="work" if works else "home"))
        card = Card(
            kind="person",
            uid=f"demo-person-{number}",
            first_name=first,
            last_name=last,
            full_name=f"{first} {last}",
            language=place.language,
            time_zone=place.time_zone,
            birthday=PartialDate(
                dice.choice([None, dice.randint(1955, 2002)]), dice.randint(1, 12), dice.randint(1, 28)
            ),
            notes=dice.choice(words.NOTES) if dice.random() < 0.15 else "",
            categories=[dice.choice(words.CATEGORIES)] if dice.random() < 0.4 else [],
            units=[
                UnitRecord(
                    kind="work" if works else "home",
                    is_primary=True,
                    address=_address(dice, place) if not works or dice.random() < 0.3 else _copy(employer),
                    emails=emails,
                    phones=phones,
                )
            ],
        )
        if works:
            card.jobs = [
                Job(
                    organisation=employer.name,
                    organisation_uid=employer.uid,
                    title=dice.choice(words.JOB_TITLES[place.language]),
                    departments=[dice.choice(words.DEPARTMENTS[place.language])] if dice.random() < 0.5 else [],
                )
            ]
            if dice.random() < 0.06:
                second, second_place = dice.choice(firms)
                if second is not employer:
                    title = dice.choice(words.JOB_TITLES[second_place.language])
                    card.jobs.append(
                        Job(organisation=second.name, organisation_uid=second.uid, title=title, is_primary=False)
                    )
        yield card


def _address(dice: random.Random, place: words.Place) -> Address:
    city, postcode = dice.choice(place.cities)
    return Address(
        kind="work",
        street=dice.choice(place.streets),
        house_number=str(dice.randint(1, 180)),
        city=city,
        postcode=postcode,
        country=place.country,
    )


def _copy(employer: Card) -> Address:
    address = employer.units[0].address
    return Address(
        kind="work",
        street=address.street,
        house_number=address.house_number,
        city=address.city,
        postcode=address.postcode,
        country=address.country,
    )


def _number(dice: random.Random, place: words.Place) -> str:
    number = str(dice.randint(2, 9)) + "".join(str(dice.randint(0, 9)) for _ in range(place.digits - 1))
    return f"{place.calling_code} {dice.choice(place.area_codes)} {number[:3]} {number[3:5]} {number[5:]}"


def _slug(text: str) -> str:
    return "".join(c for c in anyascii(text).lower().replace(" ", "-") if c.isalnum() or c == "-").strip("-")
