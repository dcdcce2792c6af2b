"""Drawings as plants send them."""

from __future__ import annotations

from typing import Any

from apps.sync.simulator.drawings import SHAPES, drawn


def a_scheme(shape: str = "two", width: int = 1400, height: int = 1300) -> dict[str, Any]:
    """ "one", "two", "three", "door" or "slide": parts "frame", "sash-1", "pane-1", "handle-1" ..."""
    return drawn(SHAPES[shape], width, height)
