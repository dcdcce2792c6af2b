"""Messages and what they said before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from apps.projects.models.groups import Group, Membership, Topic

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_CHARACTERS = 8_000


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: User) -> MessageQuerySet:
        """What was written in the groups that `user` is in, from the message on that their membership begins with."""
        own = Membership.objects.of(user).present().filter(group=OuterRef("group"), from_seq__lt=OuterRef("seq"))
        return self.filter(Exists(own))

    def standing(self) -> MessageQuerySet:
        return self.filter(deleted_at__isnull=True)

    def for_drawing(self) -> MessageQuerySet:
        """With all that `_message.html` shows, in a fixed number of queries."""
        related = self.select_related("group", "author", "reply_to__author", "forwarded_from__author")
        return related.prefetch_related("reactions", "pins", "attachments__file", "mentions", "entries__activity")


class Message(models.Model):
    """One thing said. `seq` is its place and never changes; `rev` rises with whatever happens to it."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="messages", db_index=False)
    topic = models.ForeignKey(Topic, null=True, on_delete=models.SET_NULL, related_name="+")
    seq = models.BigIntegerField()
    rev = models.BigIntegerField()
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", db_index=False)
    client_id = models.CharField(max_length=40)  # made by the writer's page: the same one is posted once
    text = models.TextField(blank=True)
    reply_to = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    forwarded_from = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    sent_at = models.DateTimeField()  # by the server's clock
    written_at = models.DateTimeField(null=True)  # by the writer's, where it had to wait for a connection
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "seq"], name="message_place_once"),
            models.UniqueConstraint(fields=["group", "rev"], name="message_rev_once"),
            models.UniqueConstraint(fields=["author", "client_id"], name="message_client_id_once"),
            models.CheckConstraint(name="message_rev_behind_seq", condition=Q(seq__gt=0, rev__gte=F("seq"))),
            models.CheckConstraint(name="message_deleted_is_empty", condition=Q(deleted_at__isnull=True) | Q(text="")),
        ]


class MessageRevision(models.Model):
    """What a message said before it was edited or deleted; the trace of both, and erasable."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="revisions")
    text = models.TextField()
    replaced_at = models.DateTimeField()
    replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
