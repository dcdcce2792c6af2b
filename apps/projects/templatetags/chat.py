"""How messages show their text and reactions."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django import template

from apps.projects.models import Message
from apps.projects.models.parts import SIGNS

register = template.Library()


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
