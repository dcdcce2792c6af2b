"""What somebody did: operations with their changes, and keys by which a request counts once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from apps.accounts.models import User


class OperationQuerySet(models.QuerySet["Operation"]):
    def of(self, user: User) -> OperationQuerySet:
        return self.filter(actor=user)

    def unfinished(self) -> OperationQuerySet:
        return self.filter(state__in=[Operation.State.PENDING, Operation.State.RUNNING])


class Operation(models.Model):
    """One user intent: a save, a bulk edit, an import, an undo. Also the progress row of background work."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        RUNNING = "running", _("At work")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Stopped")
        UNDONE = "undone", _("Undone")

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=60)  # "entity.updated", "entities.imported"
    state = models.CharField(max_length=10, choices=State, default=State.DONE)
    total = models.BigIntegerField(null=True)  # None: not known yet
    done = models.BigIntegerField(default=0)
    message = models.CharField(max_length=500, blank=True)
    parameters = models.JSONField(default=dict)  # what a background job needs to begin, or begin again
    result = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)  # a silent running operation was orphaned by its worker
    attempts = models.PositiveSmallIntegerField(default=0)  # also the number of the claim that may write the row
    cancel_requested_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undoable_until = models.DateTimeField(null=True)
    undo_of = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="undone_by")
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=36, blank=True)

    objects = OperationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["actor", "-created_at"], name="operation_by_actor"),
            models.Index(
                fields=["created_at"], name="operation_unfinished", condition=Q(state__in=["pending", "running"])
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="operation_finished_has_a_time",
                condition=Q(state__in=["pending", "running"]) | Q(finished_at__isnull=False),
            )
        ]


class Change(models.Model):
    """One record touched by an operation; partitioned by month, insert and read only for the web role.

    `diff` is `{field: [before, after]}` for an update; for "created" and "removed" it is the whole image,
    with the missing side None: `{field: [None, after]}`.
    """

    class Kind(models.TextChoices):
        CREATED = "created"
        UPDATED = "updated"
        REMOVED = "removed"

    operation = models.ForeignKey(Operation, on_delete=models.DO_NOTHING, related_name="changes", db_constraint=False)
    record_type = models.CharField(max_length=60)  # "contacts.entity"
    record_id = models.BigIntegerField()
    subject_id = models.BigIntegerField(null=True)  # the aggregate touched: an entity, or an entry of the history
    kind = models.CharField(max_length=8, choices=Kind)
    diff = models.JSONField()
    version_before = models.IntegerField(null=True)
    version_after = models.IntegerField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        managed = False  # made by migration 0002 as a partitioned table
        db_table = "core_change"


class OperationMove(models.Model):
    """One value that a merge set in one row: in bulk and below the aggregates, where a Change would be too much.

    Undo puts `old` back as long as the row still says `new`. Rows are only inserted, and go with their operation.
    """

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="moves", db_index=False)
    subject_id = models.BigIntegerField()  # the entity that was merged away
    record_type = models.CharField(max_length=60)  # "contacts.unit"
    record_id = models.BigIntegerField()
    field = models.CharField(max_length=60)  # the column: "entity_id"
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["operation", "record_type", "field"], name="operation_move_order")]


class IdempotencyKey(models.Model):
    """An API answer kept for 24 hours: same key and body, same answer; another body is a conflict."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)  # None while the first request is still at work
    body = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once_per_user")]
