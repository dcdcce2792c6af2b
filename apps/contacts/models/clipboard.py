"""The clipboard: contacts that a user gathers on one page to use them on another."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from apps.contacts.models.entities import Entity


class Clipped(models.Model):
    """One contact on one user's clipboard; what was taken off stays for a day, so that it can be put back."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="clipped")
    clipped_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "entity"], name="clipped_once")]
        indexes = [models.Index(fields=["user", "removed_at", "-clipped_at"], name="clipped_by_user")]
