"""How messages show their text and reactions."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TypeVar

from django import template

from apps.projects.models import Message
from apps.projects.models.parts import SIGNS

register = template.Library()
T = TypeVar("T")


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
    for reaction in message.reactions.all():
        found[reaction.sign].append(reaction.membership_id)
    return [
        Sign(sign, len(found[sign]), " ".join(str(pk) for pk in sorted(found[sign]))) for sign in SIGNS if sign in found
    ]


@register.filter
def in_list(row: T) -> list[T]:
    return [row]


@register.filter
def as_length(seconds: int | None) -> str:
    """Minutes and seconds of a recording: "1:05"."""
    return f"{(seconds or 0) // 60}:{(seconds or 0) % 60:02}"
