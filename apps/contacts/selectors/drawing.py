"""Trees of contacts laid out as a drawing: a column for each level, a row for each leaf, so that no words collide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

BOX_WIDTH, BOX_HEIGHT = 210, 46
GAP, ROW, EDGE = 150, 56, 12


@dataclass(slots=True, eq=False)
class Knot:
    """A contact or department in a tree; `word` says how it is tied to the one it hangs on."""

    title: str
    kind: str  # "person", "organisation", "unit"
    entity_id: int | None = None
    word: str = ""
    is_self: bool = False
    children: list[Knot] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SideTie:
    """A tie between two knots besides the one by which they hang in the tree."""

    first: Knot
    second: Knot
    word: str


@dataclass(frozen=True, slots=True)
class Box:
    knot: Knot
    x: int
    y: int
    word_x: int
    word_y: int


@dataclass(frozen=True, slots=True)
class Line:
    path: str
    word: str = ""  # of a side tie, shown on hover


@dataclass(frozen=True, slots=True)
class Drawing:
    """All measures in pixels of the picture."""

    width: int
    height: int
    boxes: list[Box]
    lines: list[Line]
    side_lines: list[Line]
    box_width: int = BOX_WIDTH
    box_height: int = BOX_HEIGHT
    word_width: int = GAP - 16
    word_height: int = BOX_HEIGHT // 2


def draw(root: Knot, side_ties: Sequence[SideTie] = ()) -> Drawing:
    """Lay the tree out from left to right; a knot stands in the middle of those that hang on it."""
    places: dict[int, tuple[int, int]] = {}
    rows = _place(root, 0, 0, places)
    boxes, lines = [], []
    for parent, knot in _walk(root):
        x, y = places[id(knot)]
        boxes.append(Box(knot, x, y, x - GAP + 12, y))
        if parent is not None:
            lines.append(Line(_tie(places[id(parent)], (x, y))))
    sides = [Line(_bow(places[id(tie.first)], places[id(tie.second)]), _sentence(tie)) for tie in side_ties]
    width = max(box.x for box in boxes) + BOX_WIDTH + EDGE + (60 if sides else 0)
    return Drawing(width, rows * ROW + 2 * EDGE, boxes, lines, sides)


def _place(knot: Knot, depth: int, row: int, places: dict[int, tuple[int, int]]) -> int:
    """Give `knot` and all below it their corners, from `row` on; returns how many rows they take."""
    taken = 0
    for child in knot.children:
        taken += _place(child, depth + 1, row + taken, places)
    middles = [places[id(child)][1] for child in knot.children]
    y = (middles[0] + middles[-1]) // 2 if middles else EDGE + row * ROW
    places[id(knot)] = (EDGE + depth * (BOX_WIDTH + GAP), y)
    return max(taken, 1)


def _walk(knot: Knot, parent: Knot | None = None) -> Iterator[tuple[Knot | None, Knot]]:
    yield parent, knot
    for child in knot.children:
        yield from _walk(child, knot)


def _tie(start: tuple[int, int], end: tuple[int, int]) -> str:
    x1, y1 = start[0] + BOX_WIDTH, start[1] + BOX_HEIGHT // 2
    x2, y2 = end[0], end[1] + BOX_HEIGHT // 2
    turn = x1 + 16
    return f"M{x1} {y1} C{turn + 8} {y1} {turn - 8} {y2} {turn + 16} {y2} L{x2} {y2}"


def _bow(start: tuple[int, int], end: tuple[int, int]) -> str:
    x1, y1 = start[0] + BOX_WIDTH, start[1] + BOX_HEIGHT // 2 + 8
    x2, y2 = end[0] + BOX_WIDTH, end[1] + BOX_HEIGHT // 2 + 8
    out = max(x1, x2) + 50
    return f"M{x1} {y1} C{out} {y1} {out} {y2} {x2} {y2}"


def _sentence(tie: SideTie) -> str:
    return f"{tie.first.title} {tie.word} {tie.second.title}"
