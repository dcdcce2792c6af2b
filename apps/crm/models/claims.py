"""Claims: what a dealer complains of, with photos, until it is decided and made good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from apps.core.models import File
from apps.crm.models.dealers import Dealer, Plant
from apps.crm.models.ledger import LedgerEntry
from apps.crm.models.orders import Construction, Order
from apps.crm.models.reach import CLAIM_ROLES, MONEY_ROLES, of_dealers, portal_reader
from apps.crm.models.shipments import Shipment

if TYPE_CHECKING:
    from apps.accounts.models import User


class ClaimQuerySet(models.QuerySet["Claim"]):
    def visible_to(self, user: User) -> ClaimQuerySet:
        reach = of_dealers(user, CLAIM_ROLES)
        return self.none() if reach is None else self.filter(reach)

    def open(self) -> ClaimQuerySet:
        return self.filter(closed_at__isnull=True)

    def undecided(self) -> ClaimQuerySet:
        """Those that the promise runs for."""
        return self.open().filter(decided_at__isnull=True)


class Claim(models.Model):
    """`author_name` is kept beside the user for the portal, whose database role reads no users."""

    class State(models.TextChoices):
        NEW = "new", pgettext_lazy("claim", "New")
        IN_REVIEW = "in_review", pgettext_lazy("claim", "In review")
        WAITING = "waiting", pgettext_lazy("claim", "Waiting for the dealer")
        ACCEPTED = "accepted", pgettext_lazy("claim", "Accepted")
        REFUSED = "refused", pgettext_lazy("claim", "Refused")
        CLOSED = "closed", pgettext_lazy("claim", "Closed")

    class Kind(models.TextChoices):
        DAMAGE = "damage", pgettext_lazy("claim", "Damaged")
        MISSING = "missing", pgettext_lazy("claim", "Something is missing")
        SIZE = "size", pgettext_lazy("claim", "Wrong size or colour")
        FUNCTION = "function", pgettext_lazy("claim", "Does not work")
        DELAY = "delay", pgettext_lazy("claim", "Late")
        MONEY = "money", pgettext_lazy("claim", "Wrong amount")
        OTHER = "other", pgettext_lazy("claim", "Other")

    number = models.CharField(max_length=30, unique=True)  # "C-000123": accounting's entry names it
    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, related_name="claims", db_index=False)
    plant = models.ForeignKey(Plant, on_delete=models.PROTECT, related_name="+", db_index=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="claims")
    construction = models.ForeignKey(Construction, null=True, on_delete=models.PROTECT, related_name="claims")
    shipment = models.ForeignKey(Shipment, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    text = models.TextField()
    parts = ArrayField(models.CharField(max_length=40), default=list, blank=True)  # ids of the scheme's parts
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    author_name = models.CharField(max_length=200)
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()  # the promise: a decision by then
    escalated_at = models.DateTimeField(null=True)
    decision = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    closed_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["dealer", "-made_at", "-id"], name="claim_of_dealer"),
            models.Index(fields=["state", "due_at", "id"], name="claim_by_state"),
            models.Index(fields=["-made_at", "-id"], name="claim_by_time"),
            models.Index(fields=["due_at"], name="claim_undecided", condition=Q(decided_at=None, closed_at=None)),
            models.Index(fields=["decided_at"], name="claim_decided", condition=Q(decided_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class ClaimPhotoQuerySet(models.QuerySet["ClaimPhoto"]):
    def visible_to(self, user: User) -> ClaimPhotoQuerySet:
        reach = of_dealers(user, CLAIM_ROLES)
        return self.none() if reach is None else self.filter(reach)


class ClaimPhoto(models.Model):
    """A photo upright, small and without its place; `thumbnail` for lists."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="photos")
    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, related_name="+", db_index=False)
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    thumbnail = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    position = models.PositiveSmallIntegerField(default=0)

    objects = ClaimPhotoQuerySet.as_manager()


class CompensationQuerySet(models.QuerySet["Compensation"]):
    def visible_to(self, user: User) -> CompensationQuerySet:
        reach = of_dealers(user, CLAIM_ROLES | MONEY_ROLES)
        reader = portal_reader(user)
        if reach is None or (reader is not None and not reader.sees_money):
            return self.none()
        return self.filter(reach)


class Compensation(models.Model):
    """What a decision gives. Announced until accounting books an entry with the claim's number; not in balances."""

    claim = models.OneToOneField(Claim, on_delete=models.PROTECT, related_name="compensation")
    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, related_name="compensations")
    plant = models.ForeignKey(Plant, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    announced_at = models.DateTimeField()
    entry = models.OneToOneField(LedgerEntry, null=True, on_delete=models.PROTECT, related_name="compensation")
    booked_at = models.DateTimeField(null=True)

    objects = CompensationQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(name="compensation_above_zero", condition=Q(amount__gt=0))]
