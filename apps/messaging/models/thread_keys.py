"""By which message ids a thread is found."""

from __future__ import annotations

from django.db import models

from apps.messaging.models.mail import Thread


class ThreadKey(models.Model):
    """A message id that belongs to a thread: of a message in it, or one that such a message refers to.

    It outlives the message, and comes before it where a mailbox is read from the newest down.
    """

    message_id = models.CharField(max_length=998, primary_key=True)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="keys")
