"""Calls: who rang whom, for how long, and what came of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.activities.models.timeline import Activity


class Call(models.Model):
    class Direction(models.TextChoices):
        OUT = "out", _("Outgoing")
        IN = "in", _("Incoming")

    class Outcome(models.TextChoices):
        REACHED = "reached", _("Reached")
        NO_ANSWER = "no_answer", _("No answer")
        BUSY = "busy", _("Busy")
        VOICEMAIL = "voicemail", _("Left a message")
        WRONG_NUMBER = "wrong_number", _("Wrong number")

    activity = models.OneToOneField(Activity, primary_key=True, on_delete=models.CASCADE, related_name="call")
    direction = models.CharField(max_length=3, choices=Direction, default=Direction.OUT)
    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.REACHED)
    seconds = models.PositiveIntegerField(null=True, blank=True)  # None: nobody took the time
    number = models.CharField(max_length=60, blank=True)  # as dialled
