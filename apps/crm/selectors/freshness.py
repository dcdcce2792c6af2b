"""How fresh the figures on a page are: what each source vouches for, beside what came from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from apps.core.prepared import blank_ids, prepared
from apps.crm.models import FeedStatus, FieldOwner

_PLANTS = blank_ids()


@dataclass(frozen=True, slots=True)
class Freshness:
    """`as_of` None: the source has vouched for nothing yet. `is_late`: older than agreed, or the source stands.

    `source` is its code, "" where nobody knows whose figures these are; such are never called late.
    """

    title: str
    as_of: datetime | None
    is_late: bool
    is_stopped: bool
    source: str = ""
    late_after: timedelta | None = None

    @property
    def state(self) -> str:
        """ "stopped", "late", "fresh", or "awaited" where nothing was vouched for."""
        if self.is_stopped:
            return "stopped"
        if self.as_of is None:
            return "awaited"
        return "late" if self.is_late else "fresh"

    @property
    def late_at(self) -> datetime | None:
        """When it will be late unless something newer comes; pages turn their light by themselves then."""
        return self.as_of + self.late_after if self.as_of and self.late_after else None


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources of some plants, and which groups of figures are whose."""

    feeds: dict[str, FeedStatus] = field(default_factory=dict)
    owners: dict[tuple[int, str], str] = field(default_factory=dict)
    now: datetime | None = None

    def of(self, plant_id: int, group: str, *, told_by: str = "", as_of: datetime | None = None) -> Freshness | None:
        """Of a group of a plant's figures; None where no source is known for them.

        `told_by` is the source that was seen to tell them, `as_of` the moment of these very figures.
        """
        code = told_by or self.owners.get((plant_id, group), "")
        return None if self.now is None else freshness(self.feeds.get(code), as_of=as_of, now=self.now)

    def of_groups(self, *groups: str) -> list[Freshness]:
        """Those that tell these groups of figures, each once; where no owner is known, all."""
        codes = {code for (_plant, group), code in self.owners.items() if group in groups}
        codes |= self.feeds.keys() - set(self.owners.values())
        return self.all_of(codes)

    def all_of(self, codes: Iterable[str]) -> list[Freshness]:
        now = self.now
        known = sorted((self.feeds[code] for code in set(codes) & self.feeds.keys()), key=lambda one: one.title)
        return [freshness(feed, as_of=None, now=now) for feed in known] if now else []

    @property
    def late(self) -> tuple[str, ...]:
        """The codes of those whose figures are called late now: what a kept page depends on."""
        return tuple(sorted(each.source for each in self.all_of(self.feeds) if each.is_late))


def sources_of(plant_ids: Iterable[int] | None, *, now: datetime) -> Sources:
    """The sources of some plants, of all with None; one query."""
    feeds = _feeds.ask({_PLANTS: list(plant_ids or ())}, plant_ids is None)
    found: dict[str, Any] = {feed.source: feed for feed in feeds}
    pairs = {(each["plant"], each["group"]): code for code, feed in found.items() for each in feed.owned}
    return Sources(feeds=found, owners=pairs, now=now)


@prepared(lambda are_all: are_all)
def _feeds(are_all: bool) -> QuerySet[FeedStatus]:
    feeds, owners = FeedStatus.objects.all(), FieldOwner.objects.filter(source=OuterRef("pk"))
    if not are_all:
        feeds, owners = feeds.filter(plant__among=_PLANTS), owners.filter(plant__among=_PLANTS)
    return feeds.annotate(owned=ArraySubquery(owners.values(pair=JSONObject(plant="plant_id", group="group"))))


def freshness(feed: FeedStatus | None, *, as_of: datetime | None, now: datetime) -> Freshness:
    """Of figures that came with `as_of` from the source of `feed`, which may not be known."""
    if feed is None:
        return Freshness("", as_of, is_late=False, is_stopped=False)
    vouched = max((each for each in (feed.as_of, as_of) if each is not None), default=None)
    stopped = feed.state != FeedStatus.State.ACTIVE
    overdue = bool(feed.late_after and vouched and vouched + feed.late_after < now)
    return Freshness(feed.title, vouched, overdue or stopped, stopped, feed.source, feed.late_after)
