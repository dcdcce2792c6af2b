"""What the history does when others announce something."""

from __future__ import annotations

from apps.activities.services.notes import forget_entities
from apps.contacts.signals import entities_purging


def on_entities_purging(*, ids: list[int], **kwargs: object) -> None:
    forget_entities(ids=ids)


def connect() -> None:
    """Called once, when the app is ready."""
    entities_purging.connect(on_entities_purging)
