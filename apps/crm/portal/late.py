"""The sources whose figures stand on a page of the portal."""

from __future__ import annotations

from apps.core import clock
from apps.core.htmx import Request
from apps.crm.models.reach import portal_reader
from apps.crm.selectors.freshness import Sources, sources_of


def sources_for(request: Request) -> Sources:
    """Of the plants at which the reader's firm buys; one query."""
    reader = portal_reader(request.user)
    return sources_of(reader.plant_ids, now=clock.now()) if reader else Sources()
