"""An import: a file on its way in, what it rejected, and what waits for a person's decision."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from apps.contacts.models.entities import Entity
from apps.contacts.models.folders import Folder
from apps.core.models import File, Operation


class ImportQuerySet(models.QuerySet["Import"]):
    def visible_to(self, user: models.Model) -> ImportQuerySet:
        """A file may hold anything: only who brought it sees its import."""
        return self.filter(created_by=user.pk)


class Import(models.Model):
    class Duplicates(models.TextChoices):
        CREATE = "create"
        SKIP = "skip"
        UPDATE = "update"
        ASK = "ask"

    operation = models.OneToOneField(Operation, null=True, on_delete=models.PROTECT, related_name="contact_import")
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=300)
    format = models.CharField(max_length=10)
    options = models.JSONField(default=dict)  # encoding, delimiter, mapping, table, region
    folder = models.ForeignKey(Folder, null=True, on_delete=models.PROTECT, related_name="+")
    duplicates = models.CharField(max_length=6, choices=Duplicates, default=Duplicates.SKIP)
    overwrite = models.BooleanField(default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    read = models.IntegerField(default=0)
    created = models.IntegerField(default=0)
    updated = models.IntegerField(default=0)
    skipped = models.IntegerField(default=0)
    rejected = models.IntegerField(default=0)
    organisations = models.IntegerField(default=0)
    position = models.BigIntegerField(default=0)  # records wholly applied, so that a restarted worker goes on there

    objects = ImportQuerySet.as_manager()


class ImportRejection(models.Model):
    contact_import = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rejections")
    file_name = models.CharField(max_length=300)
    index = models.PositiveIntegerField()
    line = models.PositiveIntegerField(null=True)
    reason = models.TextField()
    excerpt = models.TextField(blank=True)


class ImportReview(models.Model):
    """A record that looks like contacts already here, under `--duplicates ask`: a person decides within 30 days."""

    class Decision(models.TextChoices):
        CREATE = "create"
        SKIP = "skip"
        UPDATE = "update"

    contact_import = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="reviews")
    index = models.PositiveIntegerField()
    card = models.JSONField()
    candidate = models.ForeignKey(Entity, null=True, on_delete=models.SET_NULL, related_name="+")
    decision = models.CharField(max_length=6, choices=Decision, blank=True)
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
