"""Plants, the dealers who buy from them, and the dealers' people in the portal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.contacts.models import Entity
from apps.crm.models.reach import MONEY_ROLES, ORDER_ROLES, of_dealers, portal_reader

if TYPE_CHECKING:
    from apps.accounts.models import User


class Plant(models.Model):
    """A works that makes constructions. A second one is a row here and a source, not code."""

    key = models.SlugField(max_length=30, unique=True)  # "kyiv", as in settings of sources
    name = models.CharField(max_length=100)
    city = models.CharField(max_length=100, blank=True)
    geo = models.JSONField(null=True, blank=True)  # [latitude, longitude]: where its trucks set out
    position = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class DealerQuerySet(models.QuerySet["Dealer"]):
    def visible_to(self, user: User) -> DealerQuerySet:
        """Staff: whose contact they see. A dealer's people: their own firm."""
        reach = of_dealers(user, ORDER_ROLES | {"content"}, path="pk")
        if reach is None:
            return self.none()
        return self.filter(reach)

    def active(self) -> DealerQuerySet:
        return self.filter(is_active=True)


class Dealer(models.Model):
    """An organisation that buys from the plants and has people in the portal.

    The manager's columns are a copy for the portal, whose database role reads no users: see
    `services.assignments.refresh_managers`. `plant_ids` copies DealerPlant for row-level security.
    """

    entity = models.OneToOneField(Entity, on_delete=models.PROTECT, related_name="dealer")
    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=300)  # a copy of the organisation's
    city = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    plant_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    manager_name = models.CharField(max_length=200, blank=True)
    manager_email = models.EmailField(blank=True)
    manager_phone = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()

    objects = DealerQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["name", "id"], name="dealer_by_name")]

    def __str__(self) -> str:
        return self.name


class DealerPlantQuerySet(models.QuerySet["DealerPlant"]):
    def visible_to(self, user: User) -> DealerPlantQuerySet:
        """Staff who deal with money: of dealers whose contact they see. Dealers: their own, where they see money."""
        reach = of_dealers(user, MONEY_ROLES)
        reader = portal_reader(user)
        if reach is None or (reader is not None and not reader.sees_money):
            return self.none()
        return self.filter(reach)


class DealerPlant(models.Model):
    """A dealer's account with one plant in one currency: (dealer, plant, currency) is what balances are kept of."""

    dealer = models.ForeignKey(Dealer, on_delete=models.CASCADE, related_name="accounts")
    plant = models.ForeignKey(Plant, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3, default="UAH")
    credit_limit = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)  # None: not told us
    version = models.BigIntegerField(default=0)

    objects = DealerPlantQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dealer", "plant", "currency"], name="dealer_account_once")]


class DealerUserQuerySet(models.QuerySet["DealerUser"]):
    def visible_to(self, user: User) -> DealerUserQuerySet:
        reach = of_dealers(user, ORDER_ROLES)
        return self.none() if reach is None else self.filter(reach)

    def current(self) -> DealerUserQuerySet:
        return self.filter(ended_at__isnull=True)


class DealerUser(models.Model):
    """A user of the portal and what their firm lets them do. Name and address are copies, as with managers."""

    class Role(models.TextChoices):
        OWNER = "owner", pgettext_lazy("dealer", "Owner")
        EMPLOYEE = "employee", _("Employee")

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="dealer_user")
    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, related_name="people")
    role = models.CharField(max_length=8, choices=Role, default=Role.EMPLOYEE)
    sees_money = models.BooleanField(default=False)  # of an employee; an owner does anyway
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField()
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # taken out of the portal

    objects = DealerUserQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["dealer"], name="dealer_people", condition=Q(ended_at__isnull=True))]

    @property
    def may_see_money(self) -> bool:
        return self.sees_money or self.role == self.Role.OWNER
