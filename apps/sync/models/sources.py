"""Sources and what they sent: stored whole before anything is applied, kept until it is."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.crm.models import Plant


class Source(models.Model):
    """An outside system that feeds us. What it calls things is in `mapping`, never in code (docs/howto/sources.md).

    Its counters hold what batches that were applied came to; what waits is counted from the rows that wait.
    """

    class Kind(models.TextChoices):
        PUSH = "push", _("It sends to us (HTTP)")
        PULL = "pull", _("We read its database (SQL)")
        DROP = "drop", _("It drops files into a folder")

    class State(models.TextChoices):
        ACTIVE = "active", pgettext_lazy("source", "Active")
        PAUSED = "paused", pgettext_lazy("source", "Paused")
        STOPPED = "stopped", pgettext_lazy("source", "Stopped by itself")

    code = models.SlugField(max_length=30, unique=True)  # "kyiv-production"
    title = models.CharField(max_length=100)
    plant = models.ForeignKey(Plant, on_delete=models.PROTECT, related_name="sources")
    kind = models.CharField(max_length=4, choices=Kind)
    state = models.CharField(max_length=7, choices=State, default=State.ACTIVE)
    schema_version = models.PositiveSmallIntegerField(default=1)
    groups = models.JSONField(default=list)  # the field groups it owns: ["identity", "stage"]; copied to FieldOwner
    mapping = models.JSONField(default=dict, blank=True)
    settings = models.JSONField(default=dict, blank=True)  # of its kind: folder, tables, cursor columns
    database_url = models.TextField(blank=True)  # of a pull, encrypted
    cursor = models.JSONField(default=dict, blank=True)  # how far a pull has read, by table
    poll_every = models.DurationField(default=timedelta(seconds=5))
    next_poll_at = models.DateTimeField(null=True)  # of a pull or a drop; None: at once
    poll_failures = models.PositiveSmallIntegerField(default=0, db_default=0)  # in a row
    poll_error = models.TextField(blank=True, default="", db_default="")  # what was in the way the last time, in words
    max_bytes = models.PositiveIntegerField(default=5 * 1024 * 1024)  # of one batch
    max_batches_a_minute = models.PositiveIntegerField(default=1200)
    rejection_share = models.FloatField(default=0.2)  # of the last `breaker_window` records: beyond it, it stops
    breaker_window = models.PositiveIntegerField(default=500)
    late_after = models.DurationField(default=timedelta(minutes=10))  # older data is called late
    silent_after = models.DurationField(default=timedelta(minutes=30))  # then an alarm goes out
    as_of = models.DateTimeField(null=True)
    last_batch_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    stopped_because = models.TextField(blank=True)
    silence_told_at = models.DateTimeField(null=True)
    read = models.BigIntegerField(default=0)
    applied = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    stale = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.code


class SourceToken(models.Model):
    """What a source signs its batches in with; only the SHA-256 is kept."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class Batch(models.Model):
    """What a source sent at once. Its bytes lie in BatchBody; `key` makes a repeat harmless."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("batch", "Waiting")
        APPLIED = "applied", pgettext_lazy("batch", "Applied")
        REFUSED = "refused", pgettext_lazy("batch", "Unreadable")

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="batches")
    key = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)  # of the body: the same key with another one is a conflict
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    records = models.PositiveIntegerField()
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    as_of = models.DateTimeField(null=True)  # what its sender vouches for
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    operation_id = models.BigIntegerField(null=True)
    applied = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    stale = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="batch_once")]
        indexes = [
            models.Index(fields=["source", "id"], name="batch_waiting", condition=Q(state="waiting")),
            models.Index(fields=["source", "-received_at"], name="batch_by_time"),
        ]


class BatchBody(models.Model):
    """The bytes of a batch as they came; partitioned by month (migration 0002), nothing points to it."""

    id = models.BigAutoField(primary_key=True)
    batch_id = models.BigIntegerField()
    received_at = models.DateTimeField()
    body = models.BinaryField()

    class Meta:
        managed = False
        db_table = "sync_batchbody"


class Rejection(models.Model):
    """A record that could not be applied, with its reason, until someone replays or dismisses it."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("rejection", "Open")
        REPLAYED = "replayed", pgettext_lazy("rejection", "Replayed")
        DISMISSED = "dismissed", pgettext_lazy("rejection", "Dismissed")

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="rejections")
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="rejections")
    position = models.PositiveIntegerField()  # of the record in its batch, from 1
    record_type = models.CharField(max_length=20, blank=True)
    code = models.CharField(max_length=40)  # "schema", "not_its_field", "future", "same_version"
    reason = models.TextField()
    raw = models.TextField()  # the record as it came, cut at 20,000 letters
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["source", "-id"], name="rejection_of_source"),
            models.Index(fields=["source", "id"], name="rejection_open", condition=Q(state="open")),
        ]


class SourceMinute(models.Model):
    """What a source did in one minute, for the dashboard's charts; each figure is the sum of its batches'."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="minutes", db_index=False)
    minute = models.DateTimeField()
    read = models.PositiveIntegerField(default=0)
    applied = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    stale = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    lag = models.FloatField(default=0)  # seconds between receipt and application, the longest

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "minute"], name="source_minute_once")]
