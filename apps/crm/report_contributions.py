"""Reports of customers: new contacts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import is_staff_member
from apps.accounts.report_parts import by_person, of_person, of_team
from apps.contacts.listing import entity_listing
from apps.contacts.models import Entity
from apps.core.reports import Dimension, Measure, Narrowing, Report, by_choice, by_month, by_week
from apps.core.reports.cells import register_report
from apps.core.reports.periods import edges
from apps.crm.models import EntityPersona, Persona

if TYPE_CHECKING:
    from apps.accounts.models import User

GROUP = _("Customers")
_SOURCES = {
    "form": _("Typed in"),
    "import": _("Import"),
    "mail": _("Mail"),
    "api": _("Programs"),
    "": _("Not told"),
}


def register() -> None:
    """Called once, when the app is ready."""
    register_report("new-contacts", _new_contacts(), position=10)


def _new_contacts() -> Report:
    return Report(
        title=_("New contacts"),
        about=_("How many came, from where, and whose are they?"),
        group=GROUP,
        icon="user-plus",
        home_of=("admin", "manager", "content"),
        home_query="by=source&period=this_month",
        may_see=is_staff_member,
        rows=_made,
        dimensions=[
            by_month("created_at"),
            by_week("created_at"),
            by_choice("source", _("Source"), F("source"), lambda: _SOURCES),
            Dimension(
                key="persona",
                title=_("Persona"),
                expression=F("personas__persona"),
                names=_personas,
                nothing=_("Without a persona"),
                of_many=True,
            ),
            by_person("owner"),
        ],
        measures=[
            Measure(key="all", title=_("Contacts"), in_chart=False),
            Measure(key="people", title=_("People"), counts=Q(kind=Entity.Kind.PERSON)),
            Measure(key="organisations", title=_("Organisations"), counts=Q(kind=Entity.Kind.ORGANISATION)),
        ],
        narrowings=[
            of_person("owner"),
            of_team("owner", "created_at"),
            Narrowing(key="persona", title=_("Persona"), choices=_offered, narrow=_bearers),
        ],
        listing=lambda user: entity_listing(user),
        chart="stack",
    )


def _made(user: User, first: date, last: date) -> QuerySet[Entity]:
    begin, end = edges(first, last)
    return Entity.objects.visible_to(user).live().filter(created_at__gte=begin, created_at__lt=end)


def _personas(_keys: Collection[Any]) -> Mapping[Any, Any]:
    return {persona.pk: persona.title for persona in Persona.objects.all()}


def _offered(_user: User) -> list[tuple[str, str]]:
    return [(str(persona.pk), persona.title) for persona in Persona.objects.offered().order_by("position", "pk")]


def _bearers(found: QuerySet[Any], value: str) -> QuerySet[Any]:
    return found.filter(pk__in=EntityPersona.objects.filter(persona=int(value)).values("entity"))
