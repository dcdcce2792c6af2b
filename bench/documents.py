"""The figures of papers: a thousand lines set as PDF, in the process of its own that workers use."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.utils import translation

from apps.core.documents import render
from apps.messaging.services.papers.frame import FOLDER, frame
from bench.figures import Row, median, say, times
from bench.house import House

_LINES = 1000
_TURNS = 5


def measure(house: House) -> Iterator[Row]:
    """Each turn with other lines: what was set before is not set anew."""
    say("documents: setting papers")
    turns = [_list(turn) for turn in range(_TURNS)]
    taken = times(lambda data: render(FOLDER / "contact_list.typ", data), turns)
    yield Row("PDF of 1,000 lines", median(taken), "ms", budget=1000)


def _list(turn: int) -> dict[str, object]:
    with translation.override("uk"):
        head = frame("Контакти", today=datetime.date(2026, 11, 28), subtitle=f"{turn}")
    rows = [
        {
            "name": f"Анна Коваленко {turn}-{number}",
            "job": "Директор",
            "organisation": "Вікна Плюс",
            "phone": "+380 67 123 4567",
            "email": f"anna{number}@example.com",
            "city": "Івано-Франківськ",
        }
        for number in range(_LINES)
    ]
    return {**head, "head": ["Імʼя", "Організація", "Телефон", "Пошта", "Місто"], "rows": rows, "nothing": ""}
