"""Where a mistake is, also where the library says only that it is one."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from liquid import Environment
from liquid.exceptions import LiquidError

from apps.messaging.services.liquid.scanning import Piece

_BLOCK = re.compile(r"{%-?\s*(if|unless|case|for|comment|endif|endunless|endcase|endfor|endcomment)\b")


def token_of(error: Exception) -> int:
    """The letter that the error names; -1 for none."""
    return error.token.start_index if isinstance(error, LiquidError) and error.token is not None else -1


def place_of(error: Exception, cut: Sequence[Piece], environment: Environment) -> int:
    """The first letter of what could not be parsed: as told, else the block left open, else the tag that broke it."""
    if (index := token_of(error)) >= 0:
        return index
    said = _message(error)
    if said.startswith("expected tag end"):
        return _start(cut, _left_open(cut))

    def breaks(count: int) -> bool:
        """Whether the first `count` pieces alone meet the same end: once met, more of them change nothing."""
        try:
            environment.from_string("".join(piece.text for piece in cut[:count]))
        except Exception as other:
            return _message(other) == said
        return False

    found = bisect_left(range(len(cut)), True, key=lambda place: breaks(place + 1))
    return _start(cut, found) if found < len(cut) else -1


def _message(error: Exception) -> str:
    return str(error.message or "") if isinstance(error, LiquidError) else ""


def _start(cut: Sequence[Piece], place: int) -> int:
    return sum(len(piece.text) for piece in cut[:place])


def _left_open(cut: Sequence[Piece]) -> int:
    """Which piece opened the block that nothing closes: the innermost of those."""
    opened: list[int] = []
    for place, piece in enumerate(cut):
        found = _BLOCK.match(piece.text) if piece.is_tag else None
        if found is None:
            continue
        if not found[1].startswith("end"):
            opened.append(place)
        elif opened:
            opened.pop()
    return opened[-1] if opened else 0
