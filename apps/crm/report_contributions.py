"""Reports of customers: new contacts, journeys, hand-overs; of dealers: claims, orders, turnover."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import BooleanField, Count, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Team
from apps.accounts.permissions import is_staff_member
from apps.accounts.report_parts import by_person, of_person, of_team
from apps.contacts.listing import entity_listing
from apps.contacts.models import Entity
from apps.core.clock import company_day, now
from apps.core.reports import Dimension, Measure, Narrowing, Report, by_choice, by_month, by_week
from apps.core.reports.cells import register_report
from apps.core.reports.periods import edges
from apps.crm.hand_over_listing import hand_over_listing
from apps.crm.models import EntityPersona, HandOver, HandOverItem, Persona
from apps.crm.selectors.hand_overs import hand_overs_seen

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
    register_report("hand-overs", _hand_overs(), position=30)


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


def _hand_overs() -> Report:
    counted = HandOverItem.objects.filter(hand_over=OuterRef("pk")).order_by().values("hand_over")
    contacts = Coalesce(Subquery(counted.annotate(number=Count("pk")).values("number")), 0)
    return Report(
        title=_("Hand-overs"),
        about=_("Who gave and took how many contacts, for good or for a time?"),
        group=GROUP,
        icon="transfer",
        may_see=is_staff_member,
        rows=_standing,
        dimensions=[
            by_person("from_user", key="giver", title=_("From whom")),
            by_person("to_user", key="taker", title=_("To whom")),
            Dimension(key="team", title=_("To which team"), expression=F("to_team"), names=_team_names),
            by_month("starts_on", moments=False),
        ],
        measures=[
            Measure(key="all", title=_("Hand-overs")),
            Measure(key="contacts", title=_("Contacts"), how="sum", value=contacts),
            Measure(key="passing", title=_("For a time"), counts=Q(until__isnull=False), in_chart=False),
            Measure(key="returned", title=_("Returned"), counts=Q(is_back=True), in_chart=False),
        ],
        narrowings=[
            of_person("from_user", key="giver", title=_("From whom")),
            of_person("to_user", key="taker", title=_("To whom")),
        ],
        listing=lambda _user: hand_over_listing(),
    )


def _standing(user: User, first: date, last: date) -> QuerySet[HandOver]:
    """Those that began within the days; undone ones count no more."""
    found = hand_overs_seen(user).standing().filter(starts_on__gte=first, starts_on__lte=last)
    is_over = Q(until__isnull=False, until__lte=company_day(now()))
    return found.annotate(is_back=ExpressionWrapper(is_over, BooleanField()))


def _team_names(keys: Collection[Any]) -> Mapping[Any, Any]:
    return dict(Team.objects.filter(pk__in=keys).values_list("pk", "name"))
