"""What an address asks of an order's tape."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import QueryDict

from apps.crm.selectors.tape import KINDS, Asked

_MOST = 30  # letters of a source's code


def read_tape(query: QueryDict) -> Asked:
    """What makes no sense is left out."""
    kind, source = query.get("kind", ""), query.get("source", "")[:_MOST]
    return Asked(kind if kind in KINDS else "", source, query.get("after", "")[:100])


def tape_query(asked: Asked, after: str = "") -> str:
    """The address of a page of the same tape."""
    pairs = [("kind", asked.kind), ("source", asked.source), ("after", after)]
    return urlencode([pair for pair in pairs if pair[1]])
