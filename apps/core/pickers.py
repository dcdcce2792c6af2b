"""The answer that every picker with server search expects: `<select-picker src="...">` asks `?q=...&page=1`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.http import JsonResponse

PICKER_PAGE = 30


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    text: str
    hint: str = ""  # a second line: e-mail, organisation ...


def picker_response(options: Iterable[Option], *, more: bool = False) -> JsonResponse:
    """Answer one page of options; with `more` the picker asks for the next page at the end of its list."""
    response = JsonResponse({"items": [asdict(option) for option in options], "more": more})
    response["Cache-Control"] = "no-store"
    return response
