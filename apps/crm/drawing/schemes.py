"""The scheme of a construction as SVG, drawn by us from its geometry.

Nothing of the source's text gets in but numbers, kinds we know, ids of a narrow alphabet and escaped labels. Each part
keeps its id (`data-part`), so that a claim can name the pane that is broken. Opening marks are the trade's: lines from
the corners of the hinged side meet at the handle.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.core.markup import fill, joined

_KINDS = frozenset({"frame", "sash", "pane", "handle", "hinge", "sill", "mullion", "panel", "other"})
_ORDER = ("sill", "frame", "panel", "sash", "pane", "mullion", "other", "hinge", "handle")  # what lies above what
_ID = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_LARGEST = 100_000  # millimetres
_MOST_PARTS = 60
Box = tuple[int, int, int, int]


def draw_scheme(scheme: Any, *, label: str = "") -> SafeString:
    """The drawing; "" for what is no scheme. `label` says what it shows to those who don't see it."""
    if not isinstance(scheme, Mapping):
        return SafeString("")
    width, height = _whole(scheme.get("width")), _whole(scheme.get("height"))
    if not width or not height:
        return SafeString("")
    parts = scheme.get("parts")
    known = [each for each in parts if _is_part(each)][:_MOST_PARTS] if isinstance(parts, list) else []
    known.sort(key=lambda part: _ORDER.index(part["kind"]))
    drawn = [_part(part) for part in known] or [_rectangle("frame", (0, 0, width, height))]
    margin = max(width, height) // 50
    box = f"{-margin} {-margin} {width + 2 * margin} {height + 2 * margin}"
    return fill(
        '<svg class="scheme" viewBox="{}" role="img" aria-label="{}">{}</svg>',
        *(box, label or _("Drawing"), joined("", drawn)),
    )


def _is_part(part: Any) -> bool:
    return (
        isinstance(part, Mapping)
        and part.get("kind") in _KINDS
        and isinstance(part.get("id"), str)
        and _ID.fullmatch(part["id"]) is not None
        and _whole(part.get("width")) is not None
        and _whole(part.get("height")) is not None
    )


def _whole(value: Any) -> int | None:
    """A measure in millimetres, where it is one."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST else None


def _part(part: Mapping[str, Any]) -> SafeString:
    box = (_whole(part.get("x")) or 0, _whole(part.get("y")) or 0, part["width"], part["height"])
    label = part.get("label") if isinstance(part.get("label"), str) else ""
    marks = [fill('<polyline class="scheme__opening" points="{}"/>', line) for line in _marks(part.get("opening"), box)]
    return fill(
        '<g class="scheme__part" data-part="{}" data-kind="{}">{}{}{}</g>',
        *(part["id"], part["kind"], _rectangle(part["kind"], box), joined("", marks), _title(label or "")),
    )


def _rectangle(kind: str, box: Box) -> SafeString:
    return fill('<rect class="scheme__{}" x="{}" y="{}" width="{}" height="{}"/>', kind, *box)


def _title(label: str) -> SafeString:
    return fill("<title>{}</title>", label) if label else SafeString("")


def _marks(opening: Any, box: Box) -> list[str]:
    """The lines of a way to open, each as points."""
    x, y, width, height = box
    right, foot, middle, centre = x + width, y + height, y + height // 2, x + width // 2
    left_hung = f"{x},{y} {right},{middle} {x},{foot}"
    right_hung = f"{right},{y} {x},{middle} {right},{foot}"
    tilted = f"{x},{foot} {centre},{y} {right},{foot}"
    arrow = f"{x + width // 4},{middle} {right - width // 4},{middle} {right - width // 3},{middle - height // 30}"
    lines = {
        "turn_left": [left_hung],
        "turn_right": [right_hung],
        "tilt": [tilted],
        "tilt_turn_left": [left_hung, tilted],
        "tilt_turn_right": [right_hung, tilted],
        "slide": [arrow],
    }
    return lines.get(opening, []) if isinstance(opening, str) else []
