"""How far a member has read, and what they were writing."""

from __future__ import annotations

from django.db import models

from apps.projects.models.groups import Membership, Topic


class ReadMark(models.Model):
    """The last message that was on a member's screen; it only rises."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="read_marks", db_index=False)
    topic = models.ForeignKey(Topic, null=True, on_delete=models.CASCADE, related_name="+")
    read_seq = models.BigIntegerField()
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "topic"], name="read_mark_once", nulls_distinct=False)
        ]


class Draft(models.Model):
    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="draft")
    text = models.TextField()
    saved_at = models.DateTimeField()
