"""Files kept with an entry of the history."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.activities.models.timeline import Activity
from apps.core.models import File


class ActivityFile(models.Model):
    """A file under the name it came with; whoever reads the entry may have it."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="files", db_index=False)
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["activity", "id"], name="activity_files", condition=Q(removed_at__isnull=True))]
