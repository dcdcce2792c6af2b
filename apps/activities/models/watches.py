"""Watching: the wish to be told of a record. It gives no right to see it, and no duty."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class Watch(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    record_type = models.CharField(max_length=60)  # "contacts.entity", "crm.order"
    record_id = models.BigIntegerField()
    events = ArrayField(models.CharField(max_length=12), default=list)  # of Notice.Event; empty: all of them
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record_type", "record_id", "user"], name="watch_once"),
        ]
        indexes = [models.Index(fields=["user", "-created_at"], name="watch_by_user")]
