"""Who looks after a contact, from when to when, and who stands in while they are away."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from apps.accounts.models import Team
from apps.contacts.models import Entity


def valid_on(day: date) -> Q:
    """Of rows that hold from `valid_from` up to but not including `valid_to`."""
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))


class _Period(Func):
    function = "daterange"


class Assignment(models.Model):
    """A user or a team in charge of an entity for a purpose, from `valid_from` up to but not including `valid_to`.

    Layers: the base, and stand-ins that lie over it for a time. Who is in charge is computed by date, so nothing has
    to return by itself.
    """

    class Layer(models.TextChoices):
        BASE = "base"
        STAND_IN = "stand_in"

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="assignments")
    purpose = models.CharField(max_length=30, default="account")  # "account", "claims"
    layer = models.CharField(max_length=8, choices=Layer, default=Layer.BASE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="assignments")
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="assignments")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="assignment_one_in_charge",
                condition=Q(user__isnull=False, team__isnull=True) | Q(user__isnull=True, team__isnull=False),
            ),
            models.CheckConstraint(
                name="assignment_ends_after_start", condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from"))
            ),
            ExclusionConstraint(
                name="assignment_one_at_a_time",
                expressions=[
                    ("entity", RangeOperators.EQUAL),
                    ("purpose", RangeOperators.EQUAL),
                    ("layer", RangeOperators.EQUAL),
                    (_Period("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def on(self, day: date) -> AbsenceQuerySet:
        return self.filter(starts_on__lte=day, ends_on__gt=day)

    def between(self, start: date, stop: date | None = None) -> AbsenceQuerySet:
        """On any of the days from `start` up to but not including `stop`; without it, on that first day."""
        return self.on(start) if stop is None else self.filter(starts_on__lt=stop, ends_on__gt=start)


class Absence(models.Model):
    """A user is away from `starts_on` up to but not including `ends_on`; `stand_in` takes what comes in meanwhile."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="absences")
    stand_in = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    created_at = models.DateTimeField()

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="absence_ends_after_start", condition=Q(ends_on__gt=F("starts_on"))),
            ExclusionConstraint(
                name="absence_once_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    (_Period("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index(fields=["ends_on"], name="absence_by_end")]
