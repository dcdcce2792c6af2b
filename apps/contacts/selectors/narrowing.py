"""The words of a search box as a condition on contacts: every word begins one of theirs, digits are in a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.contacts.models import Folder, PhoneNumber, SearchToken
from apps.contacts.words import search_words
from apps.core.text import digits

if TYPE_CHECKING:
    from apps.contacts.models.entities import EntityQuerySet

DIGITS_FROM = 3
MOST_WORDS = 8
_RANKS = tuple(range(1, 7))
_FEW = 8000  # up to so many are named one by one: the planner then knows how few they are


def narrow_by_words(queryset: EntityQuerySet, text: str) -> EntityQuerySet:
    """Those of `queryset` that bear every word of `text`, or a number with its digits; all for an empty text."""
    words = sorted(dict.fromkeys(search_words(text)[:MOST_WORDS]), key=len, reverse=True)
    number = digits(text)
    if len(number) >= DIGITS_FROM and not any(character.isalpha() for character in text):
        phones = PhoneNumber.objects.filter(digits__contains=number).values("entity")
        return queryset.filter(Q(pk__in=phones) | _by_words(words)) if words else queryset.filter(pk__in=phones)
    return queryset.filter(_by_words(words)) if words else queryset


def find_entities(scope: EntityQuerySet, text: str) -> EntityQuerySet:
    """What a picker offers for `text`, by name."""
    return narrow_by_words(scope, text).order_by("sort_name", "pk")


def _by_words(words: list[str]) -> Q:
    """Asks for the bearers of the longest word, the rarest as a rule, that bear the others too."""
    longest, *others = words
    bearers = _bearing(longest)
    for word in others:
        own = SearchToken.objects.filter(entity=OuterRef("entity"), token__startswith=word)
        bearers = bearers.filter(Exists(own))
    few = list(bearers.values_list("entity", flat=True)[: _FEW + 1])
    return Q(pk__in=few if len(few) <= _FEW else bearers.values("entity"))


def _bearing(word: str) -> QuerySet[SearchToken]:
    """All tokens that begin with `word`: a few ranges of their index, one for each folder and rank."""
    folders = Folder.objects.order_by().values("pk")
    return SearchToken.objects.filter(folder__in=folders, rank__in=_RANKS, token__startswith=word)
