"""Where the tags are. The library's own patterns may take quadratic time; they see only what passed here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from apps.messaging.services.liquid.problems import TemplateProblem

LONGEST_SOURCE = 50_000
_LONGEST_TAG = 500
_MOST_TAGS = 500
_ENDS = {"{{": "}}", "{%": "%}"}


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    is_tag: bool
    line: int  # on which it begins


def pieces(source: str, part: str) -> Iterator[Piece]:
    """The source cut at its tags. Raises TemplateProblem for an open tag, for a long one, for too many."""
    if len(source) > LONGEST_SOURCE:
        raise TemplateProblem(part, 1, _("At most %(limit)s letters fit here.") % {"limit": LONGEST_SOURCE})
    place, line, count = 0, 1, 0
    while (begin := _next_tag(source, place)) >= 0:
        if begin > place:
            yield Piece(source[place:begin], False, line)
        line += source.count("\n", place, begin)
        tag = _tag_at(source, begin, part, line)
        count += 1
        if count > _MOST_TAGS:
            raise TemplateProblem(part, line, _("At most %(limit)s variables fit here.") % {"limit": _MOST_TAGS})
        yield Piece(tag, True, line)
        place = begin + len(tag)
        line += tag.count("\n")
    if place < len(source):
        yield Piece(source[place:], False, line)


def _next_tag(source: str, place: int) -> int:
    while (begin := source.find("{", place)) >= 0:
        if source[begin : begin + 2] in _ENDS:
            return begin
        place = begin + 1
    return -1


def _tag_at(source: str, begin: int, part: str, line: int) -> str:
    opened = source[begin : begin + 2]
    end = source.find(_ENDS[opened], begin + 2, begin + _LONGEST_TAG)
    if end < 0 or any(each in source[begin + 2 : end] for each in _ENDS):
        raise TemplateProblem(part, line, _("“%(open)s” is not closed.") % {"open": opened})
    return source[begin : end + 2]
