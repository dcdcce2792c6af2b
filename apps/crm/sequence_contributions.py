"""What sequences add to the settings, to the page of a contact and to the history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.accounts.permissions import is_manager, is_staff_member
from apps.contacts.models import Entity
from apps.core.contributions import Kind, MenuItem, Panel, kinds, menu, panels, verbs
from apps.core.markup import fill
from apps.crm.models import Enrolment
from apps.crm.services.sequences.enrolling import KIND
from apps.messaging.models import Withheld

if TYPE_CHECKING:
    from apps.activities.models import Activity

_TITLE = gettext_lazy("Sequences")


def register() -> None:
    """Called once, when the app is ready."""
    verbs.register("sequence.made", gettext_lazy("Sequence added"))
    verbs.register("sequence.changed", gettext_lazy("Sequence changed"))
    kinds.register(KIND, Kind(pgettext_lazy("activity", "Sequence"), "list-numbers", _draw))
    panels.register("crm.sequences", Panel("contact", "head", _TITLE, _card, "list-numbers"), position=12)
    item = MenuItem("settings", _TITLE, "crm:sequences", "list-numbers", is_manager, "/crm/settings/sequences/")
    menu.register("crm.sequences", item, position=64)


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
    if not reason:
        return fill('<p class="activity__facts">{}: {}</p>', gettext_lazy("Begun"), name)
    return _line(gettext_lazy("Ended"), name, dict(Enrolment.End.choices).get(reason, reason))


def _line(title: Any, name: str, more: Any) -> str:
    return fill('<p class="activity__facts">{}: {} ({})</p>', title, name, more)
