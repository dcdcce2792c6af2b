"""Pipelines and their stages: the journey of a contact in a persona, the way of an opportunity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from apps.contacts.models import Entity
from apps.crm.models.personas import Persona

if TYPE_CHECKING:
    from apps.accounts.models import User

# The names that a migration gives; whoever keeps them reads them in their language.
_OWN_WORDS = {
    "New": pgettext_lazy("pipeline", "New"),
    "Contacted": pgettext_lazy("pipeline", "Contacted"),
    "Qualified": pgettext_lazy("pipeline", "Qualified"),
    "Not interested": pgettext_lazy("pipeline", "Not interested"),
    "First order": pgettext_lazy("pipeline", "First order"),
    "Regular": pgettext_lazy("pipeline", "Regular"),
    "Resting": pgettext_lazy("pipeline", "Resting"),
    "Lost": pgettext_lazy("pipeline", "Lost"),
    "Enquiry": pgettext_lazy("pipeline", "Enquiry"),
    "Offer sent": pgettext_lazy("pipeline", "Offer sent"),
    "Negotiation": pgettext_lazy("pipeline", "Negotiation"),
    "Won": pgettext_lazy("pipeline", "Won"),
    "Lead": pgettext_lazy("pipeline", "Lead"),
    "Customer": pgettext_lazy("pipeline", "Customer"),
    "Sales": pgettext_lazy("pipeline", "Sales"),
}


def own_word(name: str) -> str:
    """`name` of a pipeline or stage in the reader's language, where it came with the house."""
    return str(_OWN_WORDS.get(name, name))


class PipelineQuerySet(models.QuerySet["Pipeline"]):
    def offered(self) -> PipelineQuerySet:
        return self.filter(retired_at__isnull=True)


class Pipeline(models.Model):
    """A row of stages. Of a journey it belongs to a persona; opportunities have theirs without one."""

    class Purpose(models.TextChoices):
        JOURNEY = "journey", pgettext_lazy("pipeline", "Journey of contacts")
        OPPORTUNITY = "opportunity", pgettext_lazy("pipeline", "Opportunities")

    name = models.CharField(max_length=100)
    purpose = models.CharField(max_length=12, choices=Purpose)
    persona = models.ForeignKey(Persona, null=True, blank=True, on_delete=models.PROTECT, related_name="pipelines")
    position = models.PositiveSmallIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = PipelineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "name"], name="pipeline_name_once", condition=Q(retired_at__isnull=True)
            ),
            models.UniqueConstraint(
                fields=["persona"], name="pipeline_one_of_persona", condition=Q(retired_at__isnull=True)
            ),
            models.CheckConstraint(
                name="pipeline_persona_of_journey",
                condition=Q(purpose="journey", persona__isnull=False) | Q(purpose="opportunity", persona__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return own_word(self.name)


class PipelineStageQuerySet(models.QuerySet["PipelineStage"]):
    def offered(self) -> PipelineStageQuerySet:
        return self.filter(retired_at__isnull=True)


class PipelineStage(models.Model):
    """`probability` is in percent; who stays longer than `stuck_after` days stands out on the board."""

    class Outcome(models.TextChoices):
        OPEN = "open", pgettext_lazy("pipeline stage", "Open")
        WON = "won", pgettext_lazy("pipeline stage", "Won")
        LOST = "lost", pgettext_lazy("pipeline stage", "Lost")

    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="stages", db_index=False)
    name = models.CharField(max_length=100)
    colour = models.CharField(max_length=20, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=4, choices=Outcome, default=Outcome.OPEN)
    probability = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(100)])
    stuck_after = models.PositiveSmallIntegerField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = PipelineStageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pipeline", "name"], name="pipeline_stage_name_once", condition=Q(retired_at__isnull=True)
            ),
            models.CheckConstraint(name="pipeline_stage_probability", condition=Q(probability__lte=100)),
        ]
        indexes = [models.Index(fields=["pipeline", "position"], name="pipeline_stage_in_order")]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return own_word(self.name)


class JourneyStepQuerySet(models.QuerySet["JourneyStep"]):
    def visible_to(self, user: User) -> JourneyStepQuerySet:
        return self.filter(entity__in=Entity.objects.visible_to(user))

    def current(self) -> JourneyStepQuerySet:
        return self.filter(left_at__isnull=True)


class JourneyStep(models.Model):
    """`entity` stood in `stage` from `entered_at` up to `left_at`; the one without an end is where it stands."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="journey")
    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="+", db_index=False)
    stage = models.ForeignKey(PipelineStage, on_delete=models.PROTECT, related_name="journeys", db_index=False)
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    moved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=300, blank=True)

    objects = JourneyStepQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "pipeline"], name="journey_one_place", condition=Q(left_at__isnull=True)
            ),
            models.CheckConstraint(
                name="journey_leaves_after_entering",
                condition=Q(left_at__isnull=True) | Q(left_at__gte=F("entered_at")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["stage", "-entered_at", "-id"], name="journey_board", condition=Q(left_at__isnull=True)
            ),
            models.Index(fields=["pipeline", "entered_at"], name="journey_by_time"),
        ]
