"""How messages show their text and reactions."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TypeVar

from django import template
from django.utils.safestring import SafeString

from apps.core.markup import fill, joined
from apps.projects.models import Message
from apps.projects.models.parts import SIGNS
from apps.projects.wording import asked, is_meant

register = template.Library()
T = TypeVar("T")
_WORDS = re.compile(r"[^\W_]+(?:['’ʼ][^\W_]+)*")
_BEFORE, _EXCERPT = 60, 240  # characters


@dataclass(frozen=True, slots=True)
class Sign:
    """A reaction with how many gave it; `members` are the ids of their memberships, for the page to find its own."""

    sign: str
    count: int
    members: str


@register.filter
def signs(message: Message) -> list[Sign]:
    """In the order they are offered in."""
    found: dict[str, list[int]] = defaultdict(list)
    for reaction in message.its_reactions:
        found[reaction.sign].append(reaction.membership_id)
    return [
        Sign(sign, len(found[sign]), " ".join(str(pk) for pk in sorted(found[sign]))) for sign in SIGNS if sign in found
    ]


@register.filter
def excerpt(text: str, question: str) -> SafeString:
    """A piece of a message around the first word that was asked for, with all such words marked."""
    whole, start = asked(question)
    hits = [hit.span() for hit in _WORDS.finditer(text) if is_meant(hit.group(), whole=whole, start=start)]
    begin = max(hits[0][0] - _BEFORE, 0) if hits else 0
    end = min(begin + _EXCERPT, len(text))
    pieces: list[object] = ["…" if begin else ""]
    place = begin
    for first, last in hits:
        if last > end:
            break
        pieces += [text[place:first], fill("<mark>{}</mark>", text[first:last])]
        place = last
    return joined("", [*pieces, text[place:end], "…" if end < len(text) else ""])


@register.filter
def in_list(row: T) -> list[T]:
    return [row]


@register.filter
def as_length(seconds: int | None) -> str:
    """Minutes and seconds of a recording: "1:05"."""
    return f"{(seconds or 0) // 60}:{(seconds or 0) % 60:02}"
