"""Kinds that administrators add, and categories that limit who reads an entry (birthdays, vacation, sick leave)."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q


class ActivityKind(models.Model):
    """A kind made by an administrator; those of the code stand in the registry `core.contributions.kinds`.

    `key` never changes, so that renaming a kind loses nothing; a retired one keeps its entries.
    """

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    icon = models.CharField(max_length=40, default="point")
    position = models.PositiveIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name"], name="activity_kind_name_once", condition=Q(retired_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.name


class ActivityCategory(models.Model):
    """What an entry is about; a restricted one is absent for everybody outside its groups, save its author."""

    name = models.CharField(max_length=60, unique=True)
    colour = models.CharField(max_length=20, blank=True)
    is_restricted = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class ActivityCategoryPermission(models.Model):
    category = models.ForeignKey(ActivityCategory, on_delete=models.CASCADE, related_name="permissions")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["category", "group"], name="activity_category_permission_once")]
