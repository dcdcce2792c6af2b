"""Opportunities: what may be sold, to whom, for how much, and when; and where each stood from when to when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import pgettext_lazy

from apps.accounts.models import Team, TeamMembership
from apps.accounts.permissions import is_manager, is_staff_member
from apps.contacts.models import Entity
from apps.core.clock import company_day, now
from apps.crm.models.assignments import valid_on
from apps.crm.models.pipelines import Pipeline, PipelineStage

if TYPE_CHECKING:
    from apps.accounts.models import User

_USER = settings.AUTH_USER_MODEL
_MOST = 10**12


class LostReasonQuerySet(models.QuerySet["LostReason"]):
    def offered(self) -> LostReasonQuerySet:
        return self.filter(retired_at__isnull=True)


class LostReason(models.Model):
    """Why an opportunity was lost, as administrators word it."""

    name = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = LostReasonQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], name="lost_reason_once", condition=Q(retired_at__isnull=True))
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return str(_OWN_REASONS.get(self.name, self.name))


# The names that a migration gives; whoever keeps them reads them in their language.
_OWN_REASONS = {
    "Price": pgettext_lazy("lost reason", "Price"),
    "Delivery time": pgettext_lazy("lost reason", "Delivery time"),
    "Went to a competitor": pgettext_lazy("lost reason", "Went to a competitor"),
    "Project was stopped": pgettext_lazy("lost reason", "Project was stopped"),
    "No answer": pgettext_lazy("lost reason", "No answer"),
}


class OpportunityQuerySet(models.QuerySet["Opportunity"]):
    def visible_to(self, user: User) -> OpportunityQuerySet:
        """Its owner and team, leads of its owner, and whoever sees one of its contacts; without any, managers too."""
        if not is_staff_member(user):
            return self.none()
        current = TeamMembership.objects.filter(valid_on(company_day(now())))
        mine = current.filter(user=user)
        led = current.filter(team__in=mine.filter(role=TeamMembership.Role.LEAD).values("team"))
        contacts = OpportunityContact.objects.filter(opportunity=OuterRef("pk"))
        seen = Q(owner=user) | Q(team__in=mine.values("team")) | Q(owner__in=led.values("user"))
        seen |= Q(Exists(contacts.filter(entity__in=Entity.objects.visible_to(user).live())))
        return self.filter(seen | ~Q(Exists(contacts)) if is_manager(user) else seen)

    def live(self) -> OpportunityQuerySet:
        return self.filter(trashed_at__isnull=True)

    def open(self) -> OpportunityQuerySet:
        return self.filter(stage__outcome=PipelineStage.Outcome.OPEN)

    def with_chance(self) -> OpportunityQuerySet:
        """`chance` in percent: its own, else its stage's."""
        return self.annotate(chance=Coalesce("probability", "stage__probability"))


class Opportunity(models.Model):
    """`probability` in percent, None: its stage's. `closed_at` where its stage is won or lost.

    `entered_at` copies the beginning of its time in `stage`. Amounts are in `currency`; `margin` is a part of `revenue`
    and may be below zero. Every write below it raises `version`.
    """

    title = models.CharField(max_length=200)
    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="+", db_index=False)
    stage = models.ForeignKey(PipelineStage, on_delete=models.PROTECT, related_name="opportunities", db_index=False)
    owner = models.ForeignKey(_USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    expected_on = models.DateField(null=True, blank=True)
    revenue = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    margin = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="UAH")
    probability = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    source = models.CharField(max_length=100, blank=True)
    competitors = models.JSONField(default=list, blank=True)  # names
    lost_reason = models.ForeignKey(
        LostReason, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    notes = models.TextField(blank=True)
    attributes = models.JSONField(default=dict, db_default={}, blank=True)  # own fields by key
    entered_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(_USER, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    trashed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = OpportunityQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="opportunity_probability", condition=Q(probability__isnull=True) | Q(probability__lte=100)
            ),
            models.CheckConstraint(
                name="opportunity_revenue",
                condition=Q(revenue__isnull=True) | Q(revenue__gte=0, revenue__lt=_MOST),
            ),
            models.CheckConstraint(name="opportunity_currency", condition=Q(currency__regex="^[A-Z]{3}$")),
            models.CheckConstraint(
                name="opportunity_lost_for_a_reason",
                condition=Q(lost_reason__isnull=True) | Q(closed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["stage", "-entered_at", "-id"], name="opportunity_board", condition=Q(trashed_at__isnull=True)
            ),
            models.Index(fields=["expected_on", "id"], name="opportunity_by_close"),
            models.Index(fields=["closed_at"], name="opportunity_by_end", condition=Q(closed_at__isnull=False)),
            models.Index(fields=["-changed_at", "-id"], name="opportunity_latest"),
            models.Index(fields=["title", "id"], name="opportunity_by_title"),
            models.Index(fields=["revenue", "id"], name="opportunity_by_revenue"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def outcome(self) -> str:
        return self.stage.outcome

    @property
    def percent(self) -> int:
        return self.stage.probability if self.probability is None else self.probability


class OpportunityContact(models.Model):
    """A person or organisation that has to do with it, and as what; the primary one is whom it is sold to."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="contacts", db_index=False)
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="opportunities")
    role = models.CharField(max_length=100, blank=True)
    is_primary = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["opportunity", "entity"], name="opportunity_contact_once"),
            models.UniqueConstraint(
                fields=["opportunity"], name="opportunity_one_primary", condition=Q(is_primary=True)
            ),
        ]


class OpportunityStep(models.Model):
    """It stood in `stage` from `entered_at` up to `left_at`; these dates never move, so reports count by them."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="steps")
    stage = models.ForeignKey(PipelineStage, on_delete=models.PROTECT, related_name="+", db_index=False)
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    moved_by = models.ForeignKey(_USER, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["opportunity"], name="opportunity_one_place", condition=Q(left_at__isnull=True)
            ),
            models.CheckConstraint(
                name="opportunity_leaves_after_entering",
                condition=Q(left_at__isnull=True) | Q(left_at__gte=F("entered_at")),
            ),
        ]
        indexes = [models.Index(fields=["stage", "entered_at"], name="opportunity_step_by_time")]
