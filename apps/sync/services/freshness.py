"""What dealers' pages are told of a source: how fresh its data are, and whether it stands still."""

from __future__ import annotations

from apps.crm.services.feed.freshness import set_freshness
from apps.sync.models import Source


def tell_freshness(source: Source) -> None:
    """Keep it beside the figures; `source` is as the database has it."""
    set_freshness(
        source=source.code,
        title=source.title,
        plant=source.plant,
        as_of=source.as_of,
        late_after=source.late_after,
        state=source.state,
    )
