"""Voicemails, from a PBX over the API or out of mails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from apps.accounts.permissions import is_staff_member
from apps.activities.models import Activity
from apps.contacts.models import Entity
from apps.core.models import File
from apps.messaging.models.accounts import MailAccount
from apps.messaging.models.copies import MailCopy
from apps.messaging.models.mail import MailMessage

if TYPE_CHECKING:
    from apps.accounts.models import User


class VoicemailQuerySet(models.QuerySet["Voicemail"]):
    def visible_to(self, user: User) -> VoicemailQuerySet:
        """Those left for this user or handed to them, and those for everybody in the house.

        What came into a shared mailbox is for those who read that.
        """
        if not is_staff_member(user):
            return self.none()
        mine = MailAccount.objects.visible_to(user).values("pk")
        read = MailCopy.objects.filter(account__in=mine, message=OuterRef("message"))
        for_all = Q(user__isnull=True) & (Q(message__isnull=True) | Q(Exists(read)))
        return self.filter(Q(user=user.pk) | Q(assignee=user.pk) | for_all)


class Voicemail(models.Model):
    """For `user`, whose phone it was; None is for everybody in the house, or in the mailbox that `message` came to.

    `entity` is whom the number belongs to.
    """

    number = models.CharField(max_length=40, blank=True)  # E.164 where it can be read
    entity = models.ForeignKey(Entity, null=True, on_delete=models.SET_NULL, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="voicemails")
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    sound = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    seconds = models.PositiveIntegerField(null=True)
    comment = models.TextField(blank=True)
    message = models.ForeignKey(MailMessage, null=True, on_delete=models.SET_NULL, related_name="voicemails")
    activity = models.OneToOneField(Activity, null=True, on_delete=models.SET_NULL, related_name="voicemail")
    external_id = models.CharField(max_length=200, blank=True)  # the PBX's own
    happened_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)

    objects = VoicemailQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-happened_at", "-id"], name="voicemail_by_time")]
        constraints = [
            models.UniqueConstraint(fields=["external_id"], name="voicemail_once", condition=~Q(external_id=""))
        ]


class ToldOnce(models.Model):
    """A call that a telephone system told of, by its own id, so that telling again changes nothing."""

    external_id = models.CharField(max_length=200, unique=True)
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="+")
