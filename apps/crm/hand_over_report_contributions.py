"""Reports of hand-overs, and of the contacts that they have: what began within some days, and what came back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import BooleanField, Count, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import Team, TeamMembership
from apps.accounts.permissions import is_staff_member
from apps.accounts.report_parts import by_person, of_person
from apps.accounts.templatetags.formats import day
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.clock import company_day
from apps.core.listing import Column, Listing
from apps.core.reports import Dimension, Measure, Narrowing, Report, by_month
from apps.core.reports.cells import register_report
from apps.crm.hand_over_listing import hand_over_listing, of_team_then
from apps.crm.models import HandOver, HandOverItem
from apps.crm.selectors.hand_overs import hand_overs_seen

if TYPE_CHECKING:
    from apps.accounts.models import User

GROUP = _("Customers")
_NOTE = _("What began before the days and came back within them is here too: it counts as returned alone.")
_BEGUN, _BACK = Q(is_begun=True), Q(is_back=True)


def register() -> None:
    """Called once, when the app is ready."""
    register_report("hand-overs", _hand_overs(), position=30)
    register_report("handed-contacts", _handed_contacts(), position=31)


def _hand_overs() -> Report:
    counted = HandOverItem.objects.filter(hand_over=OuterRef("pk")).order_by().values("hand_over")
    contacts = Coalesce(Subquery(counted.annotate(number=Count("pk")).values("number")), 0)
    return Report(
        title=_("Hand-overs"),
        about=_("Who gave and took how many contacts, for good or for a time, and what came back?"),
        group=GROUP,
        icon="transfer",
        may_see=is_staff_member,
        rows=_begun_or_back,
        dimensions=_dimensions(""),
        measures=[
            Measure(key="all", title=_("Hand-overs"), counts=_BEGUN),
            Measure(key="contacts", title=_("Contacts"), counts=_BEGUN, how="sum", value=contacts),
            Measure(key="passing", title=_("For a time"), counts=_BEGUN & Q(until__isnull=False), in_chart=False),
            Measure(key="returned", title=pgettext_lazy("contacts", "Returned"), counts=_BACK),
            Measure(key="back", title=_("Contacts returned"), counts=_BACK, how="sum", value=contacts, in_chart=False),
        ],
        narrowings=_narrowings(""),
        listing=lambda _user: hand_over_listing(),
        note=_NOTE,
    )


def _handed_contacts() -> Report:
    return Report(
        title=_("Contacts handed over"),
        about=_("Which contacts passed to whom, which of them are back, and whose dossier was read?"),
        group=GROUP,
        icon="address-book",
        may_see=is_staff_member,
        rows=_contacts_begun_or_back,
        dimensions=_dimensions("hand_over__"),
        measures=[
            Measure(key="all", title=_("Handed over"), counts=_BEGUN),
            Measure(
                key="passing", title=_("For a time"), counts=_BEGUN & Q(hand_over__until__isnull=False), in_chart=False
            ),
            Measure(key="returned", title=pgettext_lazy("contacts", "Returned"), counts=_BACK),
            Measure(key="read", title=_("Dossier read"), counts=_BEGUN & Q(confirmed_at__isnull=False), in_chart=False),
        ],
        narrowings=_narrowings("hand_over__"),
        listing=_contact_listing,
        note=_NOTE,
    )


def _begun_or_back(user: User, first: date, last: date) -> QuerySet[HandOver]:
    """Undone ones count no more."""
    return _within(hand_overs_seen(user).standing(), first, last, "")


def _contacts_begun_or_back(user: User, first: date, last: date) -> QuerySet[HandOverItem]:
    """Of contacts that the reader sees."""
    items = HandOverItem.objects.filter(hand_over__in=hand_overs_seen(user).standing().order_by().values("pk"))
    return _within(items.filter(entity__in=Entity.objects.visible_to(user).live()), first, last, "hand_over__")


def _within(found: QuerySet[Any], first: date, last: date, path: str) -> QuerySet[Any]:
    """With `is_begun` and `is_back`: which of the two happened within the days; the return is a matter of the date."""
    begun = Q(**{f"{path}starts_on__gte": first, f"{path}starts_on__lte": last})
    until = min(last, company_day(clock.now()))
    back = Q(**{f"{path}until__isnull": False, f"{path}until__gte": first, f"{path}until__lte": until})
    marked: QuerySet[Any] = found.filter(begun | back).annotate(
        is_begun=ExpressionWrapper(begun, BooleanField()), is_back=ExpressionWrapper(back, BooleanField())
    )
    return marked


def _dimensions(path: str) -> list[Dimension]:
    return [
        by_person(f"{path}from_user", key="giver", title=_("From whom")),
        by_person(f"{path}to_user", key="taker", title=_("To whom")),
        Dimension(key="from_team", title=_("From which team"), expression=_team_then(path), names=_team_names),
        Dimension(key="team", title=_("To which team"), expression=F(f"{path}to_team"), names=_team_names),
        replace(by_month(f"{path}starts_on", moments=False), title=_("Month of the beginning")),
    ]


def _narrowings(path: str) -> list[Narrowing]:
    return [
        of_person(f"{path}from_user", key="giver", title=_("From whom")),
        of_person(f"{path}to_user", key="taker", title=_("To whom")),
        Narrowing(
            key="of_team",
            title=_("Team"),
            choices=_teams,
            narrow=lambda found, value: of_team_then(found, [int(value)], path=path),
        ),
    ]


def _team_then(path: str) -> Subquery:
    """The team that whoever gave was in when it began, of several the one they are in longest."""
    start = OuterRef(f"{path}starts_on")
    then = TeamMembership.objects.filter(user=OuterRef(f"{path}from_user"), valid_from__lte=start)
    then = then.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=start)).order_by("valid_from", "pk")
    return Subquery(then.values("team")[:1])


def _team_names(keys: Collection[Any]) -> Mapping[Any, Any]:
    return dict(Team.objects.filter(pk__in=keys).values_list("pk", "name"))


def _teams(_user: User) -> list[tuple[str, str]]:
    return [(str(team.pk), team.name) for team in Team.objects.order_by("name")]


def _contact_listing(_user: User) -> Listing:
    joins = ("hand_over__from_user", "hand_over__to_user", "hand_over__to_team")
    return Listing(
        key="crm.handed_contacts",
        columns=[
            Column("contact", _("Contact"), lambda each: each.entity.display_name, join=("entity",), fixed=True),
            Column("from", _("From whom"), lambda each: each.hand_over.from_user or _("several"), join=joins),
            Column("to", _("To whom"), lambda each: each.hand_over.to_user or each.hand_over.to_team),
            Column(
                "starts",
                pgettext_lazy("hand-over", "Begins"),
                lambda each: day(each.hand_over.starts_on),
                sort=("hand_over__starts_on",),
            ),
            Column("until", _("Until"), lambda each: day(each.hand_over.until) if each.hand_over.until else ""),
            Column("read", _("Dossier read"), lambda each: day(each.confirmed_at) if each.confirmed_at else ""),
        ],
        default_sort="-starts",
        search=lambda found, text: found.filter(entity__display_name__icontains=text),
        row_url=lambda each: reverse("contacts:entity", args=[each.entity_id]),
        row_label=lambda each: each.entity.display_name,
    )
