"""What the plants tell their dealers: news and guide pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from apps.accounts.permissions import is_staff_member
from apps.crm.models.reach import has_role, portal_reader

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Self

    from apps.accounts.models import User

CONTENT_ROLES = frozenset({"admin", "manager", "content"})


class _ContentQuerySet(models.QuerySet):  # type: ignore[type-arg]  # a base of two models' querysets
    def visible_to(self, user: User) -> Self:
        """Staff who keep content: all. Dealers: what is published for them or their plants."""
        reader = portal_reader(user)
        if reader is None:
            return self.filter() if is_staff_member(user) and has_role(user, CONTENT_ROLES) else self.none()
        for_all = Q(plant_ids=[], dealer_ids=[])
        mine = Q(plant_ids__overlap=list(reader.plant_ids)) | Q(dealer_ids__contains=[reader.dealer_id])
        return self.filter(for_all | mine, is_published=True)

    def running(self, now: datetime) -> Self:
        """Published and within its days."""
        begun = Q(starts_at__isnull=True) | Q(starts_at__lte=now)
        return self.filter(begun, Q(ends_at__isnull=True) | Q(ends_at__gt=now), is_published=True)


class _Content(models.Model):
    """Drafted, or published from/until. Empty audiences mean everybody. `body` is safe HTML of the house's editor."""

    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    language = models.CharField(max_length=10, blank=True)  # "": for readers of any
    is_published = models.BooleanField(default=False)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    plant_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    dealer_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title


class NewsItem(_Content):
    is_important = models.BooleanField(default=False)  # stands above the others
    told_at = models.DateTimeField(null=True)  # dealers have had their notice

    objects = _ContentQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("portal", "News")
        indexes = [models.Index(fields=["-starts_at", "-id"], name="news_by_time")]


class GuidePage(_Content):
    slug = models.SlugField(max_length=80, unique=True)
    position = models.PositiveSmallIntegerField(default=0)
    chapter = models.CharField(max_length=100, blank=True)

    objects = _ContentQuerySet.as_manager()
