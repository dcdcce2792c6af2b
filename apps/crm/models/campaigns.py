"""Campaigns: one mail to a whole segment, in portions, with a second subject to try and figures of what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.models import Suppression
from apps.crm.models.segments import Segment, reads_campaigns
from apps.messaging.models import MailAccount

if TYPE_CHECKING:
    from datetime import datetime

    from apps.accounts.models import User

_USER = settings.AUTH_USER_MODEL
MOST_PER_MINUTE = 6000


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def visible_to(self, user: User) -> CampaignQuerySet:
        """The house's, for whoever reads campaigns; whom they went to is shown as far as a reader sees the contacts."""
        return self.filter() if reads_campaigns(user) else self.none()

    def running(self) -> CampaignQuerySet:
        return self.filter(state=Campaign.State.RUNNING)

    def due(self, now: datetime) -> CampaignQuerySet:
        return self.filter(state=Campaign.State.SCHEDULED, scheduled_at__lte=now)


class Campaign(models.Model):
    """A trigger lets the state go no other way than draft, scheduled, running, paused, done or cancelled.

    `account` None is the sender of the house. With a `subject_b`, `test_share` percent of the recipients get one of
    both; `wait_hours` after the last of them the one that did better, by `winner_by`, goes to the rest.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SCHEDULED = "scheduled", pgettext_lazy("campaign", "Planned")
        RUNNING = "running", _("Sending")
        PAUSED = "paused", _("Paused")
        DONE = "done", pgettext_lazy("campaign", "Sent")
        CANCELLED = "cancelled", _("Stopped")

    class Measure(models.TextChoices):
        OPENED = "opened", _("Opened by more")
        CLICKED = "clicked", _("Clicked by more")
        ANSWERED = "answered", _("Answered by more")

    name = models.CharField(max_length=100)
    topic = models.ForeignKey("crm.MailingTopic", null=True, on_delete=models.PROTECT, related_name="+")
    segment = models.ForeignKey(Segment, null=True, on_delete=models.PROTECT, related_name="campaigns")
    account = models.ForeignKey(MailAccount, null=True, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=10)
    subject = models.CharField(max_length=300, blank=True)  # Liquid
    subject_b = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)  # safe HTML with Liquid
    test_share = models.PositiveSmallIntegerField(default=20)
    wait_hours = models.PositiveSmallIntegerField(default=4)
    winner_by = models.CharField(max_length=8, choices=Measure, default=Measure.CLICKED)
    tracks_opens = models.BooleanField(default=False)
    tracks_clicks = models.BooleanField(default=True)
    per_minute = models.PositiveSmallIntegerField(default=300)
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)  # of what is written
    made_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    scheduled_at = models.DateTimeField(null=True)
    started_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    started_at = models.DateTimeField(null=True)
    total = models.PositiveIntegerField(default=0)  # recipients, as they were frozen at the start
    left_out = models.JSONField(default=dict)  # reason: how many of the segment it didn't go to
    test_ended_at = models.DateTimeField(null=True)  # the last mail of the test was made
    winner = models.CharField(max_length=1, blank=True)  # "a" or "b"
    decided_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)  # why it could not start by itself, or rests

    objects = CampaignQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-created_at"], name="campaign_by_time"),
            models.Index(
                fields=["state", "scheduled_at"],
                name="campaign_under_way",
                condition=Q(state__in=["scheduled", "running"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="campaign_state_known",
                condition=Q(state__in=["draft", "scheduled", "running", "paused", "done", "cancelled"]),
            ),
            models.CheckConstraint(
                name="campaign_scheduled_for_a_time",
                condition=~Q(state="scheduled") | Q(scheduled_at__isnull=False, started_by__isnull=False),
            ),
            models.CheckConstraint(
                name="campaign_started_by_somebody",
                condition=Q(state__in=["draft", "scheduled"], started_at__isnull=True)
                | Q(state__in=["running", "paused", "done"], started_at__isnull=False, started_by__isnull=False)
                | Q(state="cancelled"),
            ),
            models.CheckConstraint(
                name="campaign_finished_has_a_time",
                condition=Q(state__in=["done", "cancelled"], finished_at__isnull=False)
                | (~Q(state__in=["done", "cancelled"]) & Q(finished_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="campaign_winner_was_decided",
                condition=Q(winner="", decided_at__isnull=True) | Q(winner__in=["a", "b"], decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="campaign_has_a_pace", condition=Q(per_minute__gte=1, per_minute__lte=MOST_PER_MINUTE)
            ),
            models.CheckConstraint(
                name="campaign_test_is_a_part", condition=Q(test_share__gte=1, test_share__lte=100, wait_hours__lte=168)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scope(self) -> str:
        """What its mails are withheld by."""
        return self.topic.scope if self.topic else Suppression.ALL

    @property
    def origin(self) -> str:
        """By which a suppression remembers that it came out of this campaign."""
        return f"campaign:{self.pk}"

    @property
    def has_test(self) -> bool:
        return bool(self.subject_b)

    @property
    def is_started(self) -> bool:
        return self.started_at is not None

    def subject_of(self, variant: str) -> str:
        return self.subject_b if variant == "b" else self.subject


class CampaignLink(models.Model):
    """An address that stands in the words of a campaign: clicks lead to these and to no other."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="links", db_index=False)
    position = models.PositiveSmallIntegerField()
    url = models.CharField(max_length=2000)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "position"], name="campaign_link_place"),
            models.CheckConstraint(
                name="campaign_link_is_of_the_web",
                condition=Q(url__istartswith="http://") | Q(url__istartswith="https://"),
            ),
        ]


class CampaignClick(models.Model):
    """That a recipient followed a link, and how often."""

    recipient = models.ForeignKey(
        "crm.CampaignRecipient", on_delete=models.CASCADE, related_name="clicks", db_index=False
    )
    link = models.ForeignKey(CampaignLink, on_delete=models.CASCADE, related_name="clicks")
    number = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recipient", "link"], name="campaign_click_once"),
            models.CheckConstraint(name="campaign_click_in_order", condition=Q(last_at__gte=F("first_at"))),
        ]
