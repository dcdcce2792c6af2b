"""Connections to services outside, and the rows that wait to leave by them."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.contacts.models import Entity


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def on(self) -> ConnectionQuerySet:
        return self.filter(state=Connection.State.ON)

    def free(self, now: datetime) -> ConnectionQuerySet:
        """Those that no worker has, or whose worker has died."""
        return self.filter(Q(busy_until=None) | Q(busy_until__lte=now))

    def rested(self, now: datetime) -> ConnectionQuerySet:
        return self.filter(Q(rests_until=None) | Q(rests_until__lte=now))


class Connection(models.Model):
    """An account outside that the house tells of its contacts or of what happens; off until somebody switches it on.

    What may leave is what `owner`, who saved it last, may export. `busy_until` is also the name of a worker's claim:
    who finds another one came too late to write.
    """

    class Kind(models.TextChoices):
        MAILCHIMP = "mailchimp", "Mailchimp"
        GA4 = "ga4", "Google Analytics 4"

    class State(models.TextChoices):
        OFF = "off", pgettext_lazy("connection", "Off")
        ON = "on", pgettext_lazy("connection", "On")
        STOPPED = "stopped", pgettext_lazy("connection", "Stopped by itself")

    kind = models.CharField(max_length=20, choices=Kind)
    name = models.CharField(max_length=100)
    state = models.CharField(max_length=7, choices=State, default=State.OFF)
    secret = models.TextField()  # encrypted
    options = models.JSONField(default=dict)  # of its kind: services.connections.options
    cursor = models.JSONField(default=dict)  # how far what they tell us was read
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    busy_until = models.DateTimeField(null=True)
    rests_until = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)  # in a row
    trouble = models.TextField(blank=True)  # of the last round
    told_at = models.DateTimeField(null=True)  # administrators were told that it fails
    last_run_at = models.DateTimeField(null=True)
    last_ok_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)  # all of the filter was compared with what is there
    sent = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    gone = models.BigIntegerField(default=0)
    heard = models.BigIntegerField(default=0)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="connection_state_known", condition=Q(state__in=["off", "on", "stopped"])),
            models.CheckConstraint(name="connection_has_a_secret", condition=~Q(secret="")),
        ]

    def __str__(self) -> str:
        return self.name


class AudienceMemberQuerySet(models.QuerySet["AudienceMember"]):
    def due(self, now: datetime) -> AudienceMemberQuerySet:
        return self.filter(due_at__lte=now)

    def standing(self) -> AudienceMemberQuerySet:
        """Those that are subscribed there, as far as we know: also where the last change of one was refused."""
        return self.exclude(address="").exclude(state=AudienceMember.State.UNSUBSCRIBED)


class AudienceMember(models.Model):
    """A contact as an audience knows it, and whether that is to be looked at anew: `due_at`.

    `queued` counts the facts; a worker that sent what an older count meant leaves the row due.
    """

    class State(models.TextChoices):
        NEW = "new", pgettext_lazy("audience", "Not sent yet")
        THERE = "there", pgettext_lazy("audience", "Subscribed")
        UNSUBSCRIBED = "unsubscribed", pgettext_lazy("audience", "Unsubscribed")
        REFUSED = "refused", pgettext_lazy("audience", "Refused")
        DISMISSED = "dismissed", pgettext_lazy("audience", "Refused, and left so")
        LEFT_OUT = "left_out", pgettext_lazy("audience", "Left out")  # in the filter; `trouble` says why it isn't sent

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="members", db_index=False)
    entity = models.ForeignKey(Entity, null=True, on_delete=models.SET_NULL, related_name="+")
    address = models.CharField(max_length=320, blank=True)  # under which it stands there, or stood
    state = models.CharField(max_length=12, choices=State, default=State.NEW)
    tags = models.JSONField(default=list)  # that we gave it there
    digest = models.CharField(max_length=64, blank=True)  # of what was sent, or refused, last
    trouble = models.CharField(max_length=300, blank=True)
    due_at = models.DateTimeField(null=True)
    queued = models.PositiveIntegerField(default=1)
    sent_at = models.DateTimeField(null=True)

    objects = AudienceMemberQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "entity"], name="audience_member_once")]
        indexes = [
            models.Index(fields=["connection", "due_at", "id"], name="audience_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["connection", "address"], name="audience_address"),
            models.Index(fields=["connection", "state", "-id"], name="audience_state"),
        ]

    @property
    def stands_there(self) -> bool:
        """As `standing` of the query set."""
        return bool(self.address) and self.state != self.State.UNSUBSCRIBED


class AnalyticsEventQuerySet(models.QuerySet["AnalyticsEvent"]):
    def waiting(self) -> AnalyticsEventQuerySet:
        return self.filter(state=AnalyticsEvent.State.QUEUED)


class AnalyticsEvent(models.Model):
    """Something that happened, as web analytics hear of it: no personal data is in it."""

    class State(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("analytics", "Waiting")
        SENT = "sent", pgettext_lazy("analytics", "Sent")
        REFUSED = "refused", pgettext_lazy("analytics", "Refused")
        DROPPED = "dropped", pgettext_lazy("analytics", "Too old")
        DISMISSED = "dismissed", pgettext_lazy("analytics", "Refused, and left so")

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="events", db_index=False)
    uid = models.UUIDField()
    name = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    client_id = models.CharField(max_length=64)
    user_id = models.CharField(max_length=64, blank=True)
    happened_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    trouble = models.CharField(max_length=300, blank=True)
    settled_at = models.DateTimeField(null=True)

    objects = AnalyticsEventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["connection", "id"], name="analytics_waiting", condition=Q(state="queued")),
            models.Index(fields=["connection", "-id"], name="analytics_log"),
        ]


class ConnectionRun(models.Model):
    """A round of a connection that did something or failed; kept for a month."""

    class Why(models.TextChoices):
        ROUND = "round", _("By itself")
        BY_HAND = "by_hand", _("Asked for")
        TEST = "test", _("Test")

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="runs", db_index=False)
    why = models.CharField(max_length=8, choices=Why, default=Why.ROUND)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    sent = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    gone = models.PositiveIntegerField(default=0)
    heard = models.PositiveIntegerField(default=0)
    trouble = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["connection", "-id"], name="connection_run_log")]
