"""How fresh each source's data are, told by whoever talks to it."""

from __future__ import annotations

from datetime import datetime, timedelta

from apps.crm.models import FeedStatus, Plant


def set_freshness(
    *,
    source: str,
    title: str,
    plant: Plant | None,
    as_of: datetime | None,
    late_after: timedelta | None,
    state: str,
) -> None:
    """Keep what stands beside the figures of this source: `as_of` is the moment up to which it vouches for them."""
    FeedStatus.objects.update_or_create(
        source=source,
        defaults={"title": title, "plant": plant, "as_of": as_of, "late_after": late_after, "state": state},
    )
