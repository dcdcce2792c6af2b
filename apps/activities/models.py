"""The one history, in its first slim form: notes and calls on entities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from apps.contacts.models import Entity

if TYPE_CHECKING:
    from apps.accounts.models import User


class ActivityQuerySet(models.QuerySet["Activity"]):
    def visible_to(self, user: User) -> ActivityQuerySet:
        """All about an entity that `user` sees; that it stands on an employer's timeline too opens nothing."""
        seen = ActivityEntity.objects.filter(
            activity=models.OuterRef("pk"),
            via_employer=False,
            entity__in=Entity.objects.visible_to(user).order_by().values("pk"),
        )
        return self.filter(models.Exists(seen))


class Activity(models.Model):
    """One entry of the history, newest first on every timeline."""

    kind = models.CharField(max_length=40)  # "note", "call"
    verb = models.CharField(max_length=60)  # "note.added"
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    occurred_at = models.DateTimeField()
    created_at = models.DateTimeField()
    subject = models.CharField(max_length=300, blank=True)
    snippet = models.TextField(blank=True)
    removed_at = models.DateTimeField(null=True)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-occurred_at", "-id"], name="activity_by_time")]


class ActivityEntity(models.Model):
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="participants")
    # Whoever takes an entity away for good asks first; an undo of its creation leaves it, since something happened.
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="activity_links", db_index=False)
    role = models.CharField(max_length=40, blank=True)
    via_employer = models.BooleanField(default=False)  # the employer at the time, added by itself
    occurred_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["activity", "entity"], name="activity_entity_once")]
        indexes = [models.Index(fields=["entity", "-occurred_at", "-activity"], name="activity_entity_timeline")]
