"""What is derived from a contact's own words: display and sort names, search words, phone forms. Pure and fast."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Protocol

from apps.contacts.words import LEGAL_FORMS, TOKEN_LENGTH, PhoneForms, email_tokens, parse_phone, search_words
from apps.core.text import fold, sort_key

__all__ = [
    "NO_NAME",
    "Named",
    "PhoneForms",
    "display_name",
    "fold_name",
    "name_key",
    "parse_phone",
    "partial_date",
    "read_partial_date",
    "search_text",
    "search_tokens",
    "sort_name",
]

NO_NAME = "(no name)"
_WORD = re.compile(r"[^\W_]+")
_SEARCH_TEXT_LENGTH = 1000


class Named(Protocol):
    """Whatever bears a contact's names: an Entity, an EntityInput or a Card."""

    kind: str
    prefix: str
    first_name: str
    middle_name: str
    last_name: str
    suffix: str
    nickname: str
    name: str
    legal_name: str
    attributes: dict[str, Any]


# --- names ------------------------------------------------------------------------------------------------------------


def display_name(named: Named, *, email: str = "", phone: str = "", organisation: str = "") -> str:
    """How the contact is called everywhere; without any name, after its e-mail, phone or organisation."""
    if named.kind == "organisation":
        chosen = named.name or named.legal_name or named.nickname
    else:
        # "Herr Müller" needs his title, "Dr. Olena Koval" is found by her name.
        first = named.first_name or (named.prefix if named.last_name else "")
        chosen = " ".join(filter(None, (first, named.middle_name, named.last_name, named.suffix))) or named.nickname
        chosen = chosen if chosen.strip() else named.name
    chosen = " ".join(chosen.split())
    return (chosen or email.strip() or phone.strip() or organisation.strip() or NO_NAME)[:800]


def sort_name(named: Named, shown: str) -> str:
    """The key lists are ordered by: a person's last name first, else the display name `shown`."""
    if named.kind == "person" and named.last_name:
        return sort_key(named.last_name, named.first_name, named.middle_name)
    return sort_key(shown)


def name_key(named: Named) -> str:
    """The folded name for "same name" in imports and duplicates; empty where there is no name."""
    if named.kind == "organisation":
        text = named.name or named.legal_name
    else:
        parts = [part for part in (named.first_name, named.middle_name, named.last_name) if part]
        if parts:  # name by name: many bear each
            return " ".join(filter(None, map(fold_name, parts)))[:800]
        text = named.nickname
    return fold_name(text)


@lru_cache(maxsize=65_536)
def fold_name(text: str) -> str:
    """Letters and digits of `text`, folded, with single blanks: equal for names that are the same to a person."""
    return " ".join(_WORD.findall(fold(text)))[:800]


# --- search words -----------------------------------------------------------------------------------------------------


def search_tokens(
    named: Named, *, emails: Iterable[str] = (), organisations: Iterable[str] = ()
) -> list[tuple[str, int]]:
    """Words to find a contact by their beginnings, each once with its best rank.

    1: the whole name, first name or last name first, so that its first word needs no token of its own; 2: another
    word of the name; 3: nickname and legal name; 4: the organisation one works for; 5: in an e-mail address;
    6: in a custom field.
    """
    found: dict[str, int] = {}
    keep = found.setdefault
    if named.kind == "organisation":
        words = search_words(named.name)
        orders = [words, words[1:]] if len(words) > 1 and words[0] in LEGAL_FORMS else [words]
    else:
        first, last = search_words(named.first_name), search_words(named.last_name)
        orders = [first + last, last + first] if first and last else [first or last or search_words(named.name)]
    orders = [order for order in orders if order]
    for order in orders:
        found[" ".join(order)[:TOKEN_LENGTH]] = 1
    heads = {order[0] for order in orders}
    for word in (*(orders[0] if orders else ()), *search_words(named.middle_name)):
        if word not in heads:
            keep(word, 2)
    for text in (named.nickname, named.legal_name):
        if text:
            for word in search_words(text):
                keep(word, 3)
    for text in organisations:
        for word in search_words(text):
            keep(word, 4)
    for address in emails:
        for token in email_tokens(address):
            keep(token, 5)
    for value in named.attributes.values():
        if isinstance(value, str) and len(value) <= 100:
            for word in search_words(value)[:10]:
                keep(word, 6)
    for head in heads:
        if found.get(head, 1) > 1:
            del found[head]
    return list(found.items())


def search_text(named: Named, *, emails: Iterable[str] = (), organisations: Iterable[str] = ()) -> str:
    """The words in which the search for typos looks: names, nickname, organisations, what stands before an @."""
    parts = [named.first_name, named.middle_name, named.last_name, named.name, named.nickname, named.legal_name]
    words = [word for part in parts if part for word in search_words(part)]
    for text in organisations:
        words += search_words(text)
    for address in emails:
        words += search_words(address.rpartition("@")[0])
    return " ".join(dict.fromkeys(words))[:_SEARCH_TEXT_LENGTH]


# --- days that may lack their year ------------------------------------------------------------------------------------

_PARTIAL = re.compile(r"(?:(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?|--(\d{2})-?(\d{2}))\Z")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})\Z")
_SPOKEN = re.compile(r"(\d{1,2})\s*([./-])\s*(\d{1,2})(?:\s*\2\s*(\d{4}))?\s*\.?\Z")
_LONGEST_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def partial_date(year: int | None = None, month: int | None = None, day: int | None = None) -> str:
    """`1985-04-12`, `--04-12`, `1985-04` or `1985`; "" for nothing. Raises ValueError for a day that can't be."""
    if year is not None and not 1 <= year <= 9999:
        raise ValueError(f"no such year: {year}")
    if month is not None and not 1 <= month <= 12:
        raise ValueError(f"no such month: {month}")
    if day is not None:
        if month is None:
            raise ValueError("a day needs its month")
        leap = year is None or (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))
        if not 1 <= day <= _LONGEST_MONTH[month - 1] or (month == 2 and day == 29 and not leap):
            raise ValueError(f"no such day: {day}")
    if year is None:
        if month is None or day is None:
            return ""
        return f"--{month:02}-{day:02}"
    return f"{year:04}" + (f"-{month:02}" if month else "") + (f"-{day:02}" if day else "")


def read_partial_date(text: str) -> str:
    """Read what a person types for a birthday (`12.4.1985`, `12.4.`, `1985-04-12`, `--0412`, `1985`) to its kept form.

    Raises ValueError where it is no day. With slashes the month stands first only where the day can't.
    """
    text = text.strip().split("T")[0]
    if not text:
        return ""
    if found := _PARTIAL.match(text):
        year, month, day, bare_month, bare_day = (int(part) if part else None for part in found.groups())
        return partial_date(year, month or bare_month, day or bare_day)
    if found := _COMPACT.match(text):
        return partial_date(*map(int, found.groups()))
    if found := _SPOKEN.match(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4]) if found[4] else None
        day, month = (second, first) if second > 12 >= first else (first, second)
        return partial_date(year, month, day)
    raise ValueError(f"no day that can be read: {text[:40]}")
