"""Attachments: of stored messages, read out of the raw message when asked for; of drafts, files of their own."""

from __future__ import annotations

from django.db import models

from apps.core.models import File, Operation
from apps.messaging.models.drafts import Draft
from apps.messaging.models.mail import MailMessage


class MailAttachment(models.Model):
    """A part of a message; its bytes are the `number`th attachment that `mime.parsing` finds in the raw message."""

    message = models.ForeignKey(MailMessage, on_delete=models.CASCADE, related_name="attachments")
    number = models.PositiveSmallIntegerField()
    filename = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    content_id = models.CharField(max_length=998, blank=True)
    is_inline = models.BooleanField(default=False)
    size = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "number"], name="mail_attachment_once")]


class DraftAttachment(models.Model):
    """A file to be sent: put there by its author, or a document that a worker sets (then `file` is None until it is).

    `file` stays None with an error where it could not be set: the mail waits rather than leave without it.
    """

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="attachments")
    file = models.ForeignKey(File, null=True, on_delete=models.PROTECT, related_name="+")
    filename = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    content_id = models.CharField(max_length=200, blank=True)  # of a picture in the text
    is_inline = models.BooleanField(default=False)
    document = models.CharField(max_length=60, blank=True)  # a key of `core.contributions.documents`
    record_id = models.BigIntegerField(null=True)  # what the document is about
    operation = models.ForeignKey(Operation, null=True, on_delete=models.SET_NULL, related_name="+")
    error = models.CharField(max_length=300, blank=True)
    position = models.PositiveIntegerField(default=0)
