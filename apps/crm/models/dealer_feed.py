"""What dealers' own programs read (docs/adr/0017): keys, and which revision of what stands where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import pgettext_lazy

from apps.crm.models.dealers import Dealer
from apps.crm.models.reach import portal_reader

if TYPE_CHECKING:
    from typing import Self

    from apps.accounts.models import User


class _OwnersQuerySet(models.QuerySet):  # type: ignore[type-arg]  # a base of two models' querysets
    def visible_to(self, user: User) -> Self:
        """The dealer's own people's; staff have no business with them."""
        reader = portal_reader(user)
        return self.none() if reader is None else self.filter(dealer=reader.dealer_id)


class DealerFeedKeyQuerySet(_OwnersQuerySet):
    def good(self) -> DealerFeedKeyQuerySet:
        return self.filter(revoked_at__isnull=True, dealer__is_active=True)


class DealerFeedKey(models.Model):
    """A bearer key of a dealer's program; only its SHA-256 is kept. It sees what it was made for, and no more."""

    dealer = models.ForeignKey(Dealer, on_delete=models.CASCADE, related_name="feed_keys")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12)  # the first letters, to tell keys apart
    sees_money = models.BooleanField(default=False)
    made_by_name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = DealerFeedKeyQuerySet.as_manager()


class DealerFeed(models.Model):
    """A dealer whose changes are numbered. `head` is the last revision given; it only ever grows, by one."""

    dealer = models.OneToOneField(Dealer, primary_key=True, on_delete=models.CASCADE, related_name="feed")
    head = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()


class DealerFeedMarkQuerySet(_OwnersQuerySet):
    def after(self, revision: int) -> DealerFeedMarkQuerySet:
        return self.filter(revision__gt=revision)


class DealerFeedMark(models.Model):
    """The revision of a record in its dealer's feed: a record that changes gets a new one, so there is one row each.

    Revisions are given one transaction after the other, under a lock: whoever has read up to one has missed none.
    """

    class Kind(models.TextChoices):
        ORDERS = "orders", pgettext_lazy("feed", "Orders")
        STAGES = "stages", pgettext_lazy("feed", "Stages")
        SHIPMENTS = "shipments", pgettext_lazy("feed", "Deliveries")
        LEDGER = "ledger", pgettext_lazy("feed", "Settlements")

    dealer = models.ForeignKey(Dealer, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=9, choices=Kind)
    object_id = models.BigIntegerField()  # of Order for two kinds, Shipment, LedgerEntry
    revision = models.BigIntegerField()
    digest = models.BigIntegerField(null=True)  # of what it said then; null: the dealer doesn't see it any more
    marked_at = models.DateTimeField()

    objects = DealerFeedMarkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id", "dealer"], name="dealer_feed_mark_once"),
            models.UniqueConstraint(fields=["dealer", "kind", "revision"], name="dealer_feed_revision_once"),
        ]
        indexes = [models.Index(fields=["dealer", "kind", "marked_at"], name="dealer_feed_by_time")]


class DealerFeedChange(models.Model):
    """A queue: what one transaction touched, until it is numbered. Rows are removed by whoever numbers them."""

    orders = ArrayField(models.BigIntegerField(), default=list)
    shipments = ArrayField(models.BigIntegerField(), default=list)
    entries = ArrayField(models.BigIntegerField(), default=list)
    opened = models.ForeignKey(Dealer, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
