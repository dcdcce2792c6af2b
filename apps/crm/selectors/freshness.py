"""How fresh the figures on a page are: what each source vouches for, beside what came from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from apps.crm.models import FeedStatus


@dataclass(frozen=True, slots=True)
class Freshness:
    """`as_of` None: the source has vouched for nothing yet. `is_late`: older than agreed, or the source stands."""

    title: str
    as_of: datetime | None
    is_late: bool
    is_stopped: bool


def feeds_of(plant_ids: Iterable[int]) -> dict[str, FeedStatus]:
    """The sources of some plants by their code; one query."""
    return {feed.source: feed for feed in FeedStatus.objects.filter(plant__in=list(plant_ids)).order_by("source")}


def late_feeds(plant_ids: Iterable[int], *, now: datetime) -> list[Freshness]:
    """The sources of some plants whose figures are older than agreed, as said above a list of them; one query."""
    told = (freshness(feed, as_of=None, now=now) for feed in feeds_of(plant_ids).values())
    return [each for each in told if each.is_late]


def freshness(feed: FeedStatus | None, *, as_of: datetime | None, now: datetime) -> Freshness:
    """Of figures that came with `as_of` from the source of `feed`, which may not be known."""
    if feed is None:
        return Freshness("", as_of, is_late=False, is_stopped=False)
    vouched = max((each for each in (feed.as_of, as_of) if each is not None), default=None)
    stopped = feed.state != FeedStatus.State.ACTIVE
    overdue = bool(feed.late_after and vouched and vouched + feed.late_after < now)
    return Freshness(feed.title, vouched, is_late=overdue or stopped, is_stopped=stopped)
