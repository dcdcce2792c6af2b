"""What a list says above it while a plant's figures are older than they should be."""

from __future__ import annotations

from apps.core import clock
from apps.core.htmx import Request
from apps.crm.models.reach import portal_reader
from apps.crm.selectors.freshness import Freshness, late_feeds


def late(request: Request) -> list[Freshness]:
    reader = portal_reader(request.user)
    return late_feeds(reader.plant_ids, now=clock.now()) if reader else []
