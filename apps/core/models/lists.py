"""What users keep of lists: views, columns, visits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.core.visits import begins_anew

if TYPE_CHECKING:
    from datetime import datetime


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: models.Model) -> SavedViewQuerySet:
        return self.filter(Q(owner=user.pk) | Q(is_shared=True))


class SavedView(models.Model):
    """A list's filters, sort and columns under a name, one's own or shared."""

    list_key = models.CharField(max_length=60)  # "contacts.entities"
    name = models.CharField(max_length=100)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    is_shared = models.BooleanField(default=False)
    query = models.JSONField(default=dict)  # {"q": "...", "sort": "-modified", "columns": [...], "filters": {...}}
    created_at = models.DateTimeField()

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["list_key", "owner", "name"], name="saved_view_name_once_per_owner")
        ]


class ListSetting(models.Model):
    """Which columns and how many rows a user wants in a list; `user` None is the administrators' default."""

    list_key = models.CharField(max_length=60)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    columns = models.JSONField(default=list)
    page_size = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["list_key", "user"], name="list_setting_once_per_user", nulls_distinct=False
            )
        ]


class ListVisit(models.Model):
    """A user's present visit of a list, and when the one before it had ended."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    list_key = models.CharField(max_length=60)
    seen_at = models.DateTimeField()  # the last look
    since_at = models.DateTimeField()  # what changed after it is new in this visit

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "list_key"], name="list_visit_once_per_user")]

    def new_since(self, now: datetime) -> datetime:
        """After which moment changes are new to a user who looks now."""
        return self.seen_at if begins_anew(self.seen_at, now) else self.since_at
