"""Where on a drawing each part is touched: a spot of a thumb's size in each, none over another if that can be.

A handle is seven pixels wide on a phone, a sash a thin ring around its pane. So each part gets a spot of 44 pixels
that bears its number; the part itself can be tapped as well. Where the spots have no room the drawing grows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from apps.crm.drawing.parts import Part, Scheme

SPOT = 44  # pixels
_WIDE, _HIGH = 248, 360  # pixels that a phone of 360 has for the drawing
_GROWTH = (1.0, 1.3, 1.6, 2.0, 2.5, 3.0)
# Small parts have no choice; what is large goes round them.
_FIRST = ("handle", "hinge", "other", "mullion", "pane", "panel", "sash", "sill", "frame")
_ALONG = (0.25, 0.75, 0.12, 0.88, 0.5)
_INSIDE = ((0.5, 0.5), (0.5, 0.28), (0.5, 0.72), (0.28, 0.28), (0.72, 0.72), (0.28, 0.72), (0.72, 0.28))
_RING = ((0.5, 1.0), (0.5, 0.0), (0.25, 1.0), (0.75, 1.0), (0.25, 0.0), (0.75, 0.0))
_CORNERS = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.5, 0.0), (0.5, 1.0), (0.0, 0.3), (1.0, 0.3))
Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Layout:
    """`scale` is pixels a millimetre; `places` are the spots' middles in millimetres, by the ids of their parts."""

    scale: float
    places: Mapping[str, Place]
    is_grown: bool  # wider or higher than a phone
    is_crowded: bool  # some spots overlap all the same

    @property
    def radius(self) -> float:
        """Of a spot, in millimetres."""
        return SPOT / 2 / self.scale


def lay_out(scheme: Scheme) -> Layout:
    """As small as its spots allow, at most three times what a phone shows."""
    fit = min(_WIDE / scheme.width, _HIGH / scheme.height)
    for growth in _GROWTH:
        places, is_crowded = _place(scheme, fit * growth)
        if not is_crowded:
            break
    else:
        growth = _GROWTH[2]  # room doesn't help: some lie on the same place
        places, is_crowded = _place(scheme, fit * growth)
    return Layout(fit * growth, places, growth > 1, is_crowded)


def _place(scheme: Scheme, scale: float) -> tuple[dict[str, Place], bool]:
    """Each where it is farthest from the others, or where first it is far enough; whether some are too near."""
    places: dict[str, Place] = {}
    is_crowded = False
    for part in sorted(scheme.parts, key=lambda part: (_FIRST.index(part.kind), part.number)):
        best, farthest = part.middle, -1.0
        for place in _candidates(part, scheme):
            gap = min((math.dist(place, each) * scale for each in places.values()), default=math.inf)
            if gap > farthest:
                best, farthest = place, gap
            if gap >= SPOT:
                break
        is_crowded = is_crowded or farthest < SPOT
        places[part.id] = best
    return places, is_crowded


def _candidates(part: Part, scheme: Scheme) -> Iterator[Place]:
    if part.kind in ("handle", "hinge"):
        yield part.middle
    elif part.kind in ("mullion", "sill"):
        is_upright = part.height >= part.width
        for along in _ALONG:
            yield _at(part, (0.5, along) if is_upright else (along, 0.5))
    elif part.kind in ("frame", "sash"):
        edge = _edge(part, scheme)
        for share in _CORNERS if part.kind == "frame" else _RING:
            yield _within(part, share, edge)
    else:
        for share in _INSIDE:
            yield _at(part, share)


def _at(part: Part, share: Place) -> Place:
    return part.x + part.width * share[0], part.y + part.height * share[1]


def _within(part: Part, share: Place, edge: float) -> Place:
    """On the middle of the profile, which is `edge` wide."""
    half = edge / 2
    x = part.x + half + (part.width - edge) * share[0]
    y = part.y + half + (part.height - edge) * share[1]
    return x, y


def _edge(part: Part, scheme: Scheme) -> float:
    """How wide its profile is: the distance to what lies in it; a twentieth where nothing does."""
    usual = min(part.width, part.height) / 20
    gaps = [
        each.x - part.x
        for each in scheme.parts
        if each.kind in ("sash", "pane", "panel") and each.id != part.id and part.holds(each) and each.x > part.x
    ]
    return min([gap for gap in gaps if gap < part.width / 3], default=usual)
