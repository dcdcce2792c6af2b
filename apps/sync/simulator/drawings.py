"""How the plants' products look: rectangles in thousandths of width and height, as their drawing programs give them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Part:
    id: str
    kind: str
    x: int
    y: int
    width: int
    height: int
    opening: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    title: str
    kind: str
    parts: tuple[Part, ...]


def _leaf(name: str, x: int, width: int, opening: str) -> tuple[Part, ...]:
    """A sash with its pane, and a handle where it opens."""
    parts = (
        Part(f"sash-{name}", "sash", x, 40, width, 920, opening),
        Part(f"pane-{name}", "pane", x + 40, 80, width - 80, 840),
    )
    if opening == "fixed":
        return parts
    side = x + 8 if opening.endswith("right") else x + width - 32
    return (*parts, Part(f"handle-{name}", "handle", side, 460, 24, 80))


_FRAME = Part("frame", "frame", 0, 0, 1000, 1000)
SHAPES = {
    "one": Shape("Window, one sash", "window", (_FRAME, *_leaf("1", 40, 920, "tilt_turn_left"))),
    "two": Shape(
        "Window, two sashes",
        "window",
        (_FRAME, *_leaf("1", 40, 440, "tilt_turn_right"), Part("mullion", "mullion", 480, 40, 40, 920),
         *_leaf("2", 520, 440, "fixed")),
    ),
    "three": Shape(
        "Window, three sashes",
        "window",
        (_FRAME, *_leaf("1", 40, 290, "turn_right"), *_leaf("2", 355, 290, "fixed"),
         *_leaf("3", 670, 290, "tilt_turn_left")),
    ),
    "door": Shape(
        "Balcony door",
        "balcony door",
        (_FRAME, *_leaf("1", 60, 880, "tilt_turn_left"), Part("panel", "panel", 100, 640, 800, 280)),
    ),
    "slide": Shape(
        "Sliding system",
        "sliding door",
        (_FRAME, *_leaf("1", 40, 480, "slide"), *_leaf("2", 480, 480, "fixed"), Part("sill", "sill", 0, 960, 1000, 40)),
    ),
}  # fmt: skip


def drawn(shape: Shape, width: int, height: int) -> dict[str, Any]:
    """The drawing of a piece of this size in millimetres, as both plants' drawing program exports it."""
    parts = [
        {
            "id": part.id,
            "kind": part.kind,
            "x": part.x * width // 1000,
            "y": part.y * height // 1000,
            "width": max(1, part.width * width // 1000),
            "height": max(1, part.height * height // 1000),
            "opening": part.opening,
        }
        for part in shape.parts
    ]
    return {"width": width, "height": height, "parts": parts}
