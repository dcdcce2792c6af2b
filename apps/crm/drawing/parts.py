"""What stands in a scheme: its parts with the names that people give them ("Left sash, pane").

A scheme is hostile text: what is no part of ours is left out. Ids are of a narrow alphabet, each counts once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.crm.models.claim_parts import PartKind

KINDS = tuple(PartKind.values)
MOST_PARTS = 60
LARGEST = 100_000  # millimetres
LONGEST_LABEL = 60
_ID = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_WITHIN = frozenset({"pane", "handle", "hinge", "panel", "other"})  # what belongs to the sash it lies in


@dataclass(frozen=True, slots=True)
class Part:
    """A rectangle in millimetres from the top left. `number` is what it is known by, `name` says where it is."""

    id: str
    kind: str
    x: int
    y: int
    width: int
    height: int
    opening: str = ""
    label: str = ""  # the plant's own word, as it came
    number: int = 0
    name: str = ""

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    def holds(self, other: Part) -> bool:
        x, y = other.middle
        return self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height


@dataclass(frozen=True, slots=True)
class Scheme:
    width: int
    height: int
    parts: tuple[Part, ...]

    def part(self, key: str) -> Part | None:
        return next((part for part in self.parts if part.id == key), None)


def read_scheme(scheme: Any) -> Scheme | None:
    """What is fit to be drawn of it, the parts numbered from 1 as they are read; None for what is no scheme."""
    if not isinstance(scheme, Mapping):
        return None
    width, height = _whole(scheme.get("width")), _whole(scheme.get("height"))
    if not width or not height:
        return None
    given = scheme.get("parts")
    found: dict[str, Part] = {}
    for each in given if isinstance(given, list) else []:
        part = _part(each)
        if part and len(found) < MOST_PARTS:
            found.setdefault(part.id, part)
    return Scheme(width, height, _named(list(found.values())))


def kind_title(kind: str) -> str:
    """ "pane" in the reader's words."""
    return str(PartKind(kind).label)


def usual_parts(kind: str) -> tuple[Part, ...]:
    """What a construction of this kind (the plant's word) has, where no drawing came of it."""
    is_door = any(word in kind.casefold() for word in ("door", "двер", "drzwi"))
    kinds = ("frame", "sash", "pane", "handle", "hinge", "panel" if is_door else "mullion", "sill", "other")
    return tuple(
        Part(f"usual-{each}", each, 0, 0, 0, 0, number=number, name=kind_title(each))
        for number, each in enumerate(kinds, 1)
    )


def _part(given: Any) -> Part | None:
    if not isinstance(given, Mapping):
        return None
    key, kind, label, opening = (given.get(name) for name in ("id", "kind", "label", "opening"))
    width, height = _whole(given.get("width")), _whole(given.get("height"))
    if not isinstance(key, str) or not _ID.fullmatch(key) or width is None or height is None:
        return None
    if not isinstance(kind, str) or kind not in KINDS:
        return None
    words = " ".join(label.replace("\x00", "").split())[:LONGEST_LABEL] if isinstance(label, str) else ""
    way = opening if isinstance(opening, str) else ""
    x, y = _whole(given.get("x")) or 0, _whole(given.get("y")) or 0
    return Part(key, kind, x, y, width, height, way, words)


def _whole(value: Any) -> int | None:
    """A measure in millimetres, where it is one."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST else None


def _named(parts: Sequence[Part]) -> tuple[Part, ...]:
    """In the order in which one reads them: what is outside of the sashes, then each sash with all that is in it."""
    sashes = sorted((part for part in parts if part.kind == "sash"), key=_reading)
    owners = {part.id: _owner(part, sashes) for part in parts}
    outside = sorted((part for part in parts if part.kind != "sash" and owners[part.id] is None), key=_by_kind)
    named = _placed(outside)
    for sash in _placed(sashes):
        inside = [part for part in parts if (owner := owners[part.id]) is not None and owner.id == sash.id]
        held = [
            replace(part, name=f"{sash.name}, {_small(part.name)}") for part in _placed(sorted(inside, key=_by_kind))
        ]
        named += [sash, *held]
    return tuple(replace(part, number=number) for number, part in enumerate(named, 1))


def _owner(part: Part, sashes: Sequence[Part]) -> Part | None:
    """The smallest sash that it lies in."""
    holding = [sash for sash in sashes if part.kind in _WITHIN and sash.holds(part)]
    return min(holding, key=lambda sash: sash.width * sash.height, default=None)


def _placed(parts: Sequence[Part]) -> list[Part]:
    """With names: those alone of their kind by it, two or three by their place, more by numbers."""
    named = []
    for part in parts:
        alike = [each for each in parts if each.kind == part.kind and not each.label]
        where = _where(part, alike) if not part.label and len(alike) > 1 else ""
        named.append(replace(part, name=part.label or _name(part.kind, where)))
    return named


def _where(part: Part, alike: Sequence[Part]) -> str:
    """ "left", or the number of it where places have no words."""
    by_x = sorted(alike, key=lambda each: (each.middle[0], each.id))
    by_y = sorted(alike, key=lambda each: (each.middle[1], each.id))
    words = {2: ("left", "right"), 3: ("left", "middle", "right")}.get(len(alike))
    if words and _apart([each.middle[0] for each in by_x], [each.width for each in alike]):
        return words[by_x.index(part)]
    words = {2: ("upper", "lower"), 3: ("upper", "central", "lower")}.get(len(alike))
    if words and _apart([each.middle[1] for each in by_y], [each.height for each in alike]):
        return words[by_y.index(part)]
    return str(alike.index(part) + 1)


def _apart(middles: Sequence[float], sizes: Sequence[int]) -> bool:
    """Whether each lies clearly beyond the one before."""
    return all(after - before > min(sizes) / 2 for before, after in pairwise(middles))


def _name(kind: str, where: str) -> str:
    title = kind_title(kind)
    shapes = {
        "left": pgettext("part", "Left %(part)s"),
        "middle": pgettext("part", "Middle %(part)s"),
        "right": pgettext("part", "Right %(part)s"),
        "upper": pgettext("part", "Upper %(part)s"),
        "central": pgettext("part", "Middle %(part)s"),
        "lower": pgettext("part", "Lower %(part)s"),
    }
    if not where:
        return title
    if where in shapes:
        return shapes[where] % {"part": _small(title)}
    return _("%(part)s %(number)s") % {"part": title, "number": where}


def _small(name: str) -> str:
    """As it is written within a sentence."""
    return name[:1].lower() + name[1:]


def _reading(part: Part) -> tuple[int, int, str]:
    return part.x, part.y, part.id


def _by_kind(part: Part) -> tuple[int, int, int, str]:
    return KINDS.index(part.kind), part.x, part.y, part.id
