"""Orders: what was ordered (narrow and cold), how it stands (narrow and hot), what it costs (a wall of its own)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.indexes import BrinIndex, GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import pgettext_lazy

from apps.core.models import File
from apps.crm.models.dealers import Dealer, Plant
from apps.crm.models.reach import ORDER_ROLES, of_dealers, portal_reader

if TYPE_CHECKING:
    from apps.accounts.models import User


class Stage(models.IntegerChoices):
    """How far the plant is; an order only ever has one. On hold and cancelled lie over it and give it back."""

    RECEIVED = 0, pgettext_lazy("order", "Received")  # not approved yet: no dealer sees it
    ACCEPTED = 10, pgettext_lazy("order", "Accepted")
    PRODUCTION = 20, pgettext_lazy("order", "In production")
    MADE = 40, pgettext_lazy("order", "Made")
    SHIPPED = 60, pgettext_lazy("order", "Shipped")
    DELIVERED = 80, pgettext_lazy("order", "Delivered")


class Status(models.IntegerChoices):
    """What readers are shown: the stage, what it is derived to from the constructions' counts, or an overlay."""

    RECEIVED = 0, pgettext_lazy("order", "Received")
    ACCEPTED = 10, pgettext_lazy("order", "Accepted")
    PRODUCTION = 20, pgettext_lazy("order", "In production")
    PARTLY_MADE = 30, pgettext_lazy("order", "Partly made")
    MADE = 40, pgettext_lazy("order", "Made")
    PARTLY_SHIPPED = 50, pgettext_lazy("order", "Partly shipped")
    SHIPPED = 60, pgettext_lazy("order", "Shipped")
    DELIVERED = 80, pgettext_lazy("order", "Delivered")
    ON_HOLD = 90, pgettext_lazy("order", "On hold")
    CANCELLED = 95, pgettext_lazy("order", "Cancelled")


class _Like(Func):
    """`ILIKE`, which the trigram indexes answer; Django's `icontains` compares in capitals, which they don't."""

    template = "(%(expressions)s)"
    arg_joiner = " ILIKE "
    output_field = models.BooleanField()


class OrderQuerySet(models.QuerySet["Order"]):
    def visible_to(self, user: User) -> OrderQuerySet:
        """Staff of the roles that deal with orders: those of dealers whose contact they see. Dealers: approved ones."""
        reach = of_dealers(user, ORDER_ROLES)
        if reach is None:
            return self.none()
        seen = self.filter(reach)
        return seen if portal_reader(user) is None else seen.approved()

    def approved(self) -> OrderQuerySet:
        return self.filter(approved_at__isnull=False)

    def matching(self, text: str) -> OrderQuerySet:
        """Those with `text` in their number or in the dealer's reference."""
        escaped = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        pattern = Value(f"%{escaped}%")
        return self.filter(Q(_Like(F("number"), pattern)) | Q(_Like(F("reference"), pattern)))


class Order(models.Model):
    """Who ordered what under which number. Unique by (plant, plant_key): the plant's own key."""

    plant = models.ForeignKey(Plant, on_delete=models.PROTECT, related_name="+", db_index=False)
    plant_key = models.CharField(max_length=60)
    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, related_name="orders", db_index=False)
    number = models.CharField(max_length=60)
    reference = models.CharField(max_length=120, blank=True)  # the dealer's own
    client = models.CharField(max_length=200, blank=True)  # the end client, where known
    product = models.CharField(max_length=120, blank=True)  # "PVC windows": what most of it is
    comment = models.TextField(blank=True)
    received_at = models.DateTimeField()  # by the plant
    approved_at = models.DateTimeField(null=True)  # by the plant's engineer; from then on its dealer sees it
    identity_version = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()

    objects = OrderQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plant", "plant_key"], name="order_once_in_plant")]
        indexes = [
            models.Index(fields=["dealer", "-received_at", "-id"], name="order_of_dealer"),
            models.Index(fields=["-received_at", "-id"], name="order_by_time"),
            models.Index(fields=["dealer", "number"], name="order_number_of_dealer"),
            GinIndex(OpClass("number", name="gin_trgm_ops"), name="order_number_trgm"),
            GinIndex(OpClass("reference", name="gin_trgm_ops"), name="order_reference_trgm"),
        ]

    def __str__(self) -> str:
        return self.number


class OrderState(models.Model):
    """How an order stands; the hot row. `status` is what is shown, kept by whoever applies changes.

    Versions are per group (stage, delivery) and count in the source's own terms, microseconds where it has stamps.
    """

    order = models.OneToOneField(Order, primary_key=True, on_delete=models.CASCADE, related_name="state")
    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, related_name="+", db_index=False)
    plant = models.ForeignKey(Plant, on_delete=models.PROTECT, related_name="+", db_index=False)
    stage = models.SmallIntegerField(choices=Stage, default=Stage.RECEIVED)
    status = models.SmallIntegerField(choices=Status, default=Status.RECEIVED)
    is_on_hold = models.BooleanField(default=False)
    is_cancelled = models.BooleanField(default=False)
    accepted_at = models.DateTimeField(null=True)
    production_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    promised_on = models.DateField(null=True)  # the date first given
    planned_on = models.DateField(null=True)  # of delivery, as planned now
    quantity = models.IntegerField(default=0)  # pieces of all constructions, made and shipped ones of them
    made = models.IntegerField(default=0)
    shipped = models.IntegerField(default=0)
    stage_version = models.BigIntegerField(default=0)  # 0: nothing came yet, "awaited"
    stage_as_of = models.DateTimeField(null=True)
    delivery_version = models.BigIntegerField(default=0)
    delivery_as_of = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()  # when anything of the order last changed with us; orders live pages

    class Meta:
        indexes = [
            models.Index(fields=["status", "-order"], name="order_state_by_status"),
            # For programs that keep copies. Of ranges of pages: it leaves updates HOT, which a B-tree wouldn't.
            BrinIndex(fields=["changed_at"], name="order_state_changed", pages_per_range=16, autosummarize=True),
        ]


class OrderMoney(models.Model):
    """What an order costs; its row is there once accounting told. Only for readers of money."""

    order = models.OneToOneField(Order, primary_key=True, on_delete=models.CASCADE, related_name="money")
    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    version = models.BigIntegerField(default=0)
    as_of = models.DateTimeField()


class ConstructionQuerySet(models.QuerySet["Construction"]):
    def visible_to(self, user: User) -> ConstructionQuerySet:
        return self.filter(order__in=Order.objects.visible_to(user))


class Construction(models.Model):
    """One position of an order: a window, a door. `scheme` is its geometry, drawn by us: see `crm.drawing.schemes`."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="constructions", db_index=False)
    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, related_name="+", db_index=False)
    plant = models.ForeignKey(Plant, on_delete=models.PROTECT, related_name="+", db_index=False)
    plant_key = models.CharField(max_length=60)
    position = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=60, blank=True)  # "window", "balcony door": the plant's word
    title = models.CharField(max_length=200, blank=True)
    width = models.PositiveIntegerField(null=True)  # millimetres
    height = models.PositiveIntegerField(null=True)
    colour = models.CharField(max_length=120, blank=True)
    glass = models.CharField(max_length=120, blank=True)
    hardware = models.CharField(max_length=120, blank=True)
    quantity = models.PositiveIntegerField(default=1)
    made = models.PositiveIntegerField(default=0)
    shipped = models.PositiveIntegerField(default=0)
    stage = models.SmallIntegerField(choices=Stage, default=Stage.ACCEPTED)
    scheme = models.JSONField(null=True)
    version = models.BigIntegerField(default=0)

    objects = ConstructionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plant", "plant_key"], name="construction_once_in_plant"),
            models.CheckConstraint(name="construction_counts_fit", condition=Q(quantity__gte=1)),
        ]
        indexes = [models.Index(fields=["order", "position", "id"], name="construction_of_order")]


class ConstructionPrice(models.Model):
    construction = models.OneToOneField(Construction, primary_key=True, on_delete=models.CASCADE, related_name="price")
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="prices")
    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    version = models.BigIntegerField(default=0)
    as_of = models.DateTimeField()


class ConstructionPhotoQuerySet(models.QuerySet["ConstructionPhoto"]):
    def visible_to(self, user: User) -> ConstructionPhotoQuerySet:
        return self.filter(order__in=Order.objects.visible_to(user))


class ConstructionPhoto(models.Model):
    """A picture taken at the plant or at delivery, served through the order's door."""

    construction = models.ForeignKey(Construction, on_delete=models.CASCADE, related_name="photos")
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="+", db_index=False)
    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, related_name="+", db_index=False)
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    caption = models.CharField(max_length=200, blank=True)
    taken_at = models.DateTimeField()

    objects = ConstructionPhotoQuerySet.as_manager()


class OrderEventQuerySet(models.QuerySet["OrderEvent"]):
    def visible_to(self, user: User) -> OrderEventQuerySet:
        seen = self.filter(order__in=Order.objects.visible_to(user))
        reader = portal_reader(user)
        if reader is not None and not reader.sees_money:
            seen = seen.filter(is_money=False)
        return seen


class OrderEvent(models.Model):
    """Every change that a source told of an order, whether or not it still counted: history and tape.

    Unique by (source, record, version): told twice it is one event. `record` names record type and key
    ("status:A-100234"). History is sorted by `happened_at`, the tape by when it reached us.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="events", db_index=False)
    # The order's, which is checked: to check each event's own took a thirtieth of the time of a feed.
    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    source = models.CharField(max_length=30)  # its code
    record = models.CharField(max_length=100)
    version = models.BigIntegerField()
    digest = models.BigIntegerField(default=0)  # of its content: the same version with another one is refused
    kind = models.CharField(max_length=20)  # "identity", "stage", "delivery", "money", "construction", "shipment"
    what = models.JSONField(default=dict)  # {"stage": 40} or {"amount": "1200.00", "currency": "UAH"}
    is_money = models.BooleanField(default=False)
    is_stale = models.BooleanField(default=False)  # it came after a newer one, and changed nothing
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()
    batch_id = models.BigIntegerField(null=True)  # of sync, whose batches are not kept for ever

    objects = OrderEventQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "record", "version"], name="order_event_once")]
        indexes = [models.Index(fields=["order", "happened_at", "id"], name="order_event_of_order")]
