"""What sequences add to the settings, to the page of a contact and to the history."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.accounts.permissions import is_manager, is_staff_member
from apps.contacts.models import Entity
from apps.core.contributions import (
    Kind,
    MenuItem,
    Panel,
    RecordAction,
    Undoer,
    kinds,
    menu,
    operation_runners,
    panels,
    record_actions,
    undoers,
    verbs,
)
from apps.core.markup import fill
from apps.crm.models import Enrolment, Sequence, SequenceStep
from apps.crm.services.sequence_bulk import RUNNER, VERB, editable_enrolments, run_enrolments
from apps.crm.services.sequences.enrolling import KIND
from apps.messaging.models import Withheld

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.activities.models import Activity

_TITLE = gettext_lazy("Sequences")
_RESTS = {"sequence.paused": gettext_lazy("Rests"), "sequence.resumed": gettext_lazy("Goes on")}


def register() -> None:
    """Called once, when the app is ready."""
    verbs.register("sequence.made", gettext_lazy("Sequence added"))
    verbs.register("sequence.changed", gettext_lazy("Sequence changed"))
    verbs.register("sequence.begun", gettext_lazy("A sequence begun"))
    verbs.register(VERB, gettext_lazy("A sequence begun with many"))
    operation_runners.register(RUNNER, run_enrolments)
    undoers.register("crm.sequence", Undoer(Sequence, subject_field="pk", editable=_settings))
    undoers.register("crm.sequencestep", Undoer(SequenceStep, subject_field="sequence_id", root="crm.sequence"))
    undoers.register("crm.enrolment", Undoer(Enrolment, subject_field="entity_id", editable=editable_enrolments))
    begin = gettext_lazy("Begin a sequence")
    chosen = RecordAction("contacts", begin, "list-numbers", lambda _id: reverse("crm:sequence_bulk"), in_sheet=True)
    record_actions.register("crm.sequence", chosen)
    kinds.register(KIND, Kind(pgettext_lazy("activity", "Sequence"), "list-numbers", _draw))
    panels.register("crm.sequences", Panel("contact", "head", _TITLE, _card, "list-numbers"), position=12)
    item = MenuItem("settings", _TITLE, "crm:sequences", "list-numbers", is_manager, "/crm/settings/sequences/")
    menu.register("crm.sequences", item, position=64)


def _settings(actor: User, ids: Collection[int]) -> set[int]:
    return set(ids) if is_manager(actor) else set()


def _card(request: HttpRequest, entity: Entity) -> str:
    """Where it comes to stand: it is asked for when the page is there."""
    if not is_staff_member(request.user):
        return ""
    return render_to_string("crm/_contact_sequences.html", {"entity": entity}, request)


def _draw(activity: Activity) -> str:
    facts = activity.facts
    name = facts.get("sequence", "")
    if activity.verb == "sequence.mailed":
        return _line(gettext_lazy("Mail from the house’s address"), facts.get("subject", ""), facts.get("address", ""))
    if activity.verb == "sequence.withheld":
        why = dict(Withheld.choices).get(facts.get("withheld"), "")
        more = f"{why}: {facts['words']}" if facts.get("words") else why
        return _line(gettext_lazy("A mail was withheld"), name, more)
    reason = facts.get("reason", "")
    if title := _RESTS.get(activity.verb):
        return fill('<p class="activity__facts">{}: {}</p>', title, name)
    if not reason:
        return fill('<p class="activity__facts">{}: {}</p>', gettext_lazy("Begun"), name)
    return _line(gettext_lazy("Ended"), name, dict(Enrolment.End.choices).get(reason, reason))


def _line(title: Any, name: str, more: Any) -> str:
    return fill('<p class="activity__facts">{}: {} ({})</p>', title, name, more)
