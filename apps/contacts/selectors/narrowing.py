"""The words of a search box as a condition on contacts: every word begins one of theirs, digits are in a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from apps.contacts.models import PhoneNumber, SearchToken
from apps.contacts.words import search_words
from apps.core.text import digits

if TYPE_CHECKING:
    from apps.contacts.models.entities import EntityQuerySet

DIGITS_FROM = 3
MOST_WORDS = 8


def narrow_by_words(queryset: EntityQuerySet, text: str) -> EntityQuerySet:
    """Those of `queryset` that bear every word of `text`, or a number with its digits; all for an empty text."""
    words = search_words(text)[:MOST_WORDS]
    number = digits(text)
    by_number = Q()
    if len(number) >= DIGITS_FROM and not any(character.isalpha() for character in text):
        phones = PhoneNumber.objects.filter(entity=OuterRef("pk"), digits__contains=number)
        by_number = Q(Exists(phones))
    by_words = Q()
    for word in words:
        tokens = SearchToken.objects.filter(entity=OuterRef("pk"), token__startswith=word)
        by_words &= Q(Exists(tokens))
    if by_number and words:
        return queryset.filter(by_number | by_words)
    return queryset.filter(by_number or by_words) if (by_number or by_words) else queryset


def find_entities(scope: EntityQuerySet, text: str) -> EntityQuerySet:
    """What a picker offers for `text`, by name."""
    return narrow_by_words(scope, text).order_by("sort_name", "pk")
