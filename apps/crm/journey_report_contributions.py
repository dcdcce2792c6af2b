"""Reports of journeys: how far those who set out within some days came, and how long people stay in a stage."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, ExpressionWrapper, F, FloatField, OuterRef, Q, QuerySet
from django.db.models.functions import Extract
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import is_staff_member
from apps.accounts.report_parts import by_person, of_person, of_team
from apps.accounts.templatetags.formats import day
from apps.core.listing import Column, Listing
from apps.core.reports import Dimension, Measure, Narrowing, Report, by_month
from apps.core.reports.cells import register_report
from apps.core.reports.periods import edges
from apps.crm.models import JourneyStep, Pipeline, PipelineStage
from apps.crm.models.pipelines import own_word

if TYPE_CHECKING:
    from apps.accounts.models import User

GROUP = _("Customers")
_DAYS = ExpressionWrapper(Extract(F("left_at") - F("entered_at"), "epoch") / 86400.0, FloatField())


def register() -> None:
    """Called once, when the app is ready."""
    register_report("journey-funnel", _funnel(), position=20)
    register_report("time-in-stage", _times(), position=25)


def _funnel() -> Report:
    return Report(
        title=_("Journey funnel"),
        about=_("Of those who set out within the days: how many reached which stage, and where are they now?"),
        group=GROUP,
        icon="filter",
        may_see=is_staff_member,
        rows=_first_arrivals,
        dimensions=[_by_stage()],
        measures=[
            Measure(key="reached", title=_("Reached it")),
            Measure(key="now", title=_("Stand there now"), counts=Q(is_there=True)),
        ],
        narrowings=[_of_pipeline()],
        listing=_step_listing,
        chart="funnel",
        note=_("A contact counts once in each stage that it reached since, whenever that was."),
    )


def _first_arrivals(user: User, first: date, last: date) -> QuerySet[JourneyStep]:
    """Each contact's first step into each stage, of journeys that began within the days."""
    begin, end = edges(first, last)
    same = JourneyStep.objects.filter(entity=OuterRef("entity"), pipeline=OuterRef("pipeline"))
    before = same.filter(stage=OuterRef("stage")).filter(
        Q(entered_at__lt=OuterRef("entered_at")) | Q(entered_at=OuterRef("entered_at"), pk__lt=OuterRef("pk"))
    )
    standing = same.filter(stage=OuterRef("stage"), left_at__isnull=True)
    began = same.filter(entered_at__gte=begin, entered_at__lt=end)
    found = JourneyStep.objects.visible_to(user).filter(entered_at__gte=begin)
    found = found.filter(Exists(began), ~Exists(same.filter(entered_at__lt=begin)), ~Exists(before))
    return found.annotate(is_there=Exists(standing))


def _times() -> Report:
    return Report(
        title=_("Time in stage"),
        about=_("How long do contacts stay where they are on their journey?"),
        group=GROUP,
        icon="hourglass",
        may_see=is_staff_member,
        rows=_left,
        dimensions=[_by_stage(), by_person("moved_by", title=_("Brought there by")), by_month("left_at")],
        measures=[
            Measure(key="all", title=_("Times left"), in_chart=False),
            Measure(key="mean", title=_("On average"), how="mean", value=_DAYS, unit="days"),
            Measure(key="median", title=_("Half of them within"), how="median", value=_DAYS, unit="days"),
            Measure(key="p90", title=_("Nine of ten within"), how="p90", value=_DAYS, unit="days", in_chart=False),
        ],
        narrowings=[_of_pipeline(), of_person("moved_by"), of_team("moved_by", "entered_at")],
        listing=_step_listing,
    )


def _left(user: User, first: date, last: date) -> QuerySet[JourneyStep]:
    """Stays that ended within the days."""
    begin, end = edges(first, last)
    return JourneyStep.objects.visible_to(user).filter(left_at__gte=begin, left_at__lt=end)


def _by_stage() -> Dimension:
    return Dimension(key="stage", title=_("Stage"), expression=F("stage"), names=_stages, order=_stage_order)


def _stages(keys: Collection[Any]) -> Mapping[Any, Any]:
    return {stage.pk: stage.title for stage in PipelineStage.objects.filter(pk__in=keys)}


def _stage_order() -> Sequence[Any]:
    return list(
        PipelineStage.objects.order_by("pipeline__position", "pipeline", "position", "pk").values_list("pk", flat=True)
    )


def _of_pipeline() -> Narrowing:
    return Narrowing(
        key="pipeline",
        title=_("Journey"),
        choices=_pipelines,
        narrow=lambda found, value: found.filter(pipeline=int(value)),
        required=True,
    )


def _pipelines(_user: User) -> list[tuple[str, str]]:
    journeys = Pipeline.objects.filter(purpose=Pipeline.Purpose.JOURNEY).order_by("retired_at", "position", "pk")
    return [(str(each.pk), own_word(each.name)) for each in journeys]


def _step_listing(_user: User) -> Listing:
    return Listing(
        key="crm.journey_steps",
        columns=[
            Column("contact", _("Contact"), lambda step: step.entity.display_name, join=("entity",), fixed=True),
            Column("stage", _("Stage"), lambda step: step.stage.title, join=("stage",)),
            Column("entered", _("Entered"), lambda step: day(step.entered_at), sort=("entered_at",)),
            Column("left", _("Left"), lambda step: day(step.left_at)),
            Column("by", _("Brought there by"), lambda step: step.moved_by or "", join=("moved_by",)),
        ],
        default_sort="-entered",
        search=lambda found, text: found.filter(entity__display_name__icontains=text),
        row_url=lambda step: reverse("contacts:entity", args=[step.entity_id]),
    )
