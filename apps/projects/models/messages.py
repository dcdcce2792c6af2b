"""Messages and what they said before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q

from apps.projects.models.groups import Group, Membership, Topic

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.projects.models.parts import Attachment, MessageLink, Reaction

MOST_CHARACTERS = 8_000
# What hangs on a message, with what each of it names.
_PARTS = {
    "reactions": "",
    "links": "",
    "attachments": "file",
    "entries": "activity",
}


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: User) -> MessageQuerySet:
        """What was written in the groups that `user` is in, from the message on that their membership begins with."""
        own = Membership.objects.of(user).present().filter(group=OuterRef("group"), from_seq__lt=OuterRef("seq"))
        return self.filter(Exists(own))

    def standing(self) -> MessageQuerySet:
        return self.filter(deleted_at__isnull=True)

    def for_drawing(self) -> MessageQuerySet:
        """With all that `_message.html` shows, in a fixed number of queries; what hangs on each as lists, `its_...`."""
        related = self.select_related("group", "topic", "author__bot", "reply_to__author", "forwarded_from__author")
        marked = related.annotate(  # type: ignore[no-redef]  # declared below, for those who read them
            is_pinned=Exists(self._parts("pins")),
            is_decided=Exists(self._parts("decisions")),
            meant_ids=ArraySubquery(self._parts("mentions").order_by("pk").values("membership_id")),
        )
        lists = [self._listed(name, joined) for name, joined in _PARTS.items()]
        # The stubs' plugin doesn't follow `to_attr`.
        return marked.prefetch_related(*lists, "its_entries__activity__task")  # type: ignore[misc]

    def _parts(self, name: str) -> models.QuerySet[Any]:
        return self._model_of(name).filter(message=OuterRef("pk"))

    def _model_of(self, name: str) -> models.QuerySet[Any]:
        model: Any = self.model._meta.get_field(name).related_model  # their module imports this one
        found: models.QuerySet[Any] = model._default_manager.all()
        return found

    def _listed(self, name: str, joined: str) -> Prefetch[Any, Any, Any]:
        """These parts, together with what each of them names, in one query."""
        found = self._model_of(name)
        return Prefetch(name, found.select_related(joined) if joined else found, to_attr=f"its_{name}")


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

    its_reactions: list[Reaction]  # these of `for_drawing()`
    is_pinned: bool
    is_decided: bool
    meant_ids: list[int]  # of the members it mentions
    its_links: list[MessageLink]
    its_attachments: list[Attachment]

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["topic", "seq"], name="message_of_topic", condition=Q(topic__isnull=False)),
        ]
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
