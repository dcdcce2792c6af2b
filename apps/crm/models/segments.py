"""Segments: filters of the list of contacts under a name, asked anew whenever somebody looks or writes to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.accounts.permissions import is_staff_member
from apps.crm.models.reach import has_role, portal_reader

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from apps.accounts.models import User

SENDING_ROLES = frozenset({"admin", "manager", "content"})
READING_ROLES = SENDING_ROLES | {"sales"}


def reads_campaigns(user: User | AnonymousUser) -> bool:
    """Of the house, in a role that looks at campaigns and segments."""
    return portal_reader(user) is None and is_staff_member(user) and has_role(user, READING_ROLES)


class SegmentQuerySet(models.QuerySet["Segment"]):
    def visible_to(self, user: User) -> SegmentQuerySet:
        """One's own and shared ones."""
        if not reads_campaigns(user):
            return self.none()
        return self.filter(Q(owner=user.pk) | Q(is_shared=True))

    def live(self) -> SegmentQuerySet:
        return self.filter(removed_at__isnull=True)


class Segment(models.Model):
    """`query` is what the list was asked: {"q": "...", "letter": "...", "filters": {key: [values]}}; `tab` is its tab.

    Whom it holds is found with the sight of its owner.
    """

    name = models.CharField(max_length=100)
    tab = models.CharField(max_length=20, default="all")
    query = models.JSONField(default=dict)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    objects = SegmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"], name="segment_name_once_per_owner", condition=Q(removed_at__isnull=True)
            ),
            models.CheckConstraint(
                name="segment_tab_known", condition=Q(tab__in=["people", "organisations", "all"]) & ~Q(name="")
            ),
        ]

    def __str__(self) -> str:
        return self.name
