"""What phones keep of contacts: which changed since when, the cards they were given, changes that wait for a word."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.contacts.models import Entity


class CardChange(models.Model):
    """An entity in this folder was made, changed, moved there or away, or is gone. A trigger writes them (ADR 0028).

    `changed_in` is the transaction (xid8): what commits late still lies behind the snapshot of an earlier token.
    """

    entity_id = models.BigIntegerField()
    folder_id = models.BigIntegerField()
    changed_in = models.BigIntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["folder_id", "changed_in"], name="card_change_in_folder"),
            models.Index(fields=["changed_at"], name="card_change_by_time"),
        ]


class ServedCard(models.Model):
    """The vCard that an entity was served as under this ETag: what a changed one is compared with."""

    pk = models.CompositePrimaryKey("entity_id", "etag")
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+", db_index=False)
    etag = models.CharField(max_length=60)
    text = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["made_at"], name="served_card_by_time")]


class CardClash(models.Model):
    """Changes of a contact, made on a phone, that met others made here: they wait for their user to choose."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+")
    device = models.CharField(max_length=100)
    differences = models.JSONField()  # as `formats.vcard.differences` packs them
    noticed_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["user", "-noticed_at"], name="card_clash_waiting", condition=Q(settled_at__isnull=True)
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "entity"], name="card_clash_one_waiting", condition=Q(settled_at__isnull=True)
            )
        ]
