"""Voicemails, from a PBX over the API or out of mails."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.activities.models import Activity
from apps.contacts.models import Entity
from apps.core.models import File
from apps.messaging.models.mail import MailMessage


class Voicemail(models.Model):
    """For `user`, whose phone it was; None is for everybody in the house. `entity` is whom the number belongs to."""

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

    class Meta:
        indexes = [models.Index(fields=["-happened_at", "-id"], name="voicemail_by_time")]
        constraints = [
            models.UniqueConstraint(fields=["external_id"], name="voicemail_once", condition=~Q(external_id=""))
        ]
