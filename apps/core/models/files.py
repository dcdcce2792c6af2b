"""Files, by what is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    pass


class File(models.Model):
    """Bytes kept once by their SHA-256 in media storage; served only through the door of whoever owns them."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    mime_type = models.CharField(max_length=100)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="file_size_not_negative", condition=Q(size__gte=0))]
