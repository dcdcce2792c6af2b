"""Mail on its way out, and addresses that get no mailings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    pass


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
