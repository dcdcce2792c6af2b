"""What the list of contacts shows and asks of personas, journeys, who is in charge and teams."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Team
from apps.accounts.selectors import staff_users
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.clock import company_day
from apps.core.listing import ChoiceFilter, Column, Filter
from apps.core.markup import fill, icon, joined
from apps.crm.models import Assignment, EntityPersona, JourneyStep, Persona, PipelineStage, TeamContact
from apps.crm.models.assignments import valid_on
from apps.crm.selectors.charge_filters import ACCOUNT, in_charge_of_teams, in_charge_of_users, nobody_in_charge

NOBODY = "nobody"
Narrow = Callable[[QuerySet[Any], tuple[str, ...]], QuerySet[Any]]
_SECTION = _("Relation")


def columns(_user: object) -> list[Column]:
    """Each reads its rows for the whole page at once, where it is shown."""
    today = company_day(clock.now())
    held = EntityPersona.objects.filter(valid_to__isnull=True).select_related("persona").order_by("persona__position")
    steps = JourneyStep.objects.current().select_related("stage").order_by("pipeline")
    charge = Assignment.objects.filter(valid_on(today), purpose=ACCOUNT).select_related("user", "team")
    teams = TeamContact.objects.current().select_related("team").order_by("team__name")
    return [
        Column("persona", _("Persona"), _personas, default=False, prefetch=(Prefetch("personas", held),)),
        Column("stage", _("Stage"), _stages, default=False, prefetch=(Prefetch("journey", steps),)),
        Column("charge", _("In charge"), _charge, default=False, prefetch=(Prefetch("assignments", charge),)),
        Column("teams", _("Teams"), _teams, default=False, prefetch=(Prefetch("teams", teams),)),
    ]


def filters(_user: object) -> list[Filter]:
    today = company_day(clock.now())
    return [
        ChoiceFilter(key="persona", title=_("Persona"), choices=_persona_choices, narrow=_bears, section=_SECTION),
        ChoiceFilter(key="stage", title=_("Stage"), choices=_stage_choices, narrow=_stands, section=_SECTION),
        ChoiceFilter(key="charge", title=_("In charge"), choices=_people, narrow=_charged(today), section=_SECTION),
        ChoiceFilter(
            key="charge-team", title=_("Team in charge"), choices=_team_choices, narrow=_team(today), section=_SECTION
        ),
        ChoiceFilter(key="team", title=_("Belongs to team"), choices=_team_choices, narrow=_in_team, section=_SECTION),
        ChoiceFilter(
            key="team-kind", title=_("Belongs to a team of"), choices=Team.Kind.choices, narrow=_kind, section=_SECTION
        ),
    ]


# --- cells ------------------------------------------------------------------------------------------------------------
def _personas(entity: Entity) -> object:
    shape = '<span class="status status--{}">{}{}</span>'
    rows = [row.persona for row in entity.personas.all()]
    return joined(" ", [fill(shape, one.colour or "grey", icon(one.icon), one.title) for one in rows])


def _stages(entity: Entity) -> object:
    rows = [step.stage for step in entity.journey.all()]
    return joined(" ", [fill('<span class="status status--{}">{}</span>', s.colour or "grey", s.title) for s in rows])


def _charge(entity: Entity) -> object:
    rows = sorted(entity.assignments.all(), key=lambda row: (row.layer != Assignment.Layer.STAND_IN, row.pk))
    return str(rows[0].user or rows[0].team or "") if rows else ""


def _teams(entity: Entity) -> object:
    return ", ".join(row.team.name for row in entity.teams.all())


# --- choices ----------------------------------------------------------------------------------------------------------
def _persona_choices() -> list[tuple[str, str]]:
    return [(str(each.pk), each.title) for each in Persona.objects.order_by("position", "pk")]


def _stage_choices() -> list[tuple[str, str]]:
    stages = PipelineStage.objects.filter(pipeline__purpose="journey", pipeline__retired_at__isnull=True)
    rows = stages.select_related("pipeline").order_by("pipeline__position", "pipeline", "position", "pk")
    return [(str(each.pk), f"{each.pipeline.title}: {each.title}") for each in rows]


def _people() -> list[tuple[str, Any]]:
    return [(NOBODY, _("Nobody")), *((str(each.pk), str(each)) for each in staff_users())]


def _team_choices() -> list[tuple[str, str]]:
    return [(str(each.pk), each.name) for each in Team.objects.order_by("name", "pk")]


# --- conditions -------------------------------------------------------------------------------------------------------
def _bears(queryset: QuerySet[Any], values: tuple[str, ...]) -> QuerySet[Any]:
    rows = EntityPersona.objects.filter(entity=OuterRef("pk"), persona__in=_ids(values), valid_to__isnull=True)
    return queryset.filter(Exists(rows))


def _stands(queryset: QuerySet[Any], values: tuple[str, ...]) -> QuerySet[Any]:
    return queryset.filter(Exists(JourneyStep.objects.current().filter(entity=OuterRef("pk"), stage__in=_ids(values))))


def _charged(today: date) -> Narrow:
    def narrow(queryset: QuerySet[Any], values: tuple[str, ...]) -> QuerySet[Any]:
        wanted = in_charge_of_users(_ids(values), on=today)
        return queryset.filter(wanted | nobody_in_charge(on=today) if NOBODY in values else wanted)

    return narrow


def _team(today: date) -> Narrow:
    return lambda queryset, values: queryset.filter(in_charge_of_teams(_ids(values), on=today))


def _in_team(queryset: QuerySet[Any], values: tuple[str, ...]) -> QuerySet[Any]:
    return queryset.filter(Exists(TeamContact.objects.current().filter(entity=OuterRef("pk"), team__in=_ids(values))))


def _kind(queryset: QuerySet[Any], values: tuple[str, ...]) -> QuerySet[Any]:
    rows = TeamContact.objects.current().filter(entity=OuterRef("pk"), team__kind__in=values)
    return queryset.filter(Exists(rows))


def _ids(values: tuple[str, ...]) -> list[int]:
    return [int(value) for value in values if value.isdecimal()]
