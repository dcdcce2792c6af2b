"""What applying a feed needs to know: who may say what, how fresh it is, what still waits for its parent."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from apps.crm.models.dealers import Plant


class FieldOwner(models.Model):
    """The one source that may write a group of fields of a plant's records."""

    class Group(models.TextChoices):
        DEALER = "dealer", pgettext_lazy("feed", "Dealers")
        IDENTITY = "identity", pgettext_lazy("feed", "Orders")
        STAGE = "stage", pgettext_lazy("feed", "Stages")
        CONSTRUCTION = "construction", pgettext_lazy("feed", "Constructions")
        DELIVERY = "delivery", pgettext_lazy("feed", "Deliveries")
        MONEY = "money", pgettext_lazy("feed", "Amounts of orders")
        PRICE = "price", pgettext_lazy("feed", "Prices of constructions")
        LEDGER = "ledger", pgettext_lazy("feed", "Settlements")

    plant = models.ForeignKey(Plant, on_delete=models.CASCADE, related_name="owners", db_index=False)
    group = models.CharField(max_length=12, choices=Group)
    source = models.CharField(max_length=30)  # its code

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plant", "group"], name="field_owner_once")]


class ExternalRef(models.Model):
    """What a source calls a record of ours: its dealer 1001 is our dealer 7."""

    source = models.CharField(max_length=30)
    type = models.CharField(max_length=12)  # "dealer", "order", "construction", "shipment"
    external_id = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    version = models.BigIntegerField(default=0)  # of the record that said so, and what it said
    digest = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "type", "external_id"], name="external_ref_once")]
        indexes = [models.Index(fields=["type", "object_id"], name="external_ref_of_object")]


class FeedStatus(models.Model):
    """How fresh a source's data are, written by sync through `services.feed.freshness`; shown beside figures."""

    class State(models.TextChoices):
        ACTIVE = "active", pgettext_lazy("source", "Active")
        PAUSED = "paused", pgettext_lazy("source", "Paused")
        STOPPED = "stopped", pgettext_lazy("source", "Stopped by itself")

    source = models.CharField(max_length=30, primary_key=True)
    title = models.CharField(max_length=100)
    plant = models.ForeignKey(Plant, null=True, on_delete=models.CASCADE, related_name="feeds")
    as_of = models.DateTimeField(null=True)  # what the source vouches for
    late_after = models.DurationField(null=True)  # older than this is called late
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)


class Waiting(models.Model):
    """A record that came before what it belongs to; applied in its parent's transaction."""

    source = models.CharField(max_length=30)
    plant = models.ForeignKey(Plant, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    record = models.CharField(max_length=100)  # "status:A-100234"
    version = models.BigIntegerField()
    digest = models.BigIntegerField(default=0)  # of its content: see `services.feed.naming`
    wanted = models.CharField(max_length=140)  # "order:kyiv:A-100234", "dealer:kyiv-accounts:1001"
    payload = models.JSONField()  # the canonical record
    received_at = models.DateTimeField()
    batch_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "record", "version"], name="waiting_once")]
        indexes = [
            models.Index(fields=["wanted"], name="waiting_for"),
            models.Index(fields=["received_at"], name="waiting_since", condition=Q(wanted__startswith="dealer:")),
        ]
