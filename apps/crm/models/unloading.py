"""What was done where a truck unloads: pieces counted, damages noted, photos, signatures; links for the fitter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from apps.core.models import File
from apps.crm.models.dealers import Dealer
from apps.crm.models.orders import Construction, Order
from apps.crm.models.reach import ORDER_ROLES, of_dealers
from apps.crm.models.shipments import Shipment

if TYPE_CHECKING:
    from datetime import datetime

    from apps.accounts.models import User


class DeliveryLinkQuerySet(models.QuerySet["DeliveryLink"]):
    def visible_to(self, user: User) -> DeliveryLinkQuerySet:
        reach = of_dealers(user, ORDER_ROLES)
        return self.none() if reach is None else self.filter(reach)

    def live(self, now: datetime) -> DeliveryLinkQuerySet:
        return self.filter(revoked_at__isnull=True, ends_at__gt=now)


class DeliveryLink(models.Model):
    """Opens one delivery of one dealer to whoever has its address, until the evening of the day it was made for.

    Only the token's digest is kept. `ends_at` never moves: a delivery that is put off needs another link.
    """

    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="links")
    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, related_name="+", db_index=False)
    digest = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=120)  # whom it is for
    made_for_on = models.DateField()
    ends_at = models.DateTimeField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    made_by_name = models.CharField(max_length=200)
    revoked_at = models.DateTimeField(null=True)
    visits = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    agent = models.CharField(max_length=60, blank=True)  # of the last use, coarsely: "Chrome, Android"

    objects = DeliveryLinkQuerySet.as_manager()

    def __str__(self) -> str:
        return self.label


class DeliveryLinkVisitQuerySet(models.QuerySet["DeliveryLinkVisit"]):
    def visible_to(self, user: User) -> DeliveryLinkVisitQuerySet:
        reach = of_dealers(user, ORDER_ROLES)
        return self.none() if reach is None else self.filter(reach)


class DeliveryLinkVisit(models.Model):
    """One use of a link: the page was opened, or something was sent from it."""

    link = models.ForeignKey(DeliveryLink, on_delete=models.CASCADE, related_name="log")
    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    has_written = models.BooleanField(default=False)
    agent = models.CharField(max_length=60, blank=True)

    objects = DeliveryLinkVisitQuerySet.as_manager()


class UnloadingActQuerySet(models.QuerySet["UnloadingAct"]):
    def visible_to(self, user: User) -> UnloadingActQuerySet:
        reach = of_dealers(user, ORDER_ROLES)
        return self.none() if reach is None else self.filter(reach)


class UnloadingAct(models.Model):
    """Something a person did at the unloading. `key` is made where it was done, so that it counts once however often
    it is sent; of several counts or signatures the last by `happened_at`, then by `key`, holds, in whatever order
    they come. Append-only.

    Goods are named by order and construction: what is on board is replaced whenever the plant sends it anew.
    """

    class Kind(models.TextChoices):
        ARRIVED = "arrived", pgettext_lazy("unloading", "Arrived")
        TICK = "tick", pgettext_lazy("unloading", "Counted")
        NOTE = "note", pgettext_lazy("unloading", "Noted")
        PHOTO = "photo", pgettext_lazy("unloading", "Photo")
        SIGNATURE = "signature", pgettext_lazy("unloading", "Signed")

    class What(models.TextChoices):
        MISSING = "missing", pgettext_lazy("unloading", "Missing")
        DAMAGED = "damaged", pgettext_lazy("unloading", "Damaged")

    key = models.UUIDField(unique=True)
    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="unloading_acts", db_index=False)
    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    order = models.ForeignKey(Order, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    construction = models.ForeignKey(
        Construction, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    what = models.CharField(max_length=10, choices=What, blank=True)
    count = models.PositiveIntegerField(null=True)
    text = models.CharField(max_length=1000, blank=True)
    name = models.CharField(max_length=120, blank=True)  # who signed, as typed
    file = models.ForeignKey(File, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    thumbnail = models.ForeignKey(File, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    happened_at = models.DateTimeField()  # by the clock of the phone
    received_at = models.DateTimeField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    author_name = models.CharField(max_length=200)  # the user's, or whom the link is for
    link = models.ForeignKey(DeliveryLink, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)

    objects = UnloadingActQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["shipment", "dealer", "happened_at", "key"], name="unloading_of_delivery"),
            models.Index(fields=["file"], name="unloading_file", condition=Q(file__isnull=False)),
            models.Index(fields=["thumbnail"], name="unloading_thumbnail", condition=Q(thumbnail__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                name="unloading_goods_named",
                condition=Q(kind__in=["tick", "note"], order__isnull=False)
                | Q(kind__in=["arrived", "photo", "signature"], order__isnull=True, construction__isnull=True),
            ),
            models.CheckConstraint(
                name="unloading_signature_whole", condition=~Q(kind="signature") | (~Q(name="") & Q(file__isnull=False))
            ),
        ]
