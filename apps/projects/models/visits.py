"""What a member finds after having been away, and files on their way into a message."""

from __future__ import annotations

from django.db import models

from apps.core.models import File
from apps.projects.models.groups import Group, Membership
from apps.projects.models.messages import Message


class Decision(models.Model):
    """A message by which something was settled, marked as such for everybody."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+", db_index=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="decisions", db_index=False)
    marked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", db_index=False)
    marked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message"], name="decision_once")]
        indexes = [models.Index(fields=["group", "-marked_at"], name="decision_of_group")]


class Visit(models.Model):
    """When a member's page of a group was last open (`seen_at`), and since when without a long break (`came_at`).

    `left_at` and `left_seq` are the end of the visit before this one, and how far they had read then.
    """

    membership = models.OneToOneField(Membership, primary_key=True, on_delete=models.CASCADE, related_name="visit")
    seen_at = models.DateTimeField()
    came_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    left_seq = models.BigIntegerField(default=0)


class BroughtFile(models.Model):
    """A file that was brought for a message; a few days later it has been sent, or is swept from the disk."""

    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="+")
    thumbnail = models.ForeignKey(File, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    brought_at = models.DateTimeField(db_index=True)
