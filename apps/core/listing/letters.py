"""The strip of first letters over a list: Latin and Cyrillic, as ranges of the stored sort key."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.safestring import SafeString

from apps.core.markup import fill_each
from apps.core.text import sort_key

LATIN = "abcdefghijklmnopqrstuvwxyz"
CYRILLIC = "абвгґдеєжзиіїйклмнопрстуфхцчшщюя"
OTHER = "0"  # digits and signs, which stand before the letters
ALPHABETS = {"latin": LATIN, "cyrillic": CYRILLIC}


def narrow_to_letter(queryset: QuerySet[Any], field: str, letter: str) -> QuerySet[Any]:
    """Keep what begins with `letter`; an unknown letter keeps nothing."""
    if letter == OTHER:
        return queryset.filter(**{f"{field}__lt": "a"})
    alphabet = next((letters for letters in ALPHABETS.values() if letter in letters), "")
    if not alphabet:
        return queryset.none()
    following = alphabet[alphabet.index(letter) + 1 :][:1]
    end = sort_key(following) if following else chr(ord(letter) + 1)
    return queryset.filter(**{f"{field}__gte": sort_key(letter), f"{field}__lt": end})


def draw_strip(letters: str, current: str) -> SafeString:
    """One button a letter, without a template, since there are sixty; the current one takes itself away."""
    return fill_each(
        '<button name="letter" value="{}"{}>{}</button>',
        (
            ("", SafeString(' aria-pressed="true"'), _face(letter))
            if letter == current
            else (letter, "", _face(letter))
            for letter in letters
        ),
    )


def _face(letter: str) -> str:
    return "#" if letter == OTHER else letter.upper()
