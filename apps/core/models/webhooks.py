"""Receivers of events, events, and their way (docs/adr/0017)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    pass


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
    sees_text = models.BooleanField(default=False, db_default=False)  # what people say to each other
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
