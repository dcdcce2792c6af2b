"""The scheme of a construction as SVG, drawn by us from its geometry.

Nothing of the source's text gets in but numbers, kinds we know, ids of a narrow alphabet and escaped labels. Each part
keeps its id (`data-part`), so that a claim can name the pane that is broken. Opening marks are the trade's: lines from
the corners of the hinged side meet at the handle. What a claim names is hatched and bears its number, so that it is
found without colours.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.core.markup import fill, joined
from apps.crm.drawing.parts import Part, Scheme, read_scheme
from apps.crm.drawing.touches import Place, lay_out

_ORDER = ("frame", "sill", "sash", "pane", "panel", "mullion", "other", "hinge", "handle")  # what lies above what
_STRIPES = 14  # of a hatching, along the longer side of the drawing
# How it is painted where no style sheet is at hand: on paper, in other programs.
_PAPER = {"pane": "#dcecf7", "panel": "#efe6d8", "handle": "#5b6577", "hinge": "#5b6577", "sash": "#ffffff"}
_MARK = "#9c1f1f"


def draw_scheme(scheme: Any, *, label: str = "") -> SafeString:
    """The drawing; "" for what is no scheme. `label` says what it shows to those who don't see it."""
    known = read_scheme(scheme)
    if known is None:
        return SafeString("")
    drawn = [_shown(part) for part in in_layers(known)] or [rectangle("frame", (0, 0, known.width, known.height))]
    return fill(
        '<svg class="scheme" viewBox="{}" role="img" aria-label="{}">{}</svg>',
        *(view_box(known, max(known.width, known.height) // 50), label or _("Drawing"), joined("", drawn)),
    )


def draw_marked(scheme: Scheme, marked: Collection[str], *, label: str, on_paper: bool = False) -> SafeString:
    """The drawing with these parts hatched and numbered; `on_paper` it brings its own colours, as a file of its own."""
    drawn: list[SafeString] = []
    for part in in_layers(scheme):
        drawn.append(_painted(part) if on_paper else _shown(part))
        if part.id in marked:
            drawn.append(_hatched(part, scheme, on_paper=on_paper))
    places = lay_out(scheme).places
    dots = [_dot(part, places[part.id], scheme, on_paper=on_paper) for part in scheme.parts if part.id in marked]
    size = max(scheme.width, scheme.height)
    head = fill(' xmlns="http://www.w3.org/2000/svg" width="{}" height="{}"', *paper_size(scheme)) if on_paper else ""
    return fill(
        '<svg class="scheme scheme--marked"{} viewBox="{}" role="img" aria-label="{}">{}{}</svg>',
        *(head, view_box(scheme, size // 50), label, joined("", drawn), joined("", dots)),
    )


def in_layers(scheme: Scheme) -> list[Part]:
    """The parts as they are painted, each over those before."""
    return sorted(scheme.parts, key=lambda part: _ORDER.index(part.kind))


def view_box(scheme: Scheme, margin: int) -> str:
    return f"{-margin} {-margin} {scheme.width + 2 * margin} {scheme.height + 2 * margin}"


def paper_size(scheme: Scheme) -> tuple[int, int]:
    """Pixels of a file, 600 along the longer side."""
    scale = 600 / max(scheme.width, scheme.height)
    return max(1, round(scheme.width * scale)), max(1, round(scheme.height * scale))


def shape(part: Part) -> SafeString:
    """The part itself with the marks of its way to open."""
    box = (part.x, part.y, part.width, part.height)
    lines = [fill('<polyline class="scheme__opening" points="{}"/>', line) for line in _marks(part)]
    return joined("", [rectangle(part.kind, box), *lines])


def hatching(part: Part, scheme: Scheme) -> str:
    """The path of slanting lines over the whole of a part."""
    step = max(1, max(scheme.width, scheme.height) // (_STRIPES * 3))
    step = max(step, (part.width + part.height) // (_STRIPES * 2), 1)
    right, foot = part.x + part.width, part.y + part.height
    lines = []
    for offset in range(step, part.width + part.height, step):
        below = offset - part.height  # how far the line's lower end lies right of the left side
        start = (part.x + max(0, below), foot if below >= 0 else part.y + offset)
        beyond = offset - part.width
        end = (right if beyond >= 0 else part.x + offset, part.y + max(0, beyond))
        lines.append(f"M{start[0]} {start[1]}L{end[0]} {end[1]}")
    return "".join(lines)


def rectangle(kind: str, box: tuple[int, int, int, int]) -> SafeString:
    return fill('<rect class="scheme__{}" x="{}" y="{}" width="{}" height="{}"/>', kind, *box)


def _shown(part: Part) -> SafeString:
    return fill(
        '<g class="scheme__part" data-part="{}" data-kind="{}">{}{}</g>',
        *(part.id, part.kind, shape(part), fill("<title>{}</title>", part.label) if part.label else ""),
    )


def _painted(part: Part) -> SafeString:
    colour = _PAPER.get(part.kind, "#eef0f4")
    return fill('<g fill="{}" stroke="#5b6577" stroke-width="4">{}</g>', colour, shape(part))


def _hatched(part: Part, scheme: Scheme, *, on_paper: bool) -> SafeString:
    """What lies over the part stays free of it."""
    ink = fill(' fill="none" stroke="{}" stroke-width="6"', _MARK) if on_paper else SafeString("")
    return fill(
        '<path class="scheme__hatch"{} d="{}"/><rect class="scheme__edge"{} x="{}" y="{}" width="{}" height="{}"/>',
        *(ink, hatching(part, scheme), ink, part.x, part.y, part.width, part.height),
    )


def _dot(part: Part, place: Place, scheme: Scheme, *, on_paper: bool) -> SafeString:
    """Its number, where the part was tapped."""
    x, y = place
    radius = max(scheme.width, scheme.height) / 26
    ink = fill(' fill="{}"', _MARK) if on_paper else SafeString("")
    text = SafeString(' fill="#ffffff" font-family="sans-serif" font-weight="700" text-anchor="middle"')
    return fill(
        '<circle class="scheme__dot"{} cx="{}" cy="{}" r="{}"/>'
        '<text class="scheme__number"{} x="{}" y="{}" font-size="{}">{}</text>',
        *(ink, round(x), round(y), round(radius), text if on_paper else "", round(x), round(y + radius * 0.4)),
        *(round(radius * 1.15), part.number),
    )


def _marks(part: Part) -> list[str]:
    """The lines of a way to open, each as points."""
    x, y, width, height = part.x, part.y, part.width, part.height
    right, foot, middle, centre = x + width, y + height, y + height // 2, x + width // 2
    left_hung = f"{x},{y} {right},{middle} {x},{foot}"
    right_hung = f"{right},{y} {x},{middle} {right},{foot}"
    tilted = f"{x},{foot} {centre},{y} {right},{foot}"
    arrow = f"{x + width // 4},{middle} {right - width // 4},{middle} {right - width // 3},{middle - height // 30}"
    lines: Mapping[str, list[str]] = {
        "turn_left": [left_hung],
        "turn_right": [right_hung],
        "tilt": [tilted],
        "tilt_turn_left": [left_hung, tilted],
        "tilt_turn_right": [right_hung, tilted],
        "slide": [arrow],
    }
    return lines.get(part.opening, [])
