"""What is being written. A draft leaves no Operation; it is kept until its mail has certainly left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.messaging.models.accounts import MailAccount
from apps.messaging.models.mail import MailMessage

if TYPE_CHECKING:
    from apps.accounts.models import User


class DraftQuerySet(models.QuerySet["Draft"]):
    def visible_to(self, user: User) -> DraftQuerySet:
        return self.filter(author=user.pk)

    def unsent(self) -> DraftQuerySet:
        """Still being written: neither sent nor discarded."""
        return self.filter(sent__isnull=True, discarded_at__isnull=True)


class Draft(models.Model):
    """`to`, `cc`, `bcc` are lists of [name, address]. `sent` is its message once sending was asked for: an undo
    within ten seconds takes that away again and the draft is as it was.
    """

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_drafts")
    account = models.ForeignKey(MailAccount, null=True, on_delete=models.SET_NULL, related_name="+")
    to = models.JSONField(default=list)
    cc = models.JSONField(default=list)
    bcc = models.JSONField(default=list)
    subject = models.CharField(max_length=998, blank=True)
    body = models.TextField(blank=True)  # safe HTML, the signature in it
    is_plain = models.BooleanField(default=False)  # plain text only
    is_urgent = models.BooleanField(default=False)
    wants_receipt = models.BooleanField(default=False)
    is_encrypted = models.BooleanField(default=False)
    send_at = models.DateTimeField(null=True)  # None: now
    # An answer, or what is passed on.
    reply_to = models.ForeignKey(MailMessage, null=True, on_delete=models.SET_NULL, related_name="+")
    is_forward = models.BooleanField(default=False)
    language = models.CharField(max_length=10, blank=True)
    template_version = models.ForeignKey(
        "messaging.MailTemplateVersion", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    context_type = models.CharField(max_length=60, blank=True)  # the record it is written from
    context_id = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=0)  # two windows on one draft
    sent = models.OneToOneField(MailMessage, null=True, on_delete=models.SET_NULL, related_name="draft")
    created_at = models.DateTimeField()
    modified_at = models.DateTimeField()
    discarded_at = models.DateTimeField(null=True)  # thrown away; kept for a week, so that undo finds it

    objects = DraftQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["author", "-modified_at"], name="mail_draft_unsent", condition=Q(sent__isnull=True))
        ]


class SentDocument(models.Model):
    """What another module had us send: the same key of the same user sends once."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)  # of the request
    message = models.ForeignKey(MailMessage, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["author", "key"], name="sent_document_once")]
