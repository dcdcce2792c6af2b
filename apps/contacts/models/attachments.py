"""Files kept with a contact."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.contacts.models.entities import Entity
from apps.core.models import File


class Attachment(models.Model):
    """A file on a contact's page, under the name it came with."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="attachments", db_index=False)
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["entity", "-created_at"], name="attachment_of_entity", condition=Q(removed_at__isnull=True)
            )
        ]
