"""Who is in a group, to be meant by an "@", and who has read what."""

from __future__ import annotations

from apps.core.text import fold
from apps.projects.models import Group, Membership

MOST_NAMES = 8


def names_like(group: Group, member: Membership, text: str) -> list[str]:
    """Names of the others of which a word begins with `text`, a page's worth."""
    others = Membership.objects.present().filter(group=group).exclude(pk=member.pk)
    sought = fold(text)
    names = others.order_by("display_name", "pk").values_list("display_name", flat=True)
    return [name for name in names if f" {sought}" in f" {fold(name)}"][:MOST_NAMES]
