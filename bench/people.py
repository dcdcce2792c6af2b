"""A made-up population: Ukrainians, Germans, Poles and English in the mix of a window maker's address book."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field


def _words(text: str) -> list[str]:
    return text.split()


_UA_FIRST = _words(
    "Олена Ірина Тетяна Наталія Оксана Юлія Анна Марія Світлана Катерина Ольга Людмила Вікторія Галина Надія Лариса "
    "Олександр Сергій Володимир Андрій Микола Іван Юрій Василь Дмитро Олег Віктор Петро Ігор Михайло Богдан Тарас "
    "Роман Максим Артем Євген Вадим Руслан Ярослав Степан Григорій Павло Анатолій Леонід Денис Назар Остап Щек"
)
_UA_STEMS = _words(
    "Ковал Бондар Шевч Ткач Мельн Кравч Олійн Лис Поліщ Савч Бойк Марч Рудн Мороз Павл Петр Василь Левч Пономар "
    "Гончар Дячен Клим Литв Назар Остап Панас Романь Сидор Тарас Федор Хоменк Цимбал Чорн Юрч Яким Гавр Данил Захар "
    "Іванч Карп Луцьк Макар Онищ Прих Сав Терещ Харч Швець Ярош Білоус Вовч Грищ Дорош Жук Зінч Кузьм Лаврин Мартин"
)
_UA_ENDINGS = _words("енко ук чук ко ський юк ів ець ак ишин")
_DE_FIRST = _words(
    "Anna Lena Julia Katharina Sabine Petra Monika Ursula Birgit Jürgen Günter Thomas Michael Stefan Andreas Wolfgang "
    "Klaus Jens Björn Sören Matthias Florian Lukas Felix Jonas Paul Max Leon Hannah Mia"
)
_DE_STEMS = _words(
    "Müll Schmid Schneid Fisch Web Mey Wagn Beck Schulz Hoffm Koch Bau Richt Klein Wolf Schröd Neum Krüg Hartm Läng"
)
_DE_ENDINGS = _words("er mann t inger ke el bach stein hardt ler")
_PL_FIRST = _words(
    "Agnieszka Katarzyna Małgorzata Anna Jan Piotr Krzysztof Andrzej Tomasz Paweł Łukasz Michał Zbigniew Zofia"
)
_PL_STEMS = _words(
    "Kowal Wiśniew Wójcic Kamińs Lewandow Zieliń Szymań Woźni Dąbrow Kozłow Jankow Mazur Krawcz Piotrow Grabow"
)
_PL_ENDINGS = _words("ski ska czyk ak ewicz owski iak ek")
_EN_FIRST = _words(
    "James Mary John Patricia Robert Jennifer Michael Linda William Elizabeth David Barbara Richard Susan Hannah"
)
_EN_STEMS = _words("Smith John Will Brown Jon Mill Dav Wils And Tay Moor Jack Thomp Whit Harr Mart Clark Lew Rob Walk")
_EN_ENDINGS = _words("son s er ton ley ford field wood man well")
_FIRM_WORDS = _words(
    "Вікна Двері Скло Фасад Профіль Буд Монтаж Стиль Комфорт "
    "Сервіс Європа Захід Схід Дніпро Карпати Fenster Türen Glas "
    "Bau Holz Haus Windows Doors Glass Build Home Nord Süd Prime Plus Okna Drzwi Szkło Dom Europa Central"
)
_FIRM_FORMS = ("ТОВ", "ПП", "ФОП", "GmbH", "AG", "Sp. z o.o.", "Ltd", "LLC")
_CITIES = {
    "UA": _words("Київ Львів Одеса Харків Дніпро Вінниця Луцьк Рівне Тернопіль Ужгород Чернівці Полтава Суми Житомир"),
    "DE": _words("Berlin München Hamburg Köln Leipzig Dresden Stuttgart Bremen Nürnberg"),
    "PL": _words("Warszawa Kraków Łódź Wrocław Poznań Gdańsk Lublin"),
    "GB": _words("London Leeds Bristol Manchester Glasgow York"),
}
_TITLES = _words(
    "Директор Менеджер Бухгалтер Інженер Buyer Manager Engineer Geschäftsführer Einkauf Architekt Prezes Kierownik"
)
_PREFIXES = {"UA": ("+38050", "+38067", "+38063", "+38044", "+38032"), "DE": ("+4930", "+49151", "+4989"),
             "PL": ("+4822", "+48601", "+48512"), "GB": ("+4420", "+447700")}  # fmt: skip
_PEOPLE = {
    "UA": (_UA_FIRST, _UA_STEMS, _UA_ENDINGS),
    "DE": (_DE_FIRST, _DE_STEMS, _DE_ENDINGS),
    "PL": (_PL_FIRST, _PL_STEMS, _PL_ENDINGS),
    "GB": (_EN_FIRST, _EN_STEMS, _EN_ENDINGS),
}
# A syllable in the middle gives some ten thousand surnames, about what a telephone book has.
_SYLLABLES = {
    "UA": ["", "", "", *_words("ан ен ин ов ар ел ищ ун ат ид ас ець ор ал")],
    "DE": ["", "", "", *_words("el en ig or am in ul es und old")],
    "PL": ["", "", "", *_words("an ow in ar el on at ub ysz")],
    "GB": ["", "", "", *_words("ing er ow en ham bur wick")],
}
_COUNTRIES = ("UA",) * 11 + ("DE",) * 5 + ("PL",) * 2 + ("GB",) * 2


@dataclass(slots=True)
class Contact:
    """One made-up contact; bears the names that `derive` reads."""

    kind: str
    country: str
    city: str
    prefix: str = ""
    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""
    suffix: str = ""
    nickname: str = ""
    name: str = ""
    legal_name: str = ""
    job_title: str = ""
    employer: int | None = None  # its place among the organisations
    emails: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    attributes: dict[str, object] = field(default_factory=dict)


def organisations(count: int, seed: int = 1) -> Iterator[Contact]:
    dice = random.Random(seed)
    for number in range(count):
        country = dice.choice(_COUNTRIES)
        name = f"{dice.choice(_FIRM_WORDS)} {dice.choice(_FIRM_WORDS)}"
        if dice.random() < 0.6:
            name = f"{dice.choice(_FIRM_FORMS)} {name}"
        yield Contact(
            kind="organisation",
            country=country,
            city=dice.choice(_CITIES[country]),
            name=f"{name} {number % 997}",
            emails=[f"info@firm{number}.example"],
            phones=[_phone(dice, country)],
        )


def persons(count: int, firms: int, seed: int = 2) -> Iterator[Contact]:
    dice = random.Random(seed)
    for number in range(count):
        country = dice.choice(_COUNTRIES)
        firsts, stems, endings = _PEOPLE[country]
        # The first names of a list are the common ones.
        first = firsts[min(int(dice.expovariate(4.0 / len(firsts))), len(firsts) - 1)]
        last = dice.choice(stems) + dice.choice(_SYLLABLES[country]) + dice.choice(endings)
        if dice.random() < 0.03:
            last = f"{last}-{dice.choice(stems)}{dice.choice(endings)}"
        employer = dice.randrange(firms) if firms and dice.random() < 0.6 else None
        domain = f"firm{employer}.example" if employer is not None else dice.choice(("gmail.com", "ukr.net", "gmx.de"))
        yield Contact(
            kind="person",
            country=country,
            city=dice.choice(_CITIES[country]),
            first_name=first,
            last_name=last,
            job_title=dice.choice(_TITLES) if employer is not None else "",
            employer=employer,
            emails=[f"p{number}@{domain}"] if dice.random() < 0.8 else [],
            phones=[_phone(dice, country) for _ in range(dice.choice((0, 1, 1, 1, 2)))],
        )


def _phone(dice: random.Random, country: str) -> str:
    return f"{dice.choice(_PREFIXES[country])}{dice.randrange(1_000_000, 10_000_000)}"
