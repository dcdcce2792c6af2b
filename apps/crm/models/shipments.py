"""Shipments: one voyage of a truck, its stops, and what is on board for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import pgettext_lazy

from apps.accounts.permissions import is_staff_member
from apps.core.models import File
from apps.crm.models.dealers import Dealer, Plant
from apps.crm.models.orders import Construction, Order
from apps.crm.models.reach import ORDER_ROLES, has_role, of_dealers, portal_reader

if TYPE_CHECKING:
    from apps.accounts.models import User


class ShipmentQuerySet(models.QuerySet["Shipment"]):
    def visible_to(self, user: User) -> ShipmentQuerySet:
        """Staff who deal with orders: all, since a truck carries many dealers' goods. Dealers: what stops at theirs."""
        reader = portal_reader(user)
        if reader is not None:
            return self.filter(dealer_ids__contains=[reader.dealer_id])
        return self.filter() if is_staff_member(user) and has_role(user, ORDER_ROLES) else self.none()


class Shipment(models.Model):
    """`route` is what every dealer on it may know: the stops in order with town and place on the map, no names.

    [{"position": 1, "city": "Lutsk", "geo": [50.75, 25.34]}]. `dealer_ids` copies the stops' for row-level security.
    """

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("shipment", "Planned")
        LOADING = "loading", pgettext_lazy("shipment", "Loading")
        ON_THE_WAY = "on_the_way", pgettext_lazy("shipment", "On the way")
        DONE = "done", pgettext_lazy("shipment", "Done")
        CANCELLED = "cancelled", pgettext_lazy("shipment", "Cancelled")

    plant = models.ForeignKey(Plant, on_delete=models.PROTECT, related_name="+")
    plant_key = models.CharField(max_length=60)
    number = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    planned_on = models.DateField()
    departed_at = models.DateTimeField(null=True)
    truck = models.CharField(max_length=60, blank=True)
    driver_name = models.CharField(max_length=120, blank=True)
    driver_phone = models.CharField(max_length=40, blank=True)
    route = models.JSONField(default=list)
    dealer_ids = ArrayField(models.BigIntegerField(), default=list)
    version = models.BigIntegerField(default=0)
    digest = models.BigIntegerField(default=0)  # of what came with this version
    as_of = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = ShipmentQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plant", "plant_key"], name="shipment_once_in_plant")]
        indexes = [
            models.Index(fields=["-planned_on", "-id"], name="shipment_by_day"),
            GinIndex(fields=["dealer_ids"], name="shipment_of_dealer"),
        ]

    def __str__(self) -> str:
        return self.number


class ShipmentStopQuerySet(models.QuerySet["ShipmentStop"]):
    def visible_to(self, user: User) -> ShipmentStopQuerySet:
        reach = of_dealers(user, ORDER_ROLES)
        return self.none() if reach is None else self.filter(reach)


class ShipmentStop(models.Model):
    """Where the truck unloads for one dealer."""

    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="stops", db_index=False)
    position = models.PositiveSmallIntegerField()
    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, related_name="+")
    city = models.CharField(max_length=120, blank=True)
    address = models.CharField(max_length=300, blank=True)
    window_from = models.DateTimeField(null=True)
    window_to = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    signed_by = models.CharField(max_length=120, blank=True)  # proof of delivery
    proof = models.ForeignKey(File, null=True, on_delete=models.PROTECT, related_name="+")
    # Foreseen from the stops before (apps/crm/outlooks.py), and from what: {"done", "before", "city", "at", "late"}.
    expected_from = models.DateTimeField(null=True)
    expected_to = models.DateTimeField(null=True)
    outlook = models.JSONField(null=True)

    objects = ShipmentStopQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shipment", "position"], name="shipment_stop_once")]


class ShipmentItemQuerySet(models.QuerySet["ShipmentItem"]):
    def visible_to(self, user: User) -> ShipmentItemQuerySet:
        return self.filter(order__in=Order.objects.visible_to(user))


class ShipmentItem(models.Model):
    """Pieces of an order on board."""

    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="items")
    stop = models.ForeignKey(ShipmentStop, null=True, on_delete=models.CASCADE, related_name="items")
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="shipment_items")
    construction = models.ForeignKey(Construction, null=True, on_delete=models.CASCADE, related_name="+")
    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, related_name="+", db_index=False)
    quantity = models.PositiveIntegerField(default=1)

    objects = ShipmentItemQuerySet.as_manager()
