"""The route of a shipment as a map-like drawing: the stops in their order, placed as they lie, without any tiles.

A local projection is enough: east by the cosine of the middle latitude, north as it is. Stops of unknown place stand
between their neighbours; where hardly any place is known the stops stand in a row.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.core.markup import fill, joined

_WIDTH, _HEIGHT, _MARGIN = 360, 260, 34
_MOST_STOPS = 200
_LONGEST_NAME = 24
_NAME_WIDTH, _NAME_HEIGHT = 90, 13  # of a town's name
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Stop:
    label: str
    city: str
    geo: Point | None
    is_own: bool = False
    is_plant: bool = False


def draw_route(route: Any, *, own: Collection[int], plant: str = "", start: Any = None) -> SafeString:
    """The drawing of `Shipment.route` from the plant on; `own` are the positions to be marked. "" without stops."""
    stops = [_Stop("", plant, _geo(start), is_plant=True)] if _geo(start) else []
    known = [each for each in route if isinstance(each, Mapping)] if isinstance(route, list) else []
    for each in known[:_MOST_STOPS]:
        position, city = each.get("position"), each.get("city")
        shown = str(city)[:_LONGEST_NAME] if isinstance(city, str) else ""
        stops.append(_Stop(str(position), shown, _geo(each.get("geo")), is_own=position in own))
    if not known:
        return SafeString("")
    places = _places([stop.geo for stop in stops])
    line = " ".join(f"{x:.0f},{y:.0f}" for x, y in places)
    named = _named(stops, places)
    drawn = [
        _draw_stop(stop, place, stop.city if number in named else "")
        for number, (stop, place) in enumerate(zip(stops, places, strict=True))
    ]
    words = ", ".join(filter(None, (stop.city or stop.label for stop in stops)))
    return fill(
        '<svg class="route" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<polyline class="route__way" points="{}"/>{}</svg>',
        *(_WIDTH, _HEIGHT, _("The way: %(stops)s") % {"stops": words}, line, joined("", drawn)),
    )


def _named(stops: list[_Stop], places: list[Point]) -> set[int]:
    """Which stops bear their town: where towns would lie over each other the first does, the own one before all."""
    chosen: list[int] = []
    for number in sorted(range(len(stops)), key=lambda each: not stops[each].is_own):
        x, y = places[number]
        if all(abs(x - places[each][0]) > _NAME_WIDTH or abs(y - places[each][1]) > _NAME_HEIGHT for each in chosen):
            chosen.append(number)
    return set(chosen)


def _draw_stop(stop: _Stop, place: Point, city: str) -> SafeString:
    x, y = round(place[0]), round(place[1])
    css = (
        "route__stop" + (" route__stop--own" if stop.is_own else "") + (" route__stop--plant" if stop.is_plant else "")
    )
    anchor = "end" if x > _WIDTH * 0.62 else "start"
    beside = x - 14 if anchor == "end" else x + 14
    return fill(
        '<g class="{}"><circle cx="{}" cy="{}" r="10"/><text class="route__number" x="{}" y="{}">{}</text>'
        '<text class="route__city" x="{}" y="{}" text-anchor="{}">{}</text></g>',
        *(css, x, y, x, y + 4, stop.label, beside, y + 4, anchor, city),
    )


def _geo(value: Any) -> Point | None:
    """Latitude and longitude, where they are some."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    if not all(isinstance(each, int | float) and math.isfinite(each) for each in value):
        return None
    latitude, longitude = float(value[0]), float(value[1])
    return (latitude, longitude) if abs(latitude) <= 85 and abs(longitude) <= 180 else None


def _places(geos: list[Point | None]) -> list[Point]:
    """A point on the drawing for each stop."""
    known = [geo for geo in geos if geo]
    if len(set(known)) < 2:
        step = (_WIDTH - 2 * _MARGIN) / max(1, len(geos) - 1)
        return [(_MARGIN + number * step, _HEIGHT / 2 + (-1) ** number * 24) for number in range(len(geos))]
    shrink = math.cos(math.radians(sum(latitude for latitude, _longitude in known) / len(known)))
    flat = [(longitude * shrink, -latitude) for latitude, longitude in _filled(geos)]
    xs, ys = [x for x, _y in flat], [y for _x, y in flat]
    wide, high = max(xs) - min(xs) or 1e-9, max(ys) - min(ys) or 1e-9
    scale = min((_WIDTH - 2 * _MARGIN) / wide, (_HEIGHT - 2 * _MARGIN) / high)
    left, top = (_WIDTH - wide * scale) / 2, (_HEIGHT - high * scale) / 2
    return [(left + (x - min(xs)) * scale, top + (y - min(ys)) * scale) for x, y in flat]


def _filled(geos: list[Point | None]) -> list[Point]:
    """Unknown places lie on the way from the known one before to the known one after."""
    numbers = [number for number, geo in enumerate(geos) if geo]
    filled: list[Point] = []
    for number in range(len(geos)):
        before = max((each for each in numbers if each <= number), default=numbers[0])
        after = min((each for each in numbers if each >= number), default=numbers[-1])
        (lat1, lon1), (lat2, lon2) = geos[before] or (0, 0), geos[after] or (0, 0)
        share = (number - before) / (after - before) if after > before else 0
        filled.append((lat1 + (lat2 - lat1) * share, lon1 + (lon2 - lon1) * share))
    return filled
