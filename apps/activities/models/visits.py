"""What is new for whom: how far a user has read the history."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models

from apps.core.visits import begins_anew


class Visit(models.Model):
    """A user's present visit and where the one before it had ended, as ids of entries: those never go back."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()
    seen_id = models.BigIntegerField(default=0)  # the newest entry when the user was last here
    since_id = models.BigIntegerField(default=0)  # entries above it are new in this visit
    since_at = models.DateTimeField()

    def begins_anew(self, now: datetime) -> bool:
        """Has the user been away, so that a page opened now begins another visit?"""
        return begins_anew(self.seen_at, now)

    def new_since(self, now: datetime) -> tuple[int, datetime]:
        """Above which id entries are new to whoever opens a page now, and since when."""
        return (self.seen_id, self.seen_at) if self.begins_anew(now) else (self.since_id, self.since_at)
