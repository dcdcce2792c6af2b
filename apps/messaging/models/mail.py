"""Mail as it is: one stored row a message however many mailboxes hold it, in threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from apps.activities.models import Activity
from apps.core.models import File, OutgoingMail
from apps.messaging.models.reading import readable_copies

if TYPE_CHECKING:
    from apps.accounts.models import User


class Thread(models.Model):
    """Messages that answer one another; it stays when they are gone, so that a late answer finds it."""

    subject = models.CharField(max_length=300, blank=True)  # of the first message, for people
    subject_key = models.CharField(max_length=300, blank=True)  # folded, without "Re:" and the like
    last_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subject_key", "-last_at"], name="mail_thread_by_subject")]


class MailMessageQuerySet(models.QuerySet["MailMessage"]):
    def visible_to(self, user: User) -> MailMessageQuerySet:
        """Mail that this user reads through some copy: of their mailboxes, or one shared with them."""
        return self.filter(Exists(readable_copies(user).filter(message=OuterRef("pk"))))

    def present_to(self, user: User) -> MailMessageQuerySet:
        """The same without what was thrown away: what lists, threads and searches show."""
        return self.filter(Exists(readable_copies(user).present().filter(message=OuterRef("pk"))))


class MailMessage(models.Model):
    """One message, by its Message-ID and what it says, since an identifier can be forged."""

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        PREPARING = "preparing", _("Being prepared")  # its documents are still set
        QUEUED = "queued", _("Queued")
        SENT = "sent", _("Sent")
        UNCERTAIN = "uncertain", _("May have been sent")
        FAILED = "failed", _("Not sent")
        BOUNCED = "bounced", _("Came back")

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="messages", db_index=False)
    message_id = models.CharField(max_length=998)  # RFC 5322, without angle brackets; ours where a mail had none
    digest = models.CharField(max_length=64)  # of what copies in several mailboxes have in common
    in_reply_to = models.CharField(max_length=998, blank=True)
    references = models.JSONField(default=list)
    state = models.CharField(max_length=9, choices=State, default=State.RECEIVED)
    is_outgoing = models.BooleanField(default=False)
    sender_name = models.CharField(max_length=320, blank=True)
    sender_address = models.CharField(max_length=320, blank=True)  # lower case
    subject = models.CharField(max_length=998, blank=True)
    snippet = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)  # plain words, for search and for readers of plain text
    has_html = models.BooleanField(default=False)
    attachment_count = models.PositiveSmallIntegerField(default=0)  # those one sees: inline pictures aside
    size = models.BigIntegerField(default=0)  # bytes of the raw message
    raw = models.ForeignKey(File, null=True, on_delete=models.PROTECT, related_name="+")  # None while preparing
    automatic = models.CharField(max_length=10, blank=True)  # "", "newsletter", "bounce", "auto-reply", "robot"
    is_broken = models.BooleanField(default=False)
    is_urgent = models.BooleanField(default=False)
    language = models.CharField(max_length=10, blank=True)
    happened_at = models.DateTimeField()  # when it was sent by its header, never later than it came
    created_at = models.DateTimeField()
    words = SearchVectorField(null=True)  # by trigger: subject, people, text
    # The entry in the one history that stands for it.
    activity = models.OneToOneField(Activity, null=True, on_delete=models.SET_NULL, related_name="mail")
    # Of outgoing mail: its envelope in the outbox, and from which template and record it came.
    outgoing = models.OneToOneField(OutgoingMail, null=True, on_delete=models.SET_NULL, related_name="mail")
    template_version = models.ForeignKey(
        "messaging.MailTemplateVersion", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    context_type = models.CharField(max_length=60, blank=True)  # the record it was sent from: "contacts.entity"
    context_id = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField(null=True)  # by a read receipt, or in the portal

    objects = MailMessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["thread", "happened_at", "id"], name="mail_by_thread"),
            models.Index(fields=["-happened_at", "-id"], name="mail_by_time"),
            models.Index(fields=["message_id"], name="mail_by_message_id"),
            models.Index(fields=["context_type", "context_id"], name="mail_by_context", condition=Q(context_id__gt=0)),
            models.Index(fields=["state"], name="mail_under_way", condition=Q(state__in=["preparing", "queued"])),
            GinIndex(fields=["words"], name="mail_words"),
        ]
        constraints = [models.UniqueConstraint(fields=["message_id", "digest"], name="mail_message_once")]


class MailAddress(models.Model):
    """Who a message names, and how. Bcc stands on the sender's own copy alone (`MailCopy.bcc`)."""

    class Role(models.TextChoices):
        FROM = "from"
        REPLY_TO = "reply_to"
        TO = "to"
        CC = "cc"

    message = models.ForeignKey(MailMessage, on_delete=models.CASCADE, related_name="addresses")
    role = models.CharField(max_length=8, choices=Role)
    name = models.CharField(max_length=320, blank=True)
    address = models.CharField(max_length=320)  # lower case
    position = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["address", "-message"], name="mail_by_address")]


class Bounce(models.Model):
    """A recipient that a sent message did not reach (RFC 3464)."""

    message = models.ForeignKey(MailMessage, on_delete=models.CASCADE, related_name="bounces")
    report = models.ForeignKey(MailMessage, null=True, on_delete=models.SET_NULL, related_name="+")
    recipient = models.CharField(max_length=320)
    is_permanent = models.BooleanField()
    status = models.CharField(max_length=20, blank=True)  # "5.1.1"
    diagnostic = models.TextField(blank=True)
    happened_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "recipient", "report"], name="mail_bounce_once")]
