"""Who of a dealer's people gets one mail a day with all that has changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Summary(models.Model):
    """Its row is there while its user wants it. The row is the queue: a mail is due at `due_at`, if anything changed.

    The hour and the zone are the user's preferences.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+")
    since_at = models.DateTimeField()  # what changed after it wasn't told yet
    due_at = models.DateTimeField(db_index=True)
