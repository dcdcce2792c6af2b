"""The kinds of entries: those of the code and those that administrators have made."""

from __future__ import annotations

from collections.abc import Iterable

from apps.activities.models import ActivityKind
from apps.core.contributions import Kind, kinds

# What a composer writes as words alone; all others come from their own forms, or from what happens.
BY_HAND = ("note", "letter")


def known_kinds() -> dict[str, Kind]:
    """All kinds by key, for showing and filtering; retired ones too, since their entries stay."""
    made = {kind.key: Kind(kind.name, kind.icon) for kind in ActivityKind.objects.order_by("position", "name")}
    return {**dict(kinds.items()), **made}


def kinds_by_hand() -> dict[str, Kind]:
    """What can be chosen for a new entry that is only words."""
    own = {key: kind for key in BY_HAND if (kind := kinds.get(key))}
    made = ActivityKind.objects.filter(retired_at__isnull=True).order_by("position", "name")
    return {**own, **{kind.key: Kind(kind.name, kind.icon) for kind in made}}


def kinds_named(keys: Iterable[str]) -> dict[str, Kind]:
    """These kinds; the database is asked only for those that the code doesn't know."""
    wanted = set(keys)
    found = {key: kind for key in wanted if (kind := kinds.get(key))}
    if missing := wanted - found.keys():
        made = ActivityKind.objects.filter(key__in=missing)
        found.update({kind.key: Kind(kind.name, kind.icon) for kind in made})
    return {key: found.get(key) or Kind(key, "point") for key in wanted}


def is_written_by_hand(key: str) -> bool:
    return key in BY_HAND or ActivityKind.objects.filter(key=key, retired_at__isnull=True).exists()
