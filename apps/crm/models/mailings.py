"""What mailings are about, and the secret that seals the links in them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.core.models import Suppression


class MailingTopicQuerySet(models.QuerySet["MailingTopic"]):
    def offered(self) -> MailingTopicQuerySet:
        return self.filter(is_active=True)


class MailingTopic(models.Model):
    """One kind of mailings that a reader may leave or take up; all of them together are `Suppression.ALL`.

    `key` never changes: scopes of mails and of suppressions bear it.
    """

    PREFIX = "topic:"

    key = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=100)
    description = models.CharField(max_length=300, blank=True)
    is_active = models.BooleanField(default=True)

    objects = MailingTopicQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["title"], name="mailing_topic_once"),
            models.CheckConstraint(name="mailing_topic_key", condition=Q(key__regex="^[a-z0-9_-]+$")),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def scope(self) -> str:
        return f"{self.PREFIX}{self.key}"


def scope_of(topic: MailingTopic | None) -> str:
    """What a mail of this topic, or of none, is withheld by."""
    return topic.scope if topic else Suppression.ALL


class MailingSecret(models.Model):
    """One row: the key of all links in mailings. Mails are kept for years, so it outlives the house's other keys."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    sealed = models.TextField()  # 64 bytes in base64, encrypted: core.secrets

    class Meta:
        constraints = [models.CheckConstraint(name="mailing_secret_only_one", condition=Q(id=1))]
