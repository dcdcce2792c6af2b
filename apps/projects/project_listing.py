"""The list of projects."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.templatetags.formats import day
from apps.core.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing
from apps.core.markup import record_url
from apps.projects.models import Project
from apps.projects.selectors.projects import state_words, with_counts

KEY = "projects.projects"


def project_listing() -> Listing:
    return Listing(
        key=KEY,
        columns=_COLUMNS,
        default_sort="-changed",
        filters=[
            ChoiceFilter(key="state", title=_("State"), field="state", choices=Project.State.choices),
            DateRangeFilter(key="ends", title=_("Ends"), field="ends_on"),
        ],
        search=_search,
        search_label=_("Name, city or address"),
        fetch=with_counts,
        row_url=lambda project: record_url("projects:group", project.pk),
        empty=Empty(
            _("No projects yet"),
            _("Make one here, or turn a group into one: nothing of its talk is lost."),
            "building",
        ),
        path=reverse("projects:project_list"),
    )


def _search(found: QuerySet[Any], text: str) -> QuerySet[Any]:
    return found.filter(Q(group__title__icontains=text) | Q(city__icontains=text) | Q(address__icontains=text))


_COLUMNS = [
    Column("title", _("Name"), lambda project: project.group.title, sort=("group__title",), fixed=True),
    Column("state", _("State"), state_words),
    Column("city", _("City"), lambda project: project.city, sort=("city",)),
    Column("address", _("Address"), lambda project: project.address, default=False),
    Column("specialisation", _("Specialisation"), lambda project: project.specialisation, default=False),
    Column("starts", pgettext_lazy("project", "Begins"), lambda project: day(project.starts_on), sort=("starts_on",)),
    Column("ends", _("Ends"), lambda project: day(project.ends_on), sort=("ends_on",)),
    Column("people", _("Who takes part"), lambda project: project.people, numeric=True),
    Column("tasks", _("Open tasks"), lambda project: project.open_tasks, numeric=True),
    Column("changed", _("Changed"), lambda project: day(project.changed_at), sort=("changed_at",)),
]
