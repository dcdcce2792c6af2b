"""Reminders: who is told of an entry beforehand, by which way, and when."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.activities.models.timeline import Activity
from apps.contacts.models import Entity


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def due(self, now: datetime) -> ReminderQuerySet:
        return self.filter(settled_at__isnull=True, remind_at__lte=now)


class Reminder(models.Model):
    """One telling of one person, a user or a contact. A settled row stays: it keeps the same from being told twice,
    and says how far ahead the person wants to know, should the entry move.
    """

    class Channel(models.TextChoices):
        APP = "app", _("In the app")
        MAIL = "mail", _("By e-mail")

    class Outcome(models.TextChoices):
        PENDING = "", pgettext_lazy("reminder", "To come")
        SENT = "sent", pgettext_lazy("reminder", "Sent")
        REMOVED = "removed", _("The entry was removed")
        OVER = "over", _("It was done or cancelled before")
        UNSEEN = "unseen", _("The person may not see it any more")
        NO_ADDRESS = "no_address", _("The contact has no e-mail address")
        PASSED = "passed", _("Its time had passed already")

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="reminders", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    entity = models.ForeignKey(Entity, null=True, on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(max_length=4, choices=Channel, default=Channel.APP)
    minutes_before = models.IntegerField()  # negative: after the entry's time, say at nine on the day a task is due
    remind_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    is_wanted = models.BooleanField(default=True)  # False: taken back after it had been told
    settled_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.PENDING, blank=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "user", "entity", "channel", "remind_at"],
                name="reminder_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="reminder_has_one_person",
                condition=Q(user__isnull=True, entity__isnull=False) | Q(user__isnull=False, entity__isnull=True),
            ),
            models.CheckConstraint(
                name="reminder_of_contact_by_mail", condition=Q(entity__isnull=True) | Q(channel="mail")
            ),
        ]
        indexes = [models.Index(fields=["remind_at", "id"], name="reminder_due", condition=Q(settled_at__isnull=True))]
