"""Companies, teams and folders as recipients: picked as "company:12", written to as the people they stand for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from apps.messaging.recipients import MOST_RECIPIENTS, Row, read_rows
from apps.messaging.selectors.crowds import people_of_company, people_of_folder, people_of_team

if TYPE_CHECKING:
    from apps.accounts.models import User

_KINDS = ("company", "team", "folder")


def is_crowd(text: str) -> bool:
    """Whether the text names one: "company:12"."""
    kind, _colon, key = text.partition(":")
    return kind in _KINDS and key.isdecimal() and len(key) < 19


def expand(texts: Iterable[str], *, user: User) -> list[Row]:
    """Rows for all that was typed or picked; of a crowd those whom `user` sees, one more than may be at the most."""
    rows: dict[str, Row] = {}
    for text in texts:
        for row in _people(text, user) if is_crowd(text) else read_rows([text]):
            rows.setdefault(row[1].lower(), row)
    return list(rows.values())


def _people(text: str, user: User) -> list[Row]:
    kind, _colon, key = text.partition(":")
    if kind == "team":
        team = people_of_team(int(key)).order_by("name", "pk")
        return [[person.name, person.email] for person in team[: MOST_RECIPIENTS + 1]]
    found = people_of_company(user, int(key)) if kind == "company" else people_of_folder(user, int(key))
    named = found.order_by("sort_name", "pk").values_list("display_name", "primary_email")
    return [[name, address] for name, address in named[: MOST_RECIPIENTS + 1]]
