"""What the outside world brings to a merge."""

from __future__ import annotations

from apps.core.contributions import MergePart, Tie, merge
from apps.sync.models import AudienceMember


def register() -> None:
    """Called once, when the app is ready."""
    merge.register("sync", MergePart((Tie(AudienceMember),)), position=60)
