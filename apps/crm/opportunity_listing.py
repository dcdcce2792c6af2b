"""The list of opportunities, which is also what stands behind each figure of boards and forecasts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import Team, User
from apps.accounts.templatetags.formats import day
from apps.contacts.models import Entity
from apps.core.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing, RecordFilter
from apps.core.markup import fill, record_url
from apps.core.tables import FORMATS
from apps.crm.drawing.figures import money
from apps.crm.models import LostReason, Opportunity, Pipeline, PipelineStage
from apps.crm.opportunity_drawing import stage_badge
from apps.crm.selectors.opportunities import company_date, primary_contacts, with_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apps.core.listing.filters import Choices, Values

KEY = "crm.opportunities"
TRASHED_KEY = "crm.opportunities_trashed"
MOST_ROWS = 20_000  # of a file


class ClosedFilter(DateRangeFilter):
    """Days of the company, by which reports count too."""

    def lookup(self, queryset: QuerySet[Any], values: Values) -> QuerySet[Any]:
        return super().lookup(queryset.annotate(closed_on=company_date("closed_at")), values)


def opportunity_listing(user: User) -> Listing:
    def fetch(found: QuerySet[Any]) -> list[Any]:
        rows = list(found.select_related("stage", "pipeline", "owner", "team"))
        contacts = primary_contacts(user, [row.pk for row in rows])
        for row in rows:
            row.contact = contacts.get(row.pk)
        return rows

    return Listing(
        key=KEY,
        columns=_COLUMNS,
        default_sort="-changed",
        filters=_filters(user),
        search=lambda found, text: with_words(found, text, user),
        search_label=_("Search opportunities"),
        fetch=fetch,
        row_url=lambda row: record_url("crm:opportunity", row.pk),
        empty=Empty(
            _("No opportunities yet"),
            _("What somebody may buy stands here. Each contact's page has a button for one."),
            "target-arrow",
        ),
        path=reverse("crm:opportunity_list"),
        exports=[(kind.upper(), reverse("crm:opportunity_download", args=[kind])) for kind in FORMATS],
    )


def trashed_listing(user: User) -> Listing:
    """The same of what was thrown away."""
    return replace(
        opportunity_listing(user),
        key=TRASHED_KEY,
        path=reverse("crm:opportunity_trashed"),
        exports=[],
        empty=Empty(
            _("Nothing was thrown away"), _("What is thrown away stays here and can be brought back."), "trash"
        ),
    )


def file_titles() -> list[object]:
    return [
        *(_("Title"), pgettext_lazy("opportunity", "Contact"), _("Pipeline"), _("Stage"), _("Expected close")),
        *(_("Revenue"), _("Margin"), _("Currency"), _("Probability, %"), _("Owner"), _("Team"), _("Source")),
    ]


def file_rows(found: Iterable[Any]) -> Iterator[list[Any]]:
    """The rows of a file, as `file_titles` has them."""
    for row in found:
        yield [
            *(row.title, row.contact[1] if row.contact else "", row.pipeline.title, row.stage.title, row.expected_on),
            *(row.revenue, row.margin, row.currency, row.percent),
            *(str(row.owner or ""), str(row.team or ""), row.source),
        ]


def _filters(user: User) -> list[Any]:
    return [
        ChoiceFilter(key="pipeline", title=_("Pipeline"), field="pipeline", choices=_pipelines),
        ChoiceFilter(key="stage", title=_("Stage"), field="stage", choices=_stages),
        ChoiceFilter(
            key="outcome",
            title=pgettext_lazy("opportunity", "Outcome"),
            field="stage__outcome",
            choices=PipelineStage.Outcome.choices,
        ),
        RecordFilter(
            key="owner", title=_("Owner"), field="owner", pick_url=reverse("accounts:user_pick"), titles=_users
        ),
        ChoiceFilter(key="team", title=_("Team"), field="team", choices=_teams),
        ChoiceFilter(key="lost", title=_("Lost because of"), field="lost_reason", choices=_reasons),
        DateRangeFilter(key="expected", title=_("Expected close"), field="expected_on"),
        ClosedFilter(key="closed", title=pgettext_lazy("opportunity", "Closed"), field="closed_on"),
        ChoiceFilter(
            key="undated",
            title=_("Expected close"),
            choices=[("yes", _("No day yet"))],
            multiple=False,
            narrow=lambda found, _values: found.filter(expected_on=None),
        ),
        RecordFilter(
            key="contact",
            title=pgettext_lazy("opportunity", "Contact"),
            field="contacts__entity",
            pick_url=reverse("contacts:pick"),
            titles=lambda values: _contacts(user, values),
        ),
    ]


def _pipelines() -> Choices:
    found = Pipeline.objects.filter(purpose=Pipeline.Purpose.OPPORTUNITY).order_by("position", "pk")
    return [(str(each.pk), each.title) for each in found]


def _stages() -> Choices:
    found = PipelineStage.objects.filter(pipeline__purpose=Pipeline.Purpose.OPPORTUNITY).select_related("pipeline")
    found = found.order_by("pipeline__position", "pipeline", "position", "pk")
    return [(str(each.pk), f"{each.pipeline.title}: {each.title}") for each in found]


def _teams() -> Choices:
    return [(str(each.pk), each.name) for each in Team.objects.order_by("name", "pk")]


def _reasons() -> Choices:
    return [(str(each.pk), each.title) for each in LostReason.objects.order_by("position", "pk")]


def _users(values: Values) -> Choices:
    return [(str(user.pk), str(user)) for user in User.objects.filter(pk__in=list(map(int, values)))]


def _contacts(user: User, values: Values) -> Choices:
    seen = Entity.objects.visible_to(user).filter(pk__in=list(map(int, values)))
    return [(str(each.pk), each.display_name) for each in seen]


# --- cells ------------------------------------------------------------------------------------------------------------
def _contact(row: Any) -> object:
    if row.contact is None:
        return ""
    pk, name = row.contact
    return fill('<a href="{}">{}</a>', record_url("contacts:entity", pk), name)


def _owner(row: Any) -> object:
    return row.owner or row.team or ""


def _expected(row: Opportunity) -> object:
    return day(row.expected_on) if row.expected_on else ""


def _revenue(row: Opportunity) -> object:
    return money(row.revenue, row.currency) if row.revenue is not None else ""


_COLUMNS = [
    Column("title", _("Title"), lambda row: row.title, sort=("title",), fixed=True),
    Column("contact", pgettext_lazy("opportunity", "Contact"), _contact),
    Column("stage", _("Stage"), stage_badge),
    Column("expected", _("Expected close"), _expected, sort=("expected_on",)),
    Column("revenue", _("Revenue"), _revenue, sort=("revenue",), numeric=True),
    Column("probability", _("Probability"), lambda row: f"{row.percent} %", numeric=True),
    Column("owner", _("Owner"), _owner),
    Column("source", _("Source"), lambda row: row.source, default=False),
    Column("changed", _("Changed"), lambda row: day(row.changed_at), sort=("changed_at",), default=False),
]
