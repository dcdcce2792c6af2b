"""What personas and journeys add to the history and to undo. See contributions.py."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.accounts.permissions import is_staff_member
from apps.core.clock import company_day, now
from apps.core.contributions import Kind, Undoer, kinds, live, undoers, verbs
from apps.core.markup import fill
from apps.crm.models import EntityPersona, JourneyStep
from apps.crm.permissions.contacts import managed_contacts
from apps.crm.services.journeys import KIND

if TYPE_CHECKING:
    from django.db.models import Model

    from apps.accounts.models import User
    from apps.activities.models import Activity

VERBS = {
    "persona.given": gettext_lazy("Persona given"),
    "persona.taken": gettext_lazy("Persona taken away"),
    "persona.converted": gettext_lazy("Made what a contact becomes"),
    "journey.moved": gettext_lazy("Moved on a journey"),
}


def register() -> None:
    """Called once, when the app is ready."""
    for verb, title in VERBS.items():
        verbs.register(verb, title)
    kinds.register(KIND, Kind(pgettext_lazy("activity", "Journey"), "route", _draw))
    for key, model in (("crm.entitypersona", EntityPersona), ("crm.journeystep", JourneyStep)):
        undoers.register(key, Undoer(model, subject_field="pk", editable=_editable(model)))
    live.register("journeys", lambda user, _channel: is_staff_member(user))


def _draw(activity: Activity) -> str:
    facts = activity.facts
    if not facts.get("to"):
        return ""
    if facts.get("from"):
        words = _("%(pipeline)s: from “%(from)s” to “%(to)s”") % facts
    else:
        words = _("%(pipeline)s: “%(to)s”") % facts
    return fill('<p class="activity__facts">{}</p>', words)


def _editable(model: type[Model]) -> Callable[[Any, Collection[int]], set[int]]:
    """Whoever manages the contacts may put back what was done to where they stand."""

    def editable(actor: User, ids: Collection[int]) -> set[int]:
        rows = dict(model._default_manager.filter(pk__in=ids).values_list("pk", "entity"))
        managed = managed_contacts(actor, set(rows.values()), on=company_day(now()))
        return {pk for pk, entity_id in rows.items() if entity_id in managed}

    return editable
