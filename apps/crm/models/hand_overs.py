"""Hand-overs: contacts pass from one who looks after them to another, for good or until a day; and their dossier."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.accounts.models import Team, TeamMembership
from apps.accounts.permissions import is_manager, is_staff_member
from apps.contacts.models import Entity
from apps.core.models import Operation
from apps.crm.models.assignments import valid_on

if TYPE_CHECKING:
    from apps.accounts.models import User

_USER = settings.AUTH_USER_MODEL


class HandOverQuerySet(models.QuerySet["HandOver"]):
    def visible_to(self, user: User, *, on: date) -> HandOverQuerySet:
        """Managers see all; others what they made, gave or took, and leads what their people did."""
        if not is_staff_member(user):
            return self.none()
        if is_manager(user):
            return self
        current = TeamMembership.objects.filter(valid_on(on))
        mine = current.filter(user=user)
        led = mine.filter(role=TeamMembership.Role.LEAD).values("team")
        people = current.filter(team__in=led).values("user")
        own = Q(made_by=user) | Q(from_user=user) | Q(to_user=user) | Q(to_team__in=mine.values("team"))
        return self.filter(own | Q(from_user__in=people) | Q(to_user__in=people))

    def standing(self) -> HandOverQuerySet:
        """Those that took place and were not undone: what reports count."""
        return self.filter(done_at__isnull=False)


class HandOver(models.Model):
    """`from_user` (None: several, or nobody) hands contacts over from `starts_on`, for good or up to `until`.

    `takes_tasks`: open tasks and meetings to come go along; for a time they show for whoever stands in, by date.

    `done_at` is empty while a worker is at it, and again once it was undone: an undone one keeps its row and its
    items, and counts no more. The two `told` moments see to it that people hear of it once.
    """

    from_user = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="hand_overs_given")
    to_user = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="hand_overs_taken")
    to_team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="hand_overs_taken")
    starts_on = models.DateField()
    until = models.DateField(null=True)
    note = models.CharField(max_length=1000, blank=True)
    takes_tasks = models.BooleanField(default=False)
    made_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    operation = models.ForeignKey(Operation, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    done_at = models.DateTimeField(null=True)
    told_start_at = models.DateTimeField(null=True)
    told_return_at = models.DateTimeField(null=True)

    objects = HandOverQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="hand_over_to_one",
                condition=Q(to_user__isnull=False, to_team__isnull=True)
                | Q(to_user__isnull=True, to_team__isnull=False),
            ),
            models.CheckConstraint(
                name="hand_over_ends_after_start", condition=Q(until__isnull=True) | Q(until__gt=F("starts_on"))
            ),
        ]
        indexes = [
            models.Index(fields=["-made_at", "-id"], name="hand_over_latest"),
            models.Index(fields=["until"], name="hand_over_by_end", condition=Q(until__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.from_user or '…'} → {self.to_user or self.to_team}"


class HandOverItem(models.Model):
    """One contact of a hand-over; the successor confirms to have read its dossier."""

    hand_over = models.ForeignKey(HandOver, on_delete=models.CASCADE, related_name="items", db_index=False)
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+")
    confirmed_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hand_over", "entity"], name="hand_over_item_once"),
            models.CheckConstraint(
                name="hand_over_confirmed_by_somebody",
                condition=Q(confirmed_at__isnull=True) | Q(confirmed_by__isnull=False),
            ),
        ]
