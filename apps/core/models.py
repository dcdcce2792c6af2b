"""Rows that every app leaves behind: operations, changes, outgoing mail and events, files, saved views, visits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
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
        WITHHELD = "withheld"  # its recipient wants no such mail, or can't be reached: it never went out

    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    sender = models.CharField(max_length=320)
    recipients = ArrayField(models.CharField(max_length=320))
    message_id = models.CharField(max_length=200, unique=True)
    dedupe_key = models.CharField(max_length=200, unique=True)
    raw = models.BinaryField()  # the RFC 5322 message as it goes over the wire
    transport = models.CharField(max_length=60, default="site")
    # Which of the transport's lines it takes (messaging: the account's id); mails of one line share a connection.
    line = models.CharField(max_length=60, blank=True, default="", db_default="")
    # Which mailings it belongs to: withheld from who is suppressed in this scope. "": written to this person, or by the
    # site about their own business, and never withheld.
    scope = models.CharField(max_length=60, blank=True, default="", db_default="")
    addressee = models.CharField(max_length=320, blank=True, default="", db_default="")  # whose, folded, with a scope
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)  # the last answer: what a server said when it took or refused it
    server = models.CharField(max_length=255, blank=True, default="", db_default="")  # that took or refused it

    class Meta:
        indexes = [
            models.Index(fields=["not_before", "id"], name="outgoing_next", condition=Q(state="queued")),
            models.Index(fields=["claimed_at"], name="outgoing_sending", condition=Q(state="sending")),
        ]
        constraints = [
            models.CheckConstraint(
                name="outgoing_mailing_has_addressee",
                condition=Q(scope="", addressee="") | (~Q(scope="") & ~Q(addressee="")),
            )
        ]


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    def against(self, scope: str) -> SuppressionQuerySet:
        """Those that keep a mail of this scope from going out."""
        return self.filter(scope__in={Suppression.ALL, scope})


class Suppression(models.Model):
    """An address that gets no mailings: none at all, or none of one topic. Asked when a mail is claimed."""

    ALL = "mailings"

    class Reason(models.TextChoices):
        UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")
        BOUNCED = "bounced", _("Mail came back")
        COMPLAINED = "complained", _("Reported as spam")
        BY_HAND = "by_hand", _("Entered by hand")

    address = models.CharField(max_length=320)  # folded: services.suppression.fold
    scope = models.CharField(max_length=60, default=ALL)  # ALL, or one topic
    reason = models.CharField(max_length=12, choices=Reason)
    origin = models.CharField(max_length=200, blank=True)  # from where: "campaign:7", "bounce:12"
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["address", "scope"], name="suppression_once_per_scope"),
            models.CheckConstraint(name="suppression_has_address_and_scope", condition=~Q(address="") & ~Q(scope="")),
            models.CheckConstraint(
                name="suppression_reason_known",
                condition=Q(reason__in=["unsubscribed", "bounced", "complained", "by_hand"]),
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="suppression_latest"),
            GinIndex(fields=["address"], name="suppression_address_trgm", opclasses=["gin_trgm_ops"]),
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


class WebhookEndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    def of(self, audience: str) -> WebhookEndpointQuerySet:
        return self.filter(audience=audience, removed_at__isnull=True)


class WebhookEndpoint(models.Model):
    """A receiver of signed events (docs/adr/0017), and how it has been doing.

    `audience` says whose it is: "dealer:7", "house"; the app that knows such audiences renders events for them.
    While `busy_until` lies ahead one worker is sending to it: there is never a second one.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        DISABLED = "disabled", _("Switched off")

    audience = models.CharField(max_length=60)
    name = models.CharField(max_length=100)
    url = models.CharField(max_length=500)
    secret = models.TextField()  # of `core.secrets`; "whsec_..." inside
    types = ArrayField(models.CharField(max_length=60), default=list, blank=True)  # of events; none named: all
    sees_money = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)
    failures = models.PositiveIntegerField(default=0)  # in a row
    failing_since = models.DateTimeField(null=True)
    is_misconfigured = models.BooleanField(default=False)  # its answer said that asking again won't help
    trouble = models.CharField(max_length=300, blank=True)  # the last failure, in words
    told_at = models.DateTimeField(null=True)  # its owners know of this failing
    rests_until = models.DateTimeField(null=True)
    busy_until = models.DateTimeField(null=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["audience", "id"], name="webhook_of_audience", condition=Q(removed_at=None))]


class WebhookEvent(models.Model):
    """A fact that endpoints hear of. Only what it is about is kept: its body is made when it goes out."""

    uid = models.CharField(max_length=40, unique=True)  # the `webhook-id`, the same however often it is sent
    audience = models.CharField(max_length=60)
    type = models.CharField(max_length=60)  # "order.stage_changed"
    subject = models.JSONField(default=dict)  # what the audience's app finds it by
    made_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["audience", "made_at", "id"], name="webhook_event_of_audience"),
            models.Index(fields=["made_at"], name="webhook_event_by_time"),
        ]


class WebhookDelivery(models.Model):
    """One event for one endpoint: queued until it was taken, or for three days."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Failed")
        DROPPED = "dropped", _("Nothing to tell")  # the endpoint may not see it, or it is gone

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    event = models.ForeignKey(WebhookEvent, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    queued_at = models.DateTimeField()  # anew with each "send again"
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)  # of the last answer
    answer = models.TextField(blank=True)  # its first 2 KB
    tries = models.JSONField(default=list)  # [{"at": "...", "status": 200, "ms": 12, "error": ""}], the last twenty

    class Meta:
        constraints = [models.UniqueConstraint(fields=["endpoint", "event"], name="webhook_delivery_once")]
        indexes = [
            models.Index(fields=["endpoint", "not_before", "id"], name="webhook_due", condition=Q(state="queued")),
            models.Index(fields=["endpoint", "-id"], name="webhook_log"),
        ]


class ReportScheduleQuerySet(models.QuerySet["ReportSchedule"]):
    def visible_to(self, user: User) -> ReportScheduleQuerySet:
        return self.filter(owner=user.pk)

    def due(self, now: datetime) -> ReportScheduleQuerySet:
        return self.filter(paused_at__isnull=True, next_at__lte=now)


class ReportSchedule(models.Model):
    """A report that goes out by mail; each recipient gets what they may see themselves.

    `query` is what is asked, its days named ("last_month") so that they move. `due_at` is the turn that the next mail
    is for, at `hour` by the company's clocks; `next_at` is later where sending failed and is tried again.
    """

    class Every(models.TextChoices):
        DAY = "day", _("Every day")
        WEEK = "week", _("Every week")
        MONTH = "month", _("Every month")

    report = models.CharField(max_length=60)
    query = models.CharField(max_length=1000)
    every = models.CharField(max_length=5, choices=Every)
    weekday = models.PositiveSmallIntegerField(default=0)  # Monday is 0
    day = models.PositiveSmallIntegerField(default=1)  # of a month; of a shorter one the last
    hour = models.PositiveSmallIntegerField(default=7)
    formats = ArrayField(models.CharField(max_length=5))
    language = models.CharField(max_length=10)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    recipients = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    created_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    next_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)

    objects = ReportScheduleQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], name="report_schedule_due", condition=Q(paused_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                name="report_schedule_turn_is_possible",
                condition=Q(weekday__lte=6, day__gte=1, day__lte=31, hour__lte=23),
            )
        ]


class HomeLayout(models.Model):
    """The cards that a user has chosen for Home; who has chosen none has those of their roles."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    slots = models.JSONField(default=list)  # see apps/core/home/slots.py
