"""Reports of opportunities: those that came, what stands open and what it is worth, and what was won and lost."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import DecimalField, ExpressionWrapper, F, FloatField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Extract
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.permissions import is_staff_member
from apps.accounts.report_parts import by_person, of_person, of_team
from apps.core.reports import Dimension, Measure, Report, by_month, by_week
from apps.core.reports.cells import register_report
from apps.core.reports.periods import edges
from apps.crm.models import LostReason, Opportunity, OpportunityStep, PipelineStage
from apps.crm.opportunity_listing import opportunity_listing
from apps.crm.opportunity_report_parts import by_pipeline, by_source, by_stage, of_currency, of_pipeline

if TYPE_CHECKING:
    from apps.accounts.models import User

GROUP = _("Opportunities")
_OUTCOME = PipelineStage.Outcome
_WON, _LOST, _OPEN = (Q(stage__outcome=each) for each in (_OUTCOME.WON, _OUTCOME.LOST, _OUTCOME.OPEN))
_DAYS = ExpressionWrapper(Extract(F("closed_at") - F("created_at"), "epoch") / 86400.0, FloatField())
_WEIGHTED = ExpressionWrapper(
    F("revenue") * Coalesce("probability", "chance_then") / 100, DecimalField(max_digits=18, decimal_places=4)
)


def register() -> None:
    """Called once, when the app is ready."""
    register_report("opportunities-made", _made(), position=32)
    register_report("opportunity-pipeline", _pipeline(), position=34)
    register_report("opportunities-closed", _closed(), position=36)
    register_report("opportunity-revenue", _revenue(), position=38)


def _made() -> Report:
    return Report(
        title=_("New opportunities"),
        about=_("How many came, from where, and what has become of them?"),
        group=GROUP,
        icon="target-arrow",
        may_see=is_staff_member,
        rows=_begun,
        dimensions=[by_month("created_at"), by_week("created_at"), by_person("owner"), by_source(), by_pipeline()],
        measures=[
            Measure(key="all", title=_("Opportunities"), in_chart=False),
            Measure(key="open", title=pgettext_lazy("opportunities", "Open"), counts=_OPEN),
            Measure(key="won", title=pgettext_lazy("opportunities", "Won"), counts=_WON),
            Measure(key="lost", title=pgettext_lazy("opportunities", "Lost"), counts=_LOST),
        ],
        narrowings=[of_pipeline(), of_person("owner"), of_team("owner", "created_at")],
        listing=opportunity_listing,
        chart="stack",
    )


def _begun(user: User, first: date, last: date) -> QuerySet[Opportunity]:
    begin, end = edges(first, last)
    return Opportunity.objects.visible_to(user).live().filter(created_at__gte=begin, created_at__lt=end)


def _pipeline() -> Report:
    return Report(
        title=_("Open pipeline"),
        about=_("What stands open in which stage, and what is it worth, in one currency?"),
        group=GROUP,
        icon="filter",
        home_of=("manager", "sales"),
        home_query="by=stage&period=this_month",
        may_see=is_staff_member,
        rows=_open_then,
        dimensions=[
            by_stage("stage_then"),
            by_month("expected_on", moments=False),
            by_person("owner"),
            by_source(),
            by_pipeline(),
        ],
        measures=[
            Measure(key="all", title=_("Opportunities"), in_chart=False),
            Measure(key="revenue", title=_("Revenue"), how="sum", value=F("revenue"), unit="money"),
            Measure(key="weighted", title=_("Weighted revenue"), how="sum", value=_WEIGHTED, unit="money"),
        ],
        narrowings=[of_currency(), of_pipeline(), of_person("owner")],
        listing=opportunity_listing,
        note=_(
            "Stages are those in which they stood at the end of the last of these days; amounts are those of today. "
            "Weighted is the revenue by its chance."
        ),
    )


def _open_then(user: User, _first: date, last: date) -> QuerySet[Opportunity]:
    """Those in an open stage when the last day was over."""
    _begin, end = edges(last, last)
    then = OpportunityStep.objects.filter(opportunity=OuterRef("pk"), entered_at__lt=end)
    then = then.filter(Q(left_at__isnull=True) | Q(left_at__gte=end), stage__outcome=_OUTCOME.OPEN)
    found: QuerySet[Opportunity] = Opportunity.objects.visible_to(user).live()
    found = found.annotate(
        stage_then=Subquery(then.values("stage")[:1]), chance_then=Subquery(then.values("stage__probability")[:1])
    )
    return found.filter(stage_then__isnull=False)


def _closed() -> Report:
    return Report(
        title=_("Won and lost"),
        about=_("How many opportunities were won and lost, why, and how long did it take?"),
        group=GROUP,
        icon="trophy",
        home_of=("sales",),
        home_query="by=month&period=this_year",
        may_see=is_staff_member,
        rows=_ended,
        dimensions=_of_the_closed(),
        measures=[
            Measure(key="won", title=pgettext_lazy("opportunities", "Won"), counts=_WON),
            Measure(key="lost", title=pgettext_lazy("opportunities", "Lost"), counts=_LOST),
            Measure(
                key="median", title=_("Half of them within"), how="median", value=_DAYS, unit="days", in_chart=False
            ),
        ],
        narrowings=[of_pipeline(), of_person("owner"), of_team("owner", "closed_at")],
        listing=opportunity_listing,
    )


def _revenue() -> Report:
    return Report(
        title=_("Revenue won and lost"),
        about=_("What were closed opportunities worth, in one currency?"),
        group=GROUP,
        icon="coins",
        may_see=is_staff_member,
        rows=_ended,
        dimensions=_of_the_closed(),
        measures=[
            Measure(key="won", title=_("Revenue won"), counts=_WON, how="sum", value=F("revenue"), unit="money"),
            Measure(key="lost", title=_("Revenue lost"), counts=_LOST, how="sum", value=F("revenue"), unit="money"),
            Measure(key="all", title=pgettext_lazy("opportunities", "Closed"), in_chart=False),
        ],
        narrowings=[of_currency(), of_pipeline(), of_person("owner"), of_team("owner", "closed_at")],
        listing=opportunity_listing,
    )


def _ended(user: User, first: date, last: date) -> QuerySet[Opportunity]:
    begin, end = edges(first, last)
    return Opportunity.objects.visible_to(user).live().filter(closed_at__gte=begin, closed_at__lt=end)


def _of_the_closed() -> list[Dimension]:
    reason = Dimension(
        key="reason",
        title=_("Lost because of"),
        expression=F("lost_reason"),
        names=lambda keys: {each.pk: each.title for each in LostReason.objects.filter(pk__in=keys)},
        nothing=_("No reason told"),
    )
    return [
        by_month("closed_at"),
        by_person("owner"),
        reason,
        by_source(),
        by_stage("stage"),
        by_pipeline(),
    ]
