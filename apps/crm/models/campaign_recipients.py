"""Whom a campaign goes to: frozen at its start, each address once, and what became of each mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.contacts.models import Entity
from apps.core.models import OutgoingMail, Suppression
from apps.crm.models.campaigns import Campaign
from apps.messaging.models import MailMessage

if TYPE_CHECKING:
    from apps.accounts.models import User


class Outcome(models.TextChoices):
    """The figures of a campaign. A recipient may be counted in several."""

    WAITING = "waiting", _("Still to be sent")
    MADE = "made", _("On the way")
    SENT = "sent", pgettext_lazy("campaign", "Sent")
    RETURNED = "returned", _("Came back")
    OPENED = "opened", _("Opened")
    CLICKED = "clicked", _("Clicked")
    ANSWERED = "answered", _("Answered")
    UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")
    COMPLAINED = "complained", _("Reported as spam")
    WITHHELD = "withheld", _("Withheld")
    FAILED = "failed", _("Not sent")


class CampaignRecipientQuerySet(models.QuerySet["CampaignRecipient"]):
    def visible_to(self, user: User) -> CampaignRecipientQuerySet:
        """Those whose contact this user sees."""
        return self.filter(entity__in=Entity.objects.visible_to(user).order_by().values("pk"))

    def waiting(self) -> CampaignRecipientQuerySet:
        return self.filter(state=CampaignRecipient.State.WAITING)

    def with_outcome(self, outcome: str) -> CampaignRecipientQuerySet:
        return self.filter(OUTCOMES[outcome])


class CampaignRecipient(models.Model):
    """The row is the queue: *waiting* until its mail is in the outbox, *made* until that has left or not.

    `address` is folded as suppressions are, `written` as the contact bears it. `variant` is the subject, "a" or "b";
    "" for the rest of a test that isn't decided.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Still to be sent")
        MADE = "made", _("On the way")
        SENT = "sent", pgettext_lazy("campaign", "Sent")
        UNCERTAIN = "uncertain", _("May have been sent")
        WITHHELD = "withheld", _("Withheld")
        FAILED = "failed", _("Not sent")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="recipients", db_index=False)
    entity = models.ForeignKey(Entity, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    name = models.CharField(max_length=320, blank=True)
    address = models.CharField(max_length=320)
    written = models.CharField(max_length=320)
    is_test = models.BooleanField(default=False)
    variant = models.CharField(max_length=1, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    error = models.CharField(max_length=300, blank=True)
    outgoing = models.OneToOneField(OutgoingMail, null=True, on_delete=models.SET_NULL, related_name="+")
    message_id = models.CharField(max_length=200, blank=True)  # without angle brackets
    made_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)  # it left, or it was certain that it won't
    returned_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    clicked_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answer = models.ForeignKey(MailMessage, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    is_noted = models.BooleanField(default=False)  # stands in the history

    objects = CampaignRecipientQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "address"], name="campaign_recipient_once"),
            models.CheckConstraint(
                name="campaign_recipient_state_known",
                condition=Q(state__in=["waiting", "made", "sent", "uncertain", "withheld", "failed"]),
            ),
            models.CheckConstraint(name="campaign_recipient_variant", condition=Q(variant__in=["", "a", "b"])),
            models.CheckConstraint(
                name="campaign_recipient_waits_without_mail",
                condition=~Q(state="waiting") | Q(outgoing__isnull=True, made_at__isnull=True),
            ),
            models.CheckConstraint(
                name="campaign_recipient_made_has_words",
                condition=~Q(state__in=["made", "sent"]) | (Q(variant__in=["a", "b"]) & ~Q(message_id="")),
            ),
        ]
        indexes = [
            models.Index(fields=["campaign", "-is_test", "id"], name="campaign_waiting", condition=Q(state="waiting")),
            models.Index(fields=["campaign", "made_at"], name="campaign_made", condition=Q(made_at__isnull=False)),
            models.Index(fields=["entity", "-made_at"], name="campaign_of_contact"),
            models.Index(fields=["message_id"], name="campaign_message", condition=~Q(message_id="")),
            models.Index(fields=["campaign", "id"], name="campaign_unnoted", condition=Q(state="sent", is_noted=False)),
        ]


_STATE = CampaignRecipient.State
_FROM_HERE = Suppression.objects.filter(
    address=OuterRef("address"),
    origin=Concat(Value("campaign:"), Cast(OuterRef("campaign_id"), models.CharField())),
)
OUTCOMES = {
    Outcome.WAITING.value: Q(state=_STATE.WAITING),
    Outcome.MADE.value: Q(state=_STATE.MADE),
    Outcome.SENT.value: Q(state__in=[_STATE.SENT, _STATE.UNCERTAIN]),
    Outcome.RETURNED.value: Q(returned_at__isnull=False),
    Outcome.OPENED.value: Q(opened_at__isnull=False),
    Outcome.CLICKED.value: Q(clicked_at__isnull=False),
    Outcome.ANSWERED.value: Q(answered_at__isnull=False),
    Outcome.UNSUBSCRIBED.value: Q(Exists(_FROM_HERE.filter(reason=Suppression.Reason.UNSUBSCRIBED))),
    Outcome.COMPLAINED.value: Q(Exists(_FROM_HERE.filter(reason=Suppression.Reason.COMPLAINED))),
    Outcome.WITHHELD.value: Q(state=_STATE.WITHHELD),
    Outcome.FAILED.value: Q(state=_STATE.FAILED),
}
