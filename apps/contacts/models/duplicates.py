"""Contacts that may be one: pairs for a person to decide on, and by which keys they are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.contacts.models.entities import Entity

if TYPE_CHECKING:
    from apps.accounts.models import User


class DuplicatePairQuerySet(models.QuerySet["DuplicatePair"]):
    def visible_to(self, user: User) -> DuplicatePairQuerySet:
        """Pairs of live contacts, both of which `user` sees."""
        seen = Entity.objects.visible_to(user).live().order_by().values("pk")
        return self.filter(left__in=seen, right__in=seen)

    def open(self) -> DuplicatePairQuerySet:
        return self.filter(state=DuplicatePair.State.OPEN)


class DuplicatePair(models.Model):
    class State(models.TextChoices):
        OPEN = "open", _("To be looked at")
        DISMISSED = "dismissed", _("Not the same")
        MERGED = "merged", _("Merged")

    class Reason(models.TextChoices):
        EMAIL = "email", _("Same e-mail address")
        PHONE = "phone", _("Same phone number")
        NUMBER = "number", _("Same registration or VAT number")
        BIRTHDAY = "birthday", _("Same birthday")
        ORGANISATION = "organisation", _("Same organisation")
        CITY = "city", _("Same city")
        NAME = "name", _("Same name")
        SIMILAR = "similar", _("Similar name")

    left = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+", db_index=False)
    right = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField()  # 60 to 100
    reasons = ArrayField(models.CharField(max_length=12, choices=Reason))
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    objects = DuplicatePairQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["left", "right"], name="duplicate_pair_once"),
            models.CheckConstraint(name="duplicate_pair_in_order", condition=Q(left__lt=F("right"))),
        ]
        indexes = [models.Index(fields=["-score", "id"], name="duplicate_pair_open", condition=Q(state="open"))]


class DuplicateProfile(models.Model):
    """A contact's name as the search for duplicates compares it; a firm has only `family`."""

    entity = models.OneToOneField(
        Entity, primary_key=True, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    given = models.CharField(max_length=200, blank=True)
    family = models.CharField(max_length=400, blank=True)


class DuplicateKey(models.Model):
    """A block that a contact stands in: only those who share one are compared by their names."""

    pk = models.CompositePrimaryKey("entity_id", "key")
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    key = models.CharField(max_length=80, db_collation="C")

    class Meta:
        indexes = [models.Index(fields=["key", "entity"], name="duplicate_key_block")]


class DuplicateCheck(models.Model):
    """A contact that is to be compared with the others: it is new or was changed. The row is the queue."""

    entity = models.OneToOneField(
        Entity, primary_key=True, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    asked_at = models.DateTimeField()
