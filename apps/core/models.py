"""Rows that every app leaves behind: operations, changes, outgoing mail, stored files, saved views, visits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.visits import begins_anew

if TYPE_CHECKING:
    from datetime import datetime

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


class OutgoingMail(models.Model):
    """The outbox: one row per envelope, never sent twice (DECISIONS: mail)."""

    class State(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        ACCEPTED = "accepted"
        FAILED = "failed"
        UNCERTAIN = "uncertain"

    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    sender = models.CharField(max_length=320)
    recipients = ArrayField(models.CharField(max_length=320))
    message_id = models.CharField(max_length=200, unique=True)
    dedupe_key = models.CharField(max_length=200, unique=True)
    raw = models.BinaryField()  # the RFC 5322 message as it goes over the wire
    transport = models.CharField(max_length=60, default="site")
    # Which of the transport's lines it takes (messaging: the account's id); mails of one line share a connection.
    line = models.CharField(max_length=60, blank=True, default="", db_default="")
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)  # the last answer: what a server said when it took or refused it
    server = models.CharField(max_length=255, blank=True, default="", db_default="")  # that took or refused it

    class Meta:
        indexes = [
            models.Index(fields=["not_before"], name="outgoing_due", condition=Q(state="queued")),
            models.Index(fields=["claimed_at"], name="outgoing_sending", condition=Q(state="sending")),
        ]


class File(models.Model):
    """Bytes kept once by their SHA-256 in media storage; served only through the door of whoever owns them."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    mime_type = models.CharField(max_length=100)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="file_size_not_negative", condition=Q(size__gte=0))]


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: models.Model) -> SavedViewQuerySet:
        return self.filter(Q(owner=user.pk) | Q(is_shared=True))


class SavedView(models.Model):
    """A list's filters, sort and columns under a name, one's own or shared."""

    list_key = models.CharField(max_length=60)  # "contacts.entities"
    name = models.CharField(max_length=100)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    is_shared = models.BooleanField(default=False)
    query = models.JSONField(default=dict)  # {"q": "...", "sort": "-modified", "columns": [...], "filters": {...}}
    created_at = models.DateTimeField()

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["list_key", "owner", "name"], name="saved_view_name_once_per_owner")
        ]


class ListSetting(models.Model):
    """Which columns and how many rows a user wants in a list; `user` None is the administrators' default."""

    list_key = models.CharField(max_length=60)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    columns = models.JSONField(default=list)
    page_size = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["list_key", "user"], name="list_setting_once_per_user", nulls_distinct=False
            )
        ]


class ListVisit(models.Model):
    """A user's present visit of a list, and when the one before it had ended."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    list_key = models.CharField(max_length=60)
    seen_at = models.DateTimeField()  # the last look
    since_at = models.DateTimeField()  # what changed after it is new in this visit

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "list_key"], name="list_visit_once_per_user")]

    def new_since(self, now: datetime) -> datetime:
        """After which moment changes are new to a user who looks now."""
        return self.seen_at if begins_anew(self.seen_at, now) else self.since_at


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
