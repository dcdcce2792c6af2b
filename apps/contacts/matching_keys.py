"""By which blocks duplicates are looked for, worked out from a contact's own words. Pure and fast."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from apps.contacts.words import LEGAL_FORMS, search_words
from apps.core.text import fold

KEY_LENGTH = 80
# Letters that are heard alike, and those between which typists slip; vowels count only where a word begins.
_ALIKE = str.maketrans({"b": "p", "d": "t", "c": "k", "q": "k", "z": "s", "x": "s", "m": "n", "h": "", "v": "f"})
_VOWELS = str.maketrans(dict.fromkeys("aeiou", ""))


@dataclass(frozen=True, slots=True)
class Subject:
    """What is compared of one contact; `organisation` and `city` are folded, numbers as they are kept."""

    kind: str
    first_name: str = ""
    last_name: str = ""
    name: str = ""
    organisation: str = ""
    city: str = ""
    birthday: str = ""
    vat_number: str = ""
    registration_number: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    given: str
    family: str
    keys: frozenset[str]


def profile_of(subject: Subject) -> Profile:
    """The name to compare, and the keys of the blocks."""
    if subject.kind == "organisation":
        words = [word for word in search_words(subject.name) if word not in LEGAL_FORMS] or [
            *search_words(subject.name)
        ]
        return Profile("", " ".join(words)[:400], frozenset(_short(_firm_keys(subject, words))))
    given, family = _names(subject)
    return Profile(given[:200], family[:400], frozenset(_short(_person_keys(subject, given, family))))


def _names(subject: Subject) -> tuple[str, str]:
    """First name without what stands behind it, and last name; a name in one field is taken apart."""
    given, family = search_words(subject.first_name), search_words(subject.last_name)
    if not given or not family:
        words = given or family or search_words(subject.name)
        given, family = words[:1] if len(words) > 1 else (), words[1:] if len(words) > 1 else words
    return (given[0] if given else ""), " ".join(family)


def _person_keys(subject: Subject, given: str, family: str) -> Iterator[str]:
    first, last = skeleton(given), "".join(map(skeleton, family.split()))
    if first and last and len(given) > 1:
        yield "n" + ".".join(sorted([first, last]))
    places = [f"o{_squeezed(subject.organisation)}"] if subject.organisation else []
    places += [f"c{_squeezed(subject.city)}"] if subject.city else []
    for place in places:
        if last:
            yield f"f{last}.{given[:1]}|{place}"
        if first and last:
            yield f"g{first}.{last[:2]}|{place}"
        if place.startswith("o") and (first or last):
            yield f"w{first or last}|{place}"
    if len(subject.birthday) == 10:
        yield f"b{subject.birthday}{''.join(sorted((given[:1], family[:1])))}"


def _firm_keys(subject: Subject, words: list[str]) -> Iterator[str]:
    bones = [bone for word in words if (bone := skeleton(word))]
    if bones:
        yield "F" + ".".join(sorted(bones))
        if subject.city:
            yield f"G{bones[0]}|{_squeezed(subject.city)}"
            yield f"H{bones[-1]}|{_squeezed(subject.city)}"
    for number in (subject.vat_number, subject.registration_number):
        if plain := _squeezed(number):
            yield "V" + plain


@lru_cache(maxsize=131_072)
def skeleton(word: str) -> str:
    """A search word by its sounds: its first letter and the consonants behind it, those heard alike made one."""
    alike = word.translate(_ALIKE)
    bare = alike[:1] + alike[1:].translate(_VOWELS)
    return "".join(letter for place, letter in enumerate(bare) if place == 0 or letter != bare[place - 1])


@lru_cache(maxsize=65_536)
def _squeezed(text: str) -> str:
    return "".join(filter(str.isalnum, "".join(search_words(fold(text)))))[:40]


def _short(keys: Iterator[str]) -> Iterator[str]:
    return (key[:KEY_LENGTH] for key in keys)
