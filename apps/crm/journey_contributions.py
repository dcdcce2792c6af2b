"""What personas and journeys add to the history and to undo. See contributions.py."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.accounts.permissions import can_change_settings, is_staff_member
from apps.core.clock import company_day, now
from apps.core.contributions import (
    Kind,
    ListPart,
    MenuItem,
    Panel,
    RecordAction,
    Undoer,
    kinds,
    list_parts,
    live,
    menu,
    operation_runners,
    panels,
    record_actions,
    undoers,
    verbs,
)
from apps.core.markup import fill
from apps.crm import contact_columns
from apps.crm.contact_journeys import journeys_card
from apps.crm.models import EntityPersona, JourneyStep, Persona, Pipeline, PipelineStage, TeamContact
from apps.crm.models.pipelines import own_word
from apps.crm.permissions.contacts import managed_contacts
from apps.crm.services.journey_bulk import RUNNER, run_journeys
from apps.crm.services.journeys import KIND, after_undo
from apps.crm.services.team_contacts import KIND as TEAM_KIND

if TYPE_CHECKING:
    from django.db.models import Model

    from apps.accounts.models import User
    from apps.activities.models import Activity

VERBS = {
    "persona.given": gettext_lazy("Persona given"),
    "persona.taken": gettext_lazy("Persona taken away"),
    "persona.converted": gettext_lazy("Made what a contact becomes"),
    "persona.set": gettext_lazy("Personas changed"),
    "contact_teams.set": gettext_lazy("Teams of a contact changed"),
    "personas.given": gettext_lazy("Persona given to many"),
    "personas.taken": gettext_lazy("Persona taken from many"),
    "journeys.moved": gettext_lazy("Many moved on a journey"),
    "journey.moved": gettext_lazy("Moved on a journey"),
    "persona.made": gettext_lazy("Persona added"),
    "persona.changed": gettext_lazy("Persona changed"),
    "persona.retired": gettext_lazy("Persona retired"),
    "persona.ordered": gettext_lazy("Personas reordered"),
    "pipeline.made": gettext_lazy("Pipeline added"),
    "pipeline.changed": gettext_lazy("Pipeline changed"),
    "pipeline.retired": gettext_lazy("Pipeline retired"),
    "pipeline.ordered": gettext_lazy("Pipelines reordered"),
    "stage.made": gettext_lazy("Stage added"),
    "stage.changed": gettext_lazy("Stage changed"),
    "stage.retired": gettext_lazy("Stage retired"),
    "stage.ordered": gettext_lazy("Stages reordered"),
}


def register() -> None:
    """Called once, when the app is ready."""
    for verb, title in VERBS.items():
        verbs.register(verb, title)
    kinds.register(KIND, Kind(pgettext_lazy("activity", "Journey"), "route", _draw))
    kinds.register(TEAM_KIND, Kind(pgettext_lazy("activity", "Team"), "users-group", _draw_teams))
    # Their subject is the contact: what was done to one goes back together, however many were moved.
    undoers.register(
        "crm.entitypersona", Undoer(EntityPersona, subject_field="entity_id", editable=_editable(EntityPersona))
    )
    undoers.register(
        "crm.journeystep",
        Undoer(JourneyStep, subject_field="entity_id", editable=_editable(JourneyStep), after=after_undo),
    )
    undoers.register("crm.teamcontact", Undoer(TeamContact, subject_field="entity_id", editable=_editable(TeamContact)))
    list_parts.register("crm", ListPart("contacts", contact_columns.columns, contact_columns.filters))
    operation_runners.register(RUNNER, run_journeys)
    for action, title, picture in (
        ("persona", gettext_lazy("Personas"), "user-star"),
        ("stage", gettext_lazy("Move on a journey"), "route"),
    ):
        chosen = RecordAction("contacts", title, picture, _chosen(action), in_sheet=True)
        record_actions.register(f"crm.{action}", chosen)
    for setting in (Persona, Pipeline, PipelineStage):
        undoers.register(f"crm.{setting._meta.model_name}", Undoer(setting, editable=_settings))
    for position, key, title, route, picture in (
        (62, "crm.personas", gettext_lazy("Personas"), "crm:personas", "user-star"),
        (63, "crm.pipelines", gettext_lazy("Pipelines"), "crm:pipelines", "route"),
    ):
        section = f"/crm/settings/{route.removeprefix('crm:')}/"
        item = MenuItem("settings", title, route, picture, can_change_settings, section)
        menu.register(key, item, position=position)
    boards = MenuItem(
        "main", gettext_lazy("Journeys"), "crm:journeys", "route", is_staff_member, section="/crm/journeys/"
    )
    menu.register("crm.journeys", boards, position=25)
    card = Panel("contact", "head", gettext_lazy("Personas and journeys"), journeys_card, "route")
    panels.register("crm.journeys", card, position=10)
    live.register("journeys", lambda user, _channel: is_staff_member(user))


def _chosen(action: str) -> Callable[[int], str]:
    return lambda _id: reverse("crm:journey_bulk", args=[action])


def _settings(actor: User, ids: Collection[int]) -> set[int]:
    return set(ids) if can_change_settings(actor) else set()


def _draw(activity: Activity) -> str:
    facts = activity.facts
    if not facts.get("to"):
        return ""
    shown = {name: own_word(str(facts.get(name, ""))) for name in ("pipeline", "from", "to")}
    if facts.get("from"):
        words = _("%(pipeline)s: from “%(from)s” to “%(to)s”") % shown
    else:
        words = _("%(pipeline)s: “%(to)s”") % shown
    return fill('<p class="activity__facts">{}</p>', words)


def _draw_teams(activity: Activity) -> str:
    joined, left = (", ".join(activity.facts.get(name, [])) for name in ("joined", "left"))
    parts = [_("Joined: %(teams)s") % {"teams": joined}] if joined else []
    parts += [_("Left: %(teams)s") % {"teams": left}] if left else []
    return fill('<p class="activity__facts">{}</p>', " · ".join(parts))


def _editable(model: type[Model]) -> Callable[[Any, Collection[int]], set[int]]:
    """Whoever manages the contacts may put back what was done to where they stand."""

    def editable(actor: User, ids: Collection[int]) -> set[int]:
        rows = dict(model._default_manager.filter(pk__in=ids).values_list("pk", "entity"))
        managed = managed_contacts(actor, set(rows.values()), on=company_day(now()))
        return {pk for pk, entity_id in rows.items() if entity_id in managed}

    return editable
