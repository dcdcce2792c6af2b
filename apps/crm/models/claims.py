"""Claims: what a dealer complains of, with photos, until it is decided and made good.

A claim about a line of an account is a dispute: `entry` is that line, and only readers of money see it.
"""

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
        if reach is None:
            return self.none()
        seen = self.filter(reach)
        reader = portal_reader(user)
        return seen if reader is None or reader.sees_money else seen.filter(entry__isnull=True)

    def open(self) -> ClaimQuerySet:
        return self.filter(closed_at__isnull=True)

    def disputes(self) -> ClaimQuerySet:
        return self.filter(entry__isnull=False)

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
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="claims")
    entry = models.ForeignKey(
        LedgerEntry, null=True, on_delete=models.PROTECT, related_name="disputes", db_index=False
    )  # the disputed line
    expected = models.DecimalField(max_digits=14, decimal_places=2, null=True)  # what it should be, says the dealer
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
    cause = models.ForeignKey("crm.ClaimCause", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="claim_about_something", condition=Q(order__isnull=False) | Q(entry__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["entry"], name="dispute_open_once", condition=Q(entry__isnull=False, closed_at=None)
            ),
        ]
        indexes = [
            models.Index(fields=["entry"], name="claim_of_entry", condition=Q(entry__isnull=False)),
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

    @property
    def is_dispute(self) -> bool:
        return self.entry_id is not None


class ClaimPhotoQuerySet(models.QuerySet["ClaimPhoto"]):
    def visible_to(self, user: User) -> ClaimPhotoQuerySet:
        return self.filter(claim__in=Claim.objects.visible_to(user))


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
    """What a decision gives. Announced until accounting books an entry with the claim's number; not in balances.

    `amount` is to the dealer's good: the entry has it with the other sign. Only a correction, which answers a dispute,
    may be below zero.
    """

    class Kind(models.TextChoices):
        COMPENSATION = "compensation", pgettext_lazy("ledger", "Compensation")
        CORRECTION = "correction", pgettext_lazy("ledger", "Correction")

    claim = models.OneToOneField(Claim, on_delete=models.PROTECT, related_name="compensation")
    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, related_name="compensations")
    plant = models.ForeignKey(Plant, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.COMPENSATION, db_default="compensation")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    announced_at = models.DateTimeField()
    entry = models.OneToOneField(LedgerEntry, null=True, on_delete=models.PROTECT, related_name="compensation")
    booked_at = models.DateTimeField(null=True)

    objects = CompensationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="compensation_gives", condition=Q(amount__gt=0) | (Q(kind="correction") & ~Q(amount=0))
            )
        ]
