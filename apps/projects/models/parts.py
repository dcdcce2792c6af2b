"""What hangs on a message: reactions, pins, mentions, files and links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from apps.core.models import File
from apps.projects.models.groups import Group, Membership
from apps.projects.models.guest_reach import guest_reader
from apps.projects.models.messages import Message

if TYPE_CHECKING:
    from apps.accounts.models import User

SIGNS = ("👍", "❤️", "😀", "🎉", "👀", "✅")


class Reaction(models.Model):
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reactions", db_index=False)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    sign = models.CharField(max_length=8)  # one of SIGNS
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "membership", "sign"], name="reaction_once")]


class Pin(models.Model):
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="pins")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="pins", db_index=False)
    pinned_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", db_index=False)
    pinned_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message"], name="pin_once")]


class Mention(models.Model):
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="mentions", db_index=False)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "membership"], name="mention_once")]


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, user: User) -> AttachmentQuerySet:
        """Those of messages that `user` may read and nobody has deleted."""
        guest = guest_reader(user)
        if guest is not None and "chat" not in guest.tabs:
            # They read no messages: the wall alone knows which of these were sent before they came.
            return self.filter(group=guest.group_id) if "files" in guest.tabs else self.none()
        readable = Message.objects.visible_to(user).standing().filter(pk=OuterRef("message"))
        return self.filter(Exists(readable))


class Attachment(models.Model):
    """A file of a message, served by its id through the group's door."""

    class Kind(models.TextChoices):
        PICTURE = "picture", _("Picture")
        VOICE = "voice", _("Voice message")
        FILE = "file", _("File")

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+", db_index=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    kind = models.CharField(max_length=7, choices=Kind, default=Kind.FILE, db_default="file")
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    thumbnail = models.ForeignKey(File, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=255)
    width = models.PositiveIntegerField(null=True)  # pixels
    height = models.PositiveIntegerField(null=True)
    seconds = models.PositiveIntegerField(null=True)  # of a voice message

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["group", "-id"], name="attachment_of_group")]


class MessageEntry(models.Model):
    """What a message became in the history: a task, or a note that points back to it."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="entries")
    activity = models.OneToOneField("activities.Activity", on_delete=models.CASCADE, related_name="+")
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()


class RecordFact(models.Model):
    """An entry about a record that is a quiet member; its message gathers those of a short while."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="facts", db_index=False)
    activity = models.ForeignKey("activities.Activity", on_delete=models.CASCADE, related_name="+")
    message = models.ForeignKey(Message, null=True, on_delete=models.CASCADE, related_name="facts")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["membership", "activity"], name="record_fact_once")]
        indexes = [models.Index(fields=["id"], name="record_fact_waits", condition=models.Q(message__isnull=True))]


class MessageLinkQuerySet(models.QuerySet["MessageLink"]):
    def visible_to(self, user: User) -> MessageLinkQuerySet:
        """Those of messages that `user` may read and nobody has deleted."""
        guest = guest_reader(user)
        if guest is not None and "chat" not in guest.tabs:
            # They read no messages: the wall alone knows which of these were sent before they came.
            return self.filter(group=guest.group_id) if "links" in guest.tabs else self.none()
        readable = Message.objects.visible_to(user).standing().filter(pk=OuterRef("message"))
        return self.filter(Exists(readable))


class MessageLink(models.Model):
    """An address that a message names."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+", db_index=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="links", db_index=False)
    url = models.CharField(max_length=2000)
    title = models.CharField(max_length=300, blank=True)
    # When to ask for the title; null: it was asked for, or nobody wants to know.
    title_due_at = models.DateTimeField(null=True)
    title_tries = models.SmallIntegerField(default=0, db_default=0)

    objects = MessageLinkQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "url"], name="message_link_once")]
        indexes = [
            models.Index(fields=["group", "-message"], name="message_link_of_group"),
            models.Index(
                fields=["title_due_at"], name="message_link_due", condition=models.Q(title_due_at__isnull=False)
            ),
        ]

    @property
    def host(self) -> str:
        """Where the address leads, as it would be typed: also what only looks like another name."""
        return self.url.partition("://")[2].partition("/")[0].partition("?")[0].rpartition("@")[2]
