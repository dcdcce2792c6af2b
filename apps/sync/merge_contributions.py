"""What the outside world brings to a merge."""

from __future__ import annotations

from apps.core.contributions import MergePart, Tie, merge
from apps.sync.models import AudienceMember, CardClash, ServedCard


def register() -> None:
    """Called once, when the app is ready."""
    served = Tie(ServedCard, stays="what phones were told of the loser as it was")
    merge.register("sync", MergePart((Tie(AudienceMember), Tie(CardClash), served)), position=60)
