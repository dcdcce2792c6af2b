"""Strangers who wrote: what was made of them, or waits to be decided; and whom nobody wants to hear of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import is_staff_member
from apps.contacts.models import Entity
from apps.core.models import Operation
from apps.messaging.models.accounts import MailAccount
from apps.messaging.models.mail import MailMessage

if TYPE_CHECKING:
    from apps.accounts.models import User


class UnknownSenderQuerySet(models.QuerySet["UnknownSender"]):
    def visible_to(self, user: User) -> UnknownSenderQuerySet:
        """Those who wrote to a mailbox of the user's."""
        return self.filter(account__in=MailAccount.objects.visible_to(user))


class UnknownSender(models.Model):
    """A row of the tray: the suggestion out of header, domain and signature."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        MADE = "made", _("Contact made")
        ATTACHED = "attached", _("Attached")
        IGNORED = "ignored", _("Ignored")

    account = models.ForeignKey(MailAccount, on_delete=models.CASCADE, related_name="strangers")
    address = models.CharField(max_length=320)  # lower case
    message = models.ForeignKey(MailMessage, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    suggestion = models.JSONField(default=dict)  # first_name, last_name, organisation, job_title, phones (E.164)
    entity = models.ForeignKey(Entity, null=True, on_delete=models.SET_NULL, related_name="+")
    operation = models.ForeignKey(Operation, null=True, on_delete=models.SET_NULL, related_name="+")  # to undo
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    objects = UnknownSenderQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "address"], name="unknown_sender_once")]
        indexes = [
            models.Index(fields=["account", "-created_at"], name="unknown_waiting", condition=Q(state="waiting"))
        ]


class BlockedSenderQuerySet(models.QuerySet["BlockedSender"]):
    def visible_to(self, user: User) -> BlockedSenderQuerySet:
        """The house's, and those of the user's mailboxes."""
        if not is_staff_member(user):
            return self.none()
        return self.filter(Q(account__isnull=True) | Q(account__in=MailAccount.objects.visible_to(user)))


class BlockedSender(models.Model):
    """An address or a domain of which no contact is made; `account` None counts for the house."""

    account = models.ForeignKey(MailAccount, null=True, on_delete=models.CASCADE, related_name="blocked")
    pattern = models.CharField(max_length=320)  # "ann@example.com" or "example.com"
    blocked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    objects = BlockedSenderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "pattern"], name="blocked_sender_once", nulls_distinct=False)
        ]
