"""The mutual settlements: entries that are never changed, and their monthly sums."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from apps.crm.models.dealers import Dealer, Plant
from apps.crm.models.orders import Order
from apps.crm.models.reach import MONEY_ROLES, of_dealers, portal_reader

if TYPE_CHECKING:
    from apps.accounts.models import User


class LedgerEntryQuerySet(models.QuerySet["LedgerEntry"]):
    def visible_to(self, user: User) -> LedgerEntryQuerySet:
        reach = of_dealers(user, MONEY_ROLES)
        reader = portal_reader(user)
        if reach is None or (reader is not None and not reader.sees_money):
            return self.none()
        return self.filter(reach)


class LedgerEntry(models.Model):
    """One line of a dealer's account (dealer, plant, currency), as accounting booked it.

    `amount` is what the dealer owes us for it: charges above zero, payments and compensations below. Append-only: a
    newer version books the reversal of the one before (`reverses`, same key and version, amount negated) and itself.
    The order is linked when it comes, by `order_key`; the claim by its number in `claim_number`.
    """

    class Kind(models.TextChoices):
        OPENING = "opening", pgettext_lazy("ledger", "Opening balance")
        CHARGE = "charge", pgettext_lazy("ledger", "Charge")
        PAYMENT = "payment", pgettext_lazy("ledger", "Payment")
        DELIVERY = "delivery", pgettext_lazy("ledger", "Delivery")
        COMPENSATION = "compensation", pgettext_lazy("ledger", "Compensation")
        CORRECTION = "correction", pgettext_lazy("ledger", "Correction")

    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, related_name="entries", db_index=False)
    plant = models.ForeignKey(Plant, on_delete=models.PROTECT, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    source = models.CharField(max_length=30)  # its code
    key = models.CharField(max_length=60)  # the source's own
    version = models.BigIntegerField()
    digest = models.BigIntegerField(default=0)  # of its content, as with OrderEvent
    kind = models.CharField(max_length=12, choices=Kind)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    booked_on = models.DateField()
    text = models.CharField(max_length=300, blank=True)
    client = models.CharField(max_length=200, blank=True)  # the end client who paid, where known
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="entries", db_index=False)
    order_key = models.CharField(max_length=60, blank=True)
    claim_number = models.CharField(max_length=30, blank=True)
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")
    received_at = models.DateTimeField()
    batch_id = models.BigIntegerField(null=True)

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "key", "version"], name="ledger_entry_once", condition=Q(reverses__isnull=True)
            )
        ]
        indexes = [
            models.Index(fields=["dealer", "plant", "currency", "booked_on", "id"], name="ledger_of_account"),
            models.Index(fields=["order", "booked_on", "id"], name="ledger_of_order", condition=Q(order__isnull=False)),
            models.Index(
                fields=["plant", "order_key"], name="ledger_order_missing", condition=Q(order=None) & ~Q(order_key="")
            ),
            models.Index(fields=["claim_number"], name="ledger_of_claim", condition=~Q(claim_number="")),
        ]


class LedgerMonth(models.Model):
    """What one month adds to an account; running balances are these, summed, plus the entries of the month at hand."""

    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, related_name="+", db_index=False)
    plant = models.ForeignKey(Plant, on_delete=models.PROTECT, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    month = models.DateField()  # its first day
    charged = models.DecimalField(max_digits=16, decimal_places=2, default=0)  # all that is above zero
    paid = models.DecimalField(max_digits=16, decimal_places=2, default=0)  # all that is below, as it stands
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dealer", "plant", "currency", "month"], name="ledger_month_once")
        ]
