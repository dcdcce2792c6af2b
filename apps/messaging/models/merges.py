"""One mail each to many: frozen at the start, sent at a pace, paused and resumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.contacts.models import Entity
from apps.core.models import Operation
from apps.messaging.models.drafts import Draft
from apps.messaging.models.mail import MailMessage

if TYPE_CHECKING:
    from apps.accounts.models import User


class MailMergeQuerySet(models.QuerySet["MailMerge"]):
    def visible_to(self, user: User) -> MailMergeQuerySet:
        return self.filter(author=user.pk)


class MailMerge(models.Model):
    """The draft is its pattern; the operation counts and stops it, and is None until it is begun."""

    class State(models.TextChoices):
        RUNNING = "running", _("Sending")
        PAUSED = "paused", _("Paused")
        DONE = "done", _("Done")

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    draft = models.OneToOneField(Draft, on_delete=models.PROTECT, related_name="merge")
    operation = models.OneToOneField(Operation, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=7, choices=State, default=State.RUNNING)
    per_minute = models.PositiveSmallIntegerField(default=30)
    created_at = models.DateTimeField()

    objects = MailMergeQuerySet.as_manager()


class MergeRecipient(models.Model):
    merge = models.ForeignKey(MailMerge, on_delete=models.CASCADE, related_name="recipients")
    entity = models.ForeignKey(Entity, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=320, blank=True)
    address = models.CharField(max_length=320)
    message = models.ForeignKey(MailMessage, null=True, on_delete=models.SET_NULL, related_name="+")
    error = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merge", "address"], name="merge_recipient_once")]
        indexes = [models.Index(fields=["merge"], name="merge_recipient_waiting", condition=Q(done_at__isnull=True))]
